# What diff says, and how it ends. Times are left out.
r() { "$@"; echo "= $?"; }
u() { diff -u "$@" >out; echo "= $?"; sed 's/^\([-+]\{3\} [^	]*\).*/\1/' out; }
seq 30 >a; sed '3d;10s/$/x/;20a\
new\
lines' a >b; sed 1d a >c; sed '$d' a >d; : >e; printf 'one\ntwo' >f; printf 'one\ntwo\n' >g; printf 'ONE\n two  x\n' >h; printf 'one\ntwo x \n' >i
(cat a; echo more) >j; printf 'a\na\nb\na\na\n' >k; printf 'a\na\na\nb\na\na\n' >l; printf 'x\n{\n1\n}\ny\n' >m; printf 'x\n{\n1\n}\n{\n2\n}\ny\n' >n
seq 1 3 200 >o; seq 1 5 200 >p; printf 'a\0b' >q; printf 'a\0c' >s; mkdir t; cp b t/a; printf '1\n2\n3\n4\n5\n6\n7\n8\n9\n' >v; printf '1\nB\n3\n4\n5\n6\n7\nH\n9\n' >w
for pair in 'a a' 'a b' 'b a' 'a c' 'a d' 'a e' 'e a' 'f g' 'g f' 'h i' 'a j' 'k l' 'l k' 'm n' 'n m' 'o p' 'v w' 'e e' 'f i'; do
	echo "pair $pair"; r diff $pair; u $pair
done
r diff -U 0 v w | sed 1,2d; r diff -U 1 v w | sed 1,2d; r diff -i h i; r diff -b h i; r diff -w h i; r diff -iw h i; r diff -q a b; r diff -s a a; r diff q s; r diff -q q s
r diff a t; r diff t a; r diff - a <b; r diff a nosuch 2>/dev/null; diff 2>/dev/null; echo $?
x=7; for n in 1 2 3 4 5 6 7 8; do
	for file in y z; do i=0; : >$file; while [ $i -lt 40 ]; do x=$(((x * 1103515245 + 12345) % 2147483648)); [ $((x / 65536 % 4)) -eq 0 ] || echo $i >>$file; i=$((i + 1)); done; done
	r diff y z; u y z
done
