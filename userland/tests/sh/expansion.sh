# Parameters
p() { printf '<%s>' "$@"; echo " $#"; }
unset u; e=; v=value
p ${u-a} ${u:-b} ${e-c} ${e:-d} ${v-e} ${v:-f}
p "${u-a b}" "${e:-c d}" ${u-a b} "${u-"x y"}" ${u-'q r'}
p ${u+x} ${v+x} ${e+x} ${e:+x} "${v:+a b}"
p ${w=assigned} $w ${w:=again} $w ${n:=1 2 3}; p "$n"
(echo ${u?gone}) 2>/dev/null; echo $?
(echo ${e:?gone}) 2>/dev/null; echo $?
p ${#v} ${#u} ${#} ${#@} ${#*} ${#1} ${#2}
f=/usr/local/lib/file.tar.gz
p ${f##*/} ${f#*/} ${f%.*} ${f%%.*} ${f%/*} ${f#/usr} ${f%nothing} "${f##*/l}"
s='a*b*c'; p "${s#a*}" "${s#a\*}" "${s#"a*"}" "${s%'*c'}" "${s##*'*'}"
x='*'; p "${s#$x}" "${s##$x}" "${s#"$x"}"
y='a}b'; p "${y%\}b}" "${y%'}b'}" ${u:-\}} "${u:-}}"
# Fields
set -- 'a b' c 'd  e' ''
p $*; p "$*"; p $@; p "$@"; p x"$@"y; p "$@$@"; p "x $* y"
IFS=:; p $*; p "$*"; p "$@"; z=$*; p "$z"; z="$*"; p "$z"; IFS=' 	
'
set --; p "$@"; p "$*"; p ""$@; p "$@"""; p x"$@"; p $@ $*
IFS=: ; a=':a::b:c:'; p $a; a='a:b'; p $a x$a; a='::'; p $a; IFS=' :'; a=' a : b::c '; p $a; a='a :b'; p $a
IFS=; a='a b'; p $a; unset IFS; p $a; IFS=' 	
'
a='  lead and trail  '; p $a; p "$a"; p x${a}x
p '' "" ''"" $e "$e" $e"" a''b
p $((1+2)) "$((3*4))" $(echo 'a  b') "$(echo 'a  b')" `echo c d` "`echo "q  r"`"
p "$(printf 'x\n\n\n')" "a$(printf '\ny\n')"
p $(echo "$(echo "nested $(echo deep)")") "`echo \`echo back\``" "`echo \$v`" '$v' "\$v" \$v
p ~nosuchuser/x "~" '~' a~b
HOME=/home/me; p ~ ~/x x=~ "$(echo ~)"; t=~/bin:~/sbin; p "$t"; t=x:~; p "$t"
p "a\b" "a\\b" "a\"b" "a\$b" "a\`b" 'a\b' a\b a\\b "\a"
p "line \
continued" con\
tinued
p $'dollar' "$" $ "a$" a$ "$%" $%
p ${v}x "${v}x" $vx "${v}"'lit'"$v"
set -- 1 2 3 4 5 6 7 8 9 ten eleven; p ${10} $10 ${11} ${#} ${#10}
p "${v#v}${v%e}" "${v#"${v%??}"}"
p "${u:-$(echo sub)}" "${u:-`echo sub`}" "${u:-$((1+1))}" ${u:-$v}
p "${v:-unused $(echo no >&2)}"
a=1 b=$a; p $b; a=2 c=$a p "$c"; p "[$c]"
p [ab] \* '*' "*" [!x
