# What expr prints, and how it ends.
r() { "$@"; echo "= $?"; }
r expr 1 + 2 \* 3; r expr 7 / -2; r expr -7 % 3; r expr 0; r expr ''; r expr abc; r expr 10 \> 9; r expr abc \< b; r expr 2 = 02; r expr foo : 'f\(.*\)'; r expr foo : 'o'; r expr foo : 'fo*'; r expr foo : '^f'; r expr a \| b; r expr 0 \| b; r expr '' \| 0; r expr a \& b; r expr 0 \& b
r expr \( 1 + 2 \) \* 3; r expr length hello; r expr substr hello 2 3; r expr index hello lo; r expr match hello 'h.*l'; r expr + length; r expr 9223372036854775807; r expr 1 \| 1 / 0; r expr 0 \& 1 / 0; r expr 1 - -1; r expr -- -1 + 2; r expr 5 == 5; r expr 5 != 6; r expr -0; r expr -5 '<' 3; r expr 3 '>=' 3; r expr abc : '\(x\)'; r expr a : b : c; r expr 00
for bad in '1 / 0' 'a + 1' '1 +' '( 1' '1 2'; do r expr $bad 2>/dev/null; done
