echo one >f; cat f; echo two >>f; cat <f; cat <<E1; cat <<'E2'; cat <<-E3
var $HOME_NOT_SET $((1+1)) `echo cmd` $(echo sub) \$ \\ \` "q" 'q'
E1
raw $x $((1+1)) `no` \$
E2
	tab
		tabs
	E3
cat <<E4 | tr a-z A-Z
piped
E4
exec 3>g; echo three >&3; exec 3>&-; cat g; exec 4<g; read l <&4; echo $l; exec 4<&-
echo err >&2 2>/dev/null; { echo a; echo b >&2; } 2>&1 | sort
ls nosuch 2>/dev/null || echo failed
echo x >h 2>&1; cat h; : >h; cat h; >h; echo $?
cat <nosuch 2>/dev/null; echo $?; echo y >/nosuch/dir 2>/dev/null; echo $?
exec 5<>h; echo rw >&5; exec 5>&-; cat h
if true; then echo in; fi >i; cat i; for a in 1 2; do echo $a; done >>i; cat i; (echo sub) >j; cat j; { echo grp; } >>j; cat j
while read x; do echo "<$x>"; done <i
cat <<A; cat <<B
first
A
second
B
f() { cat; }; f <<X
to function
X
cat <<"E N D"
spaced delimiter
E N D
cat <<X
a\
b
${undefined:-def "quoted"} ${undefined:-'single'}
X
read a b <<X
 first   second third  
X
echo "[$a][$b]"
echo 'back\slash line' | { read x; echo "$x"; }; echo 'back\slash' | { read -r x; echo "$x"; }
printf 'a:b:c\n' | { IFS=: read x y; echo "$x-$y"; }; printf 'no newline' | { read x; echo "$? $x"; }
printf 'x\\\ny\n' | { read z; echo "$z"; }; printf ':a::b:\n' | { IFS=: read q w e r t; echo "[$q][$w][$e][$r][$t]"; }
echo a 2>&1 1>/dev/null; echo b 1>&2 2>/dev/null
3>k echo nothing; cat k; echo dup 6>&1 >&6
exec 2>/dev/null; ls nosuch; echo hidden >&2
X=$(cat <<I
in substitution
I
); echo "$X"
cat <<EOF
$(cat <<EOG
inner
EOG
)
EOF
