# What sed prints, and how it ends.
sed() { command sed "$@"; echo "= $?"; }
seq 12 >n; printf 'one\ntwo\n\nthree four\n\n\nfive\n' >t; printf 'no newline' >nn; printf 'a/b:c\n' >p
sed p t; sed -n 2p t; sed -n '$p' t n; sed -s -n '$p' t n; sed '2,4d' n; sed -n '/3/,/5/p' n; sed '0,/1/s//X/' n; sed '1~3d' n; sed -n '2,+2p' n; sed -n '5,~4p' n; sed '$!d' n
sed -n '4,2p' n; sed '/x*/s//[&]/2' t; sed 's/a*/x/g' t; echo baaac | sed 's/a*/x/g'; echo abcabc | sed 's/b/[&]/2;s/c/<\n>/'; echo hello | sed 's/\(h\)\(e\)/\2\1/'
echo hello world | sed -E 's/(\w+) (\w+)/\2 \1/'; echo hello | sed 's/l*/\U&/'; echo 'hello world' | sed -E 's/\b(.)/\u\1/g'; sed 's|/|,|;s,:,\,,' p
sed = n | sed 'N;s/\n/\t/'; sed -n '$=' n t; sed '1!G;h;$!d' n; sed -e ':a' -e '$!N;s/\n/,/;ta' n; sed ':a;N;$!ba;s/\n/ /g' n
sed '/^$/d' t; sed '/./,/^$/!d' t; sed '$!N;/^\(.*\)\n\1$/!P;D' t; sed 'n;d' n; sed '$!N;$!D' n; sed p nn; sed 's/no/yes/' nn t
sed '2a\
added\
lines' n; sed '2a one line' n; sed '2i\  kept blanks' n; sed '2,4c\
changed' n; sed '$!{2c x
}' n; sed '/two/{s/t/T/;p;}' t; sed 2q n; sed 2q5 n; sed 3Q n; sed -n 'l;l 20' t; printf 'a\tb\001\\\303\251 long long long long long long long long long long long long long long text\n' | sed -n l
sed 'y/abc/xyz/;y,/,\,,' p; sed '2r t' n; sed '2r nosuch' n; sed -n '/1/w out' n; cat out; sed 's/1/Z/w out2' n; cat out2; sed -n 'x;p;x;G;p' t; sed -n '2{p;q}' t
cp n m; sed -i 's/^1/Q/' m; cat m; sed -i.bak 2d m t; cat m m.bak t; sed -n '/four/I,$p' t; sed 's/T/x/Ig' t; sed -f /dev/stdin t <<'X'
# comment
s/o/0/g   # behind
/two/ {
  p ; p
}
X
sed '#n
p' t; sed -e '#n' -e p t; sed --expression='s/a/b/' p; sed 's/\//|/' p; sed 's/[/]/|/' p; sed 's/\./x/;s/a\|b/Y/g' p; sed -n '\,a/b,p' p; sed 's/a/b/;s//c/' p; sed 's/./&&/3' p; sed '3!s/^/> /' t; sed 's/$/\
next/' p; sed 's/x\{0,1\}/-/g' p; sed 'b end; s/a/FAIL/; : end
s/c/ok/' p; sed '/a/bx;s/b/n/;:x' p; sed 'z;s/^$/empty/' p; sed -n '/two/,3p;/one/,1p' t; sed '2,3!{/5/d}' n; sed '1d;n;d' n; sed 'N;N;s/\n/+/g' n; sed '$d' nn; echo a.b.c | sed 's/\./\\&/g'; echo 'a&b' | sed 's/&/\&amp;/'; sed 's/b*$/!/g' p; echo aaa | sed 's/a/b/2g'; echo abc | sed 's/b\|$/X/g'
echo abcd | sed -E 's/(a)(b)?(z)?/[\1\2\3]/'; printf 'a\nb\n' | sed -n 'H;${x;s/\n/,/g;p}'; printf '1\n2\n' | sed 'a x' | sed 'i y'; sed '/one/,/two/{//!d}' t
sed --nosuch n 2>/dev/null; sed k n 2>/dev/null; sed 's/a' n 2>/dev/null; sed 's/a/\1/' n 2>/dev/null; sed nosuchfile nosuch 2>/dev/null; sed p nosuch 2>/dev/null; sed '{p' n 2>/dev/null; sed 'p}' n 2>/dev/null
