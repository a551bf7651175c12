cat >inc <<'END'
echo "inc $1 $#"; incv=1
return 4
echo no
END
. ./inc; echo "$? $incv"
sourced() { . ./inc; echo "after $?"; }; sourced
trap 'echo exit trap $?' EXIT
trap 'echo usr1' USR1; kill -USR1 $$; echo after
(trap 'echo subshell exit' EXIT; echo in sub)
trap '' USR2; kill -USR2 $$; echo still; trap - USR2
trap
sh -c 'trap "echo t" TERM; kill -TERM $$; echo x'
a=b; readonly a; (a=c) 2>/dev/null; echo $?; echo $a
export E1=exported; sh -c 'echo $E1'; E2=temp sh -c 'echo $E2'; echo "[$E2]"
unset E1; sh -c 'echo "[$E1]"'
command echo cmd; command -v echo; command -v nosuch; echo $?; command -v sh >/dev/null && echo found
type echo | head -1; nosuchcommand 2>/dev/null; echo $?; ./inc 2>/dev/null; echo $?
while getopts ab:c o -a -b val -c rest; do echo "$o ${OPTARG-} $OPTIND"; done; echo $OPTIND
OPTIND=1; while getopts :x:y o -y -z -x; do echo "$o [$OPTARG]"; done
OPTIND=1; set -- -ab foo -c; while getopts ab:c o; do echo "$o $OPTARG"; done; shift $((OPTIND-1)); echo $#
umask 022; umask; umask -S; umask u=rwx,g=,o=; umask; umask 022
set -- x y; set -e; false || echo survived; if false; then :; fi; ! true; set +e
(set -e; false; echo no); echo $?
(set -e; false && true; echo yes); (set -e; { false; } ; echo no); echo $?
(set -u; echo $undefined) 2>/dev/null; echo $?
(set -C; echo a >new; echo b >new) 2>/dev/null; cat new; (set -C; echo c >|new); cat new
set -- a 'b c'; for x in "$@"; do echo "[$x]"; done
sleep 0 & wait $!; echo $?; (exit 9) & wait $!; echo $?; wait; echo $?
f=fn; eval "$f() { echo dyn; }"; fn
echo $- | grep -c i
alias hi='echo aliased'; 
hi there; unalias hi
x=1; x=2 eval 'echo $x'; echo $x; x=3 :; echo $x
{ echo out; echo err >&2; } 2>&1 >/dev/null
kill -l 9
test -e inc && test ! -d inc; echo $?
echo $((10/3)) $((10%3)) $((-7/2)) $((1<<4)) $((0x1f)) $((010)) $((5>3)) $((5==5&&2)) $((0||0)) $((1?2:3)) $((!5)) $((~0))
i=5; echo $((i+=2)) $i $((i*=3)) $i $((i<<=1)) $((i%=5)) $i $((i=7)) $(( (1+2)*3 )) $((-i)) $((i>5?i:0)) $((2*3+4*5)) $((7&3|8^1))
(echo $((1/0))) 2>/dev/null; echo $?; a='1+1'; (echo $((a))) 2>/dev/null; echo $?; echo $((9223372036854775807+1))
exit 3
