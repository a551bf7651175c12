# bzip2: the samples of its makefile, what is damaged, and files to and from busybox's.
set -e
T=/usr/libexec/imposos-tests/ports/bzip2
ldd /usr/bin/bzip2 | grep -q 'libbz2.so.1.0 => /usr/lib/imposos/'
for n in 1 2 3; do
	bzip2 -$n < $T/sample$n.ref > s.rb2; cmp s.rb2 $T/sample$n.bz2; small=; [ $n = 3 ] && small=-s
	bzip2 -d $small < $T/sample$n.bz2 | cmp - $T/sample$n.ref; busybox bunzip2 -c $T/sample$n.bz2 | cmp - $T/sample$n.ref
done
seq 1 50000 > numbers; cp numbers n; bzip2 -v n 2>&1 | grep -q 'n:.*bits/byte'; [ ! -e n ]; bzip2 -tv n.bz2 2>&1 | grep -q ok; bunzip2 -k n.bz2; cmp n numbers
busybox bzip2 -c numbers | bzcat | cmp - numbers; bzip2 -1 -c numbers numbers | bzcat | wc -l
cp n.bz2 bad.bz2; printf x | dd of=bad.bz2 bs=1 seek=9000 conv=notrunc 2> log; if bzip2 -t bad.bz2 2> log; then echo 'took it'; fi; grep -q 'data integrity (CRC) error\|corrupt' log
bzip2 -1 -c numbers > many.bz2; bzip2recover many.bz2 2> log; ls rec*many.bz2 | wc -l; cat rec*many.bz2 | bzcat 2> log | cmp - numbers
if head -c 9000 n.bz2 | bzip2 -dc > half 2> log; then echo 'took half of it'; fi
echo all of it
