# Debian's sed: addresses, hold space, branches, files written and edited in place.
seq 1 12 > n; sed -n '2,4p;$p;/7/,+1p;0~5p' n; sed '1~3d' n | tr '\n' ' '; echo; sed -n '$=' n; sed = n | sed 'N;s/\n/:/' | tail -n 2
sed -n '1!G;h;$p' n | head -n 2; sed ':a;N;$!ba;s/\n/,/g' n; sed -E 's/([0-9])([0-9])/\2\1/;t;s/^/-/' n | tail -n 4; sed 's/1/X/2;s/./&&/g' n | tail -n 2
printf 'one\ntwo\n\nthree\n' | sed '/^$/d;y/abcdefo/ABCDEFO/'; printf 'a\nb\n' | sed 'i before
a after
2c changed'; printf 'key = value # note\n' | sed -E 's/\s*#.*//; s/^(\w+)\s*=\s*(.*)$/\2=\1/; s/\b(.)/\u\1/g'
sed -n '3{p;q5}' n; echo $?; cp n e; sed -i.bak '/^1/!d;s/$/!/' e; cat e; cmp e.bak n && echo kept; chmod 640 e; sed -i s/1/2/ e; stat -c %a e; ln -s e l; sed -i --follow-symlinks s/2/3/ l; readlink l; head -n 1 e
sed -n '/5/w five
/6/w six' n; cat five six; sed '2r five' n | head -n 4; printf 'x\0y\0' | sed -z 's/^/</;s/$/>/' | tr '\0' '\n'; sed -s -n '$p' n five; sed -n 'l 10' <<E
tab	and a long line \ here
E
seq 1 30000 | sed -n '/99$/{s/.*/<&>/;p}' | tail -n 1; seq 1 30000 | sed 's/.*/&&&&/' | md5sum; sed --version | head -n 1; sed 's/a/' n 2>&1; echo $?; sed p /nowhere 2>&1; echo $?
