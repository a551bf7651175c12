# What od prints.
r() { "$@"; echo "= $?"; }
i=0; while [ $i -lt 300 ]; do printf "\\$(printf %o $((i * i % 256)))"; i=$((i + 1)); done >x; printf 'hello\tworld\n\0\177\377' >y
for o in '' -c -b -x -d -o -s -a '-t x1' '-t x1z' '-A x -t x1z -v' '-A d -t d1' '-t o1' '-t u4' '-t x4' '-t x8' '-t d8' '-A n -t x1' '-j 5 -t c' '-N 20 -t x2' '-w8 -t x1' '-c -t x1' '-t x1 -t x4' '-t x2 -c' '-i' '-t xC' '-t dS' '-t acx1' '-t x8 -c' '-t u2 -t x1'; do echo "od $o"; r od $o x; r od $o y; done
head -c 100 /dev/zero | od; head -c 100 /dev/zero | od -v; printf '\0\0\200\77\0\0\0\0\0\0\370\77abcdefgh' | od -t f4; printf '\0\0\0\0\0\0\370\77abcdefgh' | od -t f8;  od -j 2 -N 3 -c y x; r od nosuch y 2>/dev/null; r od -j 900 x 2>/dev/null; r od e
