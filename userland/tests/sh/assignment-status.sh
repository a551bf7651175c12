# $? in assignments, and what a command without words ends with
false; rc=$?; echo "$rc"
(exit 7); a=$? b=$?; echo "$a $b $?"
a=$(exit 3); echo $?
a=$(exit 3) b=$?; echo "$b $?"
(exit 5); a=$(exit 3) b=$?; echo "$b $?"
(exit 5); echo $(exit 3) $?
(exit 5); a=$(echo $?); echo "$a $?"
$(exit 4); echo $?
a=$(exit 4)$(true); echo $?
a=$(exit 4) b=x; echo $?
(exit 6); >/dev/null; echo $?
>/dev/null$(exit 3); echo $?
f() { return $?; }; (exit 9); a=1 f; echo $?
(exit 2); a=$(exit 1) f; echo $?
case $(exit 3) in x) ;; esac; echo $?
for i in $(exit 3); do :; done; echo $?
(exit 5); case $? in 5) echo five;; esac
a=$( ); echo $?
if a=$(exit 1); then echo yes; else echo "no $?"; fi
(exit 5); $(true); echo $?
eval 'a=$(exit 8)'; echo $?
