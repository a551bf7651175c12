# Debian's htop, typed at: the list, a search, a filter, the tree, a signal sent from its menu, a resized terminal.
# What is looked for must not stand in the arguments of any program, which htop would list, and choose: hence the brackets.
name=98; sleep ${name}7 & victim=$!
tmux -f /dev/null new-session -d -s h -x 120 -y 30 htop; shows h 'F1[H]elp'; shows h 'Load a[v]erage'; shows h 'Tas[k]s:'; tmux capture-pane -p -t h | grep -c 'F1[H]elp'; tmux capture-pane -p -t h | grep -c 'PID U[S]ER'
tmux send-keys -t h F4; shows h 'Filt[e]r:'; tmux send-keys -t h "sleep $name"; tmux send-keys -t h 7; shows h "Filter: sleep [9]87"; tmux send-keys -t h Enter; shows h 'F4[F]ILTER'; tmux capture-pane -p -t h | grep "root.*sleep [9]87" | head -n 1 | awk '{ print $2, $NF }'
tmux send-keys -t h F5; shows h 'F5[L]ist'; tmux send-keys -t h F5; shows h 'F5[T]ree'; tmux send-keys -t h F9; shows h 'Send s[i]gnal:'; shows h 'SIG[T]ERM'; tmux send-keys -t h Enter; wait $victim; echo $?
tmux send-keys -t h F1; shows h 'Released u[n]der'; tmux send-keys -t h x; shows h 'F1[H]elp'; tmux send-keys -t h F6; shows h 'Sort b[y]'; tmux send-keys -t h Escape; tmux resize-window -t h -x 90 -y 20; shows h 'F10[Q]uit'; tmux capture-pane -p -t h | wc -l; tmux send-keys -t h q; wait_for '! tmux ls > /dev/null 2>&1'; tmux ls 2> /dev/null | wc -l
