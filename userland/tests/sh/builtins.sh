printf '%s %d %5.2f|%-5s|%05d|%x %o %c %%\n' str 42 3.14159 ab 7 255 8 xyz
printf '%s\n' a b c; printf '%d %s\n' 1 a 2; printf 'none\n'; printf '%b\n' 'a\tb\n\0101'; printf '\101\t\\\n'
printf '%d\n' 0x10 010 "'A" -5; printf '%d\n' abc 2>/dev/null; echo $?; printf '%5s|%-5s|%.2s\n' a b cde; printf '%*d|\n' 5 3
printf '%s'; printf '\n'; printf '%i %u %X %e %g\n' 1 2 255 1.5 0.0001; printf '%+d % d\n' 3 4
echo -n no newline; echo; echo 'a\tb\\c'; echo 'x\cy'; echo; echo -e; echo - -- ; echo '\060\0101'
test a = a; echo $?; [ a = b ]; echo $?; [ 1 -lt 2 -a 2 -lt 3 ]; echo $?; [ ! a ]; echo $?; [ -z '' ]; echo $?; [ ]; echo $?
[ -f /etc/passwd ]; echo $?; [ -d / ] && [ -r / ]; echo $?; [ '(' a ')' ]; echo $?; [ ! -e /nosuch ]; echo $?; [ a -o '' ]; echo $?
[ 5 -ge 5 ] && [ 5 -ne 4 ] && [ -1 -lt 0 ]; echo $?; [ abc -eq 1 ] 2>/dev/null; echo $?; [ = = = ]; echo $?; [ -n = ]; echo $?; [ ! = ! ]; echo $?
[ "$x" = "" ] && echo empty; [ -t 0 ] || echo notty; test 2>/dev/null; echo $?; [ a 2>/dev/null; echo $?
[ -f /etc/passwd -a ! -d /etc/passwd ]; echo $?; [ ! '(' -d /nosuch ')' ]; echo $?
mkdir sub; cd sub; pwd | sed 's,.*/,,'; cd ..; cd - >/dev/null; pwd | sed 's,.*/,,'; cd ..; ln -s sub link; cd link; pwd | sed 's,.*/,,'; pwd -P | sed 's,.*/,,'; cd ..; cd -P link; pwd | sed 's,.*/,,'; cd ../; (cd /nosuch) 2>/dev/null; echo $?
true; echo $?; false; echo $?; :; echo $?
set -- 'a b' "c'd"; set | grep '^[@1]' ; x="it's"; set | grep '^x='; export XX='q r'; export -p | grep XX
readonly RO=1; readonly -p | grep RO; unset XX; echo ${XX-unset}; unset nothing; echo $?
times >/dev/null; echo $?; ulimit -n >/dev/null; echo $?; hash -r; echo $?
set -x; echo traced 2>/dev/null; set +x
set -o | grep errexit; set -o noglob; echo *; set +o noglob
eval 'echo a
echo b'; eval echo '"$HOME"' >/dev/null; command eval 'echo c'
(exec echo replaced; echo no); (exec nosuchcmd) 2>/dev/null; echo $?
exec 3>&1; echo to3 >&3; exec 3>&-
type cd sh nosuch 2>/dev/null | sed 's/ is .*//'; echo ${PPID:+set} ${PWD:+set}
f() { echo "$0" | sed 's,.*/,,'; echo $1; set -- new; echo $1; }; f orig; echo $1
sh -c 'echo $0 $1' name arg; sh -c 'exit 12'; echo $?; sh -e -c 'false; echo no'; echo $?; echo 'echo stdin script $1' | sh -s arg
sh -c 'kill -9 $$' 2>/dev/null; echo $?; sh -c 'echo "unterminated' 2>/dev/null; echo $?; sh -c 'if' 2>/dev/null; echo $?
sh -c ') x' 2>/dev/null; echo $?; sh -c 'echo ${bad!}' 2>/dev/null; echo $?; sh -c 'for x in a; do echo $x; done; echo end'
