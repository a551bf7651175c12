if false; then echo a; elif true; then echo b; else echo c; fi
if false; then :; fi; echo $?
i=0; while [ $i -lt 5 ]; do i=$((i+1)); [ $i = 2 ] && continue; [ $i = 4 ] && break; echo $i; done; echo "end $i $?"
until [ $i -eq 0 ]; do i=$((i-1)); done; echo $i
for a in 1 2 3; do for b in x y z; do [ $b = y ] && continue 2; [ $a = 3 ] && break 2; echo $a$b; done; done
for w; do echo "arg $w"; done
for w in; do echo never; done; echo $?
f() { echo "f $# $1"; return 7; echo no; }; f a b; echo $?
g() { local x=in; x=changed; echo $x; h; }; h() { echo "h $x"; }; x=out; g; echo $x
r() { [ $1 -eq 0 ] && return; echo $1; r $(($1-1)); }; r 3
true && echo yes || echo no; false && echo yes || echo no; ! false; echo $?; ! true; echo $?
{ echo group; echo two; } | while read l; do echo "read $l"; done
(x=sub; echo $x; exit 5); echo $? $x
echo a | cat | { read v; echo "got $v"; }
false | true; echo $?; true | false; echo $?
eval 'echo ev$((1+1))'; eval "a=1; b=2"; echo $a$b; eval; echo $?
cmd='echo spaced   out'; $cmd; eval "$cmd"
set -- a b c; shift; echo $*; shift 2; echo $#
while :; do break; done; echo $?
x=$(false); echo $?; x=$(exit 3) y=$(true); echo $?
case $(echo hi) in hi) echo matched;; esac
fn() { echo first; }; fn; fn() { echo second; }; fn; unset -f fn; fn 2>/dev/null; echo $?
k() { for i in 1 2; do return $i; done; }; k; echo $?
echo "$(for i in 1 2 3; do echo $i; done)"
t() { echo "$@"; } >out; t to file; cat out
while read a b; do echo "[$a|$b]"; done <<END
one two three
 four   five  
six
END
n=0; while [ $((n=n+1)) -le 3 ]; do echo $n; done
if (exit 0) && { true; }; then echo ok; fi
[ -n "" ] || [ -z "" ] && echo both
: ${var:=x}; echo $var
. ./nothing 2>/dev/null || echo not reached
