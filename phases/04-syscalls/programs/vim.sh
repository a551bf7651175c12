# Debian's vim: by commands, then typed at in a terminal of tmux: windows, search, undo, a visual block, a macro, a shell command.
seq 1 5 > v.txt; vim -es -u NONE -c '%s/3/three/' -c '2d' -c 'normal Goend' -c 'wq' v.txt; cat v.txt
vim -es -u NONE -c 'set nomore' -c 'let l = sort(map(range(5), "v:val * v:val"), {a, b -> b - a})' -c 'call writefile([join(l, ","), system("echo from the shell")[:-2], strftime("%Y", 86400), has("unix")], "o")' -c 'qa!'; cat o
printf 'alpha one\nbeta two\ngamma three\n' > k.txt; tmux -f /dev/null new-session -d -s v -x 80 -y 24 'vim -u NONE -N -i NONE k.txt'; shows v 'k.txt'
tmux send-keys -t v '/two' Enter; tmux send-keys -t v 'cwTWO' Escape; shows v 'beta TWO'; tmux send-keys -t v 'ggqaA!' Escape 'jq@a'; shows v 'gamma three$'; shows v 'beta TWO!'; tmux send-keys -t v 'ddu'; shows v '1 more line'
tmux send-keys -t v 'gg' C-v 'jjI# ' Escape; shows v '# gamma'; tmux send-keys -t v ':split | r !echo read in' Enter; shows v 'read in'; tmux send-keys -t v ':wa' Enter; shows v 'written'; tmux send-keys -t v ':qa' Enter; wait_for '! tmux ls > /dev/null 2>&1'; cat k.txt
vim -u NONE -es -c 'e k.txt' -c 'call append(0, "kept")' -c 'preserve' -c 'call writefile([filereadable(".k.txt.swp")], "swap")' -c 'qa!'; cat swap; ls -A | tr '\n' ' '; vim -r 2>&1 | grep -c 'Swap files'; vim -u NONE -es -c 'set ff=dos' -c 'wq' k.txt; od -An -c k.txt | head -n 1
