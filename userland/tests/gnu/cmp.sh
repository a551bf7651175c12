# What cmp says, and how it ends.
r() { "$@"; echo "= $?"; }
seq 100 >a; seq 100 >b; echo x >>b; seq 99 >c; (seq 50; echo zz; seq 52 100) >d; : >e
r cmp a a; r cmp a b 2>&1; r cmp a c 2>&1; r cmp a d; r cmp -l a d | head -5; r cmp -b a d; r cmp -bl a d | head -5; r cmp -s a d; r cmp -s a nosuch; r cmp a e 2>&1; r cmp -n 5 a d; r cmp -i 10 a d;  r cmp -i 10:12 a a; r cmp a - <d; r cmp -l a b 2>&1; r cmp a a 5 5; printf abc >f; printf abcd >g; r cmp f g 2>&1; r cmp nosuch a 2>/dev/null
