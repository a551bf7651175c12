# Debian's dash: the shell that packages' scripts are written for.
cat > script <<'E'
fib() { [ "$1" -lt 2 ] && { echo "$1"; return; }; echo $(($(fib $(($1 - 1))) + $(fib $(($1 - 2))))); }
fib 9
while getopts ab:c o -a -b value -c rest; do echo "$o ${OPTARG-}"; done; echo $OPTIND
set -- one 'two three' four; echo $#; for w; do echo "<$w>"; done; shift 2; echo "$*"; IFS=:; set -- $(echo a:b::c); unset IFS; echo $#
x=path/to/file.tar.gz; echo ${x##*/} ${x%%.*} ${x%.*} ${#x} ${y:-default} ${y:=set} $y; : ${z?missing} 2> /dev/null
E
dash script; echo "status $?"
cat > second <<'E'
trap 'echo bye' 0; trap 'echo int' INT; kill -INT $$; echo after; trap - INT
cat <<A; cat <<'B'; cat <<-C
$((3 * 14)) `echo back` $(echo new)
A
$literal `not`
B
	no tab
	C
(cd /; pwd); pwd | sed 's/.*\///'; { echo out; echo err >&2; } 2>&1 | sort; echo no > /nowhere/x || echo refused; exec 4> four; echo 4 >&4; exec 4>&-; cat four
case abc in x*) echo x;; [a-c]??) echo pattern;; esac; i=0; while :; do i=$((i + 1)); [ $i = 3 ] && continue; [ $i -gt 5 ] && break; printf '%s ' $i; done; echo
sleep 50 & p=$!; kill $p; wait $p 2> /dev/null; echo $?; sh -c 'exit 7'; echo $?; ! true; echo $?; set -f; echo *; set +f; echo [s]*; alias l='echo aliased'; eval l
(ulimit -n 20; ulimit -n); umask 077; umask; : > private; ls -l private | cut -c1-10; read a b <<R
first second third
R
echo "$b|$a"; command -v cd; type nothing; set -e; false || echo kept; (false; echo never) || echo or; false; echo never
E
dash second 2>&1; echo "status $?"; echo 'echo from stdin; exit 5' | dash; echo $?; dash -c 'echo $0 $1' name arg; dash -uc 'echo $unset' 2> /dev/null; echo $?
yes | head -n 20000 | dash -c 'n=0; while read x; do n=$((n + 1)); done; echo $n'; dash -c 'kill -SEGV $$'; echo $?; dash -c 'for i in 1 2 3 4 5 6 7 8; do (exit $i) & done; wait; echo waited'
