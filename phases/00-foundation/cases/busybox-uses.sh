# Uses of busybox's applets, three or more each, that leave nothing to chance: what they print and the files that they
# leave behind must be the same on ImposOS as on Linux. busybox.ts runs each section by itself, in a folder with these
# files, where `b APPLET` is busybox and $B its path:
#
#   a  words and numbers, two lines alike, one empty      w  words      n  1 to 20      r  4 KiB with bytes of all kinds
#   d  a folder with x, y/z and a link l to x

## setup
umask 022
printf 'pear 3\napple 10\nfig 2\napple 10\n\nBanana 7\n' >a
printf 'one two three\nfour five six\nseven\n' >w
i=1; while [ $i -le 20 ]; do echo $i; i=$((i + 1)); done >n
i=0; while [ $i -lt 64 ]; do printf 'block %03d \001\377\200 abcdefghijklmnopqrstuvwxyz 0123456789 ......\n' $i; i=$((i + 1)); done >r
b mkdir -p d/y; echo x >d/x; echo zz >d/y/z; b ln -s x d/l

## [
b [ -d d ] && echo dir
b [ 3 -lt 10 ] && echo less
b [ -n "" ]; echo $?
b [ d/x -ef d/l ]; echo $?

## [[
b [[ a = a ]] && echo same
b [[ 5 -ge 7 ]]; echo $?
b [[ -s a ]] && echo filled

## ar
printf '!<arch>\n%-16s%-12s%-6s%-6s%-8s%-10s`\n%s' a/ 0 0 0 100644 6 'hello
' >l.a
b ar -t l.a
b ar -p l.a a
b mkdir e
cd e
b ar -x ../l.a
b cat a
b ar -t ../w; echo $?

## arch
b linux32 "$B" arch
b arch | b wc -l
b linux32 "$B" arch x; echo $?

## ascii
b ascii | b head -n 5
b ascii | b wc -l
b ascii | b md5sum

## ash
b ash -c 'f() { echo "$# $1"; }; f a b; set -- x y; echo "$@"'
b ash -n a; echo $?
echo 'for i in 1 2; do echo $((i * 7)); done' | b ash

## awk
b awk '{ s += $2 } END { print s }' a
b awk -F' ' 'NF > 2 { print $3, length($0) }' w
b awk 'BEGIN { while (i < 3) a[i++] = i * i; for (j = 0; j < 3; j++) printf "%05.2f|", a[j] + 0.5; print substr("hello", 2, 3), toupper("x") }'
b awk '/p+l/ { gsub(/p/, "[&]"); print NR ":" $0 }' a

## base64
b base64 a
b base64 -w 20 r | b tail -n 2
b base64 r | b base64 -d | b cmp - r && echo back

## basename
b basename /usr/lib/libc.so .so
b basename a/b/
b basename /
b basename -s .c x.c 2>&1 | b head -n 1

## bc
echo '2^100; scale=20; 22/7; sqrt(2)' | b bc
echo 'define f(n) { if (n < 2) return 1; return n * f(n - 1); } f(25)' | b bc
echo 'obase=16; 255' | b bc
echo 's(1); e(1)' | b bc -l

## bunzip2
b bzip2 -k r
b bunzip2 -c r.bz2 | b cmp - r && echo same
b bunzip2 <r.bz2 | b md5sum
b bunzip2 -t r.bz2; echo $?
echo x | b bunzip2 -c; echo $?

## bzcat
b bzip2 -k a
b bzcat a.bz2
b bzcat <a.bz2 | b wc
b bzcat r; echo $?

## bzip2
b bzip2 -9 -c r | b md5sum
b bzip2 -1 -c n | b md5sum
b bzip2 a
b ls
b bzip2 -d a.bz2
b md5sum a

## cal
b cal 2 2024
b cal 9 1752
b cal -m 10 1999
b cal 2026 | b md5sum

## cat
b cat a w
b cat -n a
b cat -A r | b head -n 1
echo in | b cat w -
b cat none; echo $?

## chgrp
b chgrp "$(b id -g)" a; echo $?
b chgrp -R "$(b id -g)" d; echo $?
b chgrp no-such-group a; echo $?

## chmod
b chmod 640 a
b stat -c %a a
b chmod u+x,g-r,o=w a
b stat -c %A a
b chmod -R go= d
b stat -c "%a %n" d d/x d/y
b chmod +t d
b stat -c %A d

## chown
b chown "$(b id -u)" a; echo $?
b chown -R "$(b id -u):$(b id -g)" d; echo $?
b chown no-such-user a; echo $?

## clear
TERM=vt100 b clear | b od -c
TERM=linux b clear | b wc -c
b clear | b md5sum

## cmp
b cmp a a; echo $?
b cmp a w; echo $?
echo pearl >p
b cmp -l a p
b cmp -s a w; echo $?

## cp
b cp a c
b cmp a c && echo same
b cp -r d e
b find e | b sort
b cp -a d f
b readlink f/l
b cp a w d
b ls d
b cp none x; echo $?

## cpio
b find d | b sort | b cpio -o -H newc 2>/dev/null >c
b cpio -t <c 2>/dev/null
b mkdir e
cd e
b cpio -id <../c 2>/dev/null
b find . | b sort
b cat d/y/z
cd ..
b rm c

## crc32
b crc32 a
b crc32 w r
b crc32 <n
b crc32 none; echo $?

## cut
b cut -d" " -f2 w
b cut -c2-4 a
b cut -b1,3- w
b cut -s -d" " -f1,3 w
b cut -d: -f1 --complement a 2>/dev/null; echo $?

## date
b date -u -d @0
b date -u -d "2024-02-29 12:34:56" +%s
b date -u -d @1e9 2>/dev/null; echo $?
b date -u -d @1234567890 "+%Y-%m-%dT%H:%M:%S %j %a %U"
TZ=EST5EDT b date -d @1720000000 "+%H %Z"

## dc
echo '2 3 ^ p' | b dc
echo '10 3 / p 5 k 10 3 / p' | b dc
b dc -e '16 o 255 p' 2>&1
echo '1 2 3 f' | b dc

## dd
b dd if=r of=x bs=100 skip=2 count=3 2>/dev/null
b md5sum x
b dd if=a bs=1 count=4 2>/dev/null
b dd if=/dev/zero of=z bs=1k seek=3 count=1 2>/dev/null
b wc -c z
echo hello | b dd conv=ucase 2>/dev/null
b dd if=w bs=4 2>&1 >/dev/null | b head -n 2

## diff
echo new >>w
b cp w v
b sed -i 's/two/2/; /seven/d' v
b diff w v; echo $?
b diff -u w v | b sed 1,2d
b diff -q w a
b cp -r d e
echo q >e/x
b diff -r d e
b diff -b a a; echo $?

## dirname
b dirname /usr/lib/x
b dirname x
b dirname /
b dirname a/b//

## dos2unix
printf "a\r\nb\r\n" >x
b dos2unix <x | b od -c
b dos2unix x
b od -c x
b dos2unix -d a
b od -c a | b head -n 2

## du
b dd if=/dev/zero of=z bs=1k count=64 2>/dev/null
b du -h none; echo $?
b du -s none a 2>/dev/null | b cut -f2
b du d | b cut -f2
b du -a d | b cut -f2 | b sort

## echo
b echo a b
b echo -n x
b echo -e "\ta\x41\0101\c no"
b echo
b echo -- -n

## ed
printf '2d\n$a\nlast\n.\n1,3p\nw\nq\n' | b ed a
b cat a
printf '1,$s/o/0/g\n,p\nQ\n' | b ed w
printf '/five/\n.=\nq\n' | b ed w

## egrep
b egrep '^(a|p).*[0-9]+$' a
b egrep -c 'an{1}a' a
b egrep -o '[0-9]+' a
b egrep -v 'a|e' w; echo $?

## env
b env -i A=1 B=2 "$B" env | b sort
A=x b env -u A "$B" sh -c 'echo "${A-unset}"'
b env no-such-program; echo $?
b env FOO=bar "$B" sh -c 'echo $FOO'
b env -- A=1 "$B" sh -c 'exit $A'; echo $?

## expand
printf 'a\tb\n\tc\n' >x
b expand x
b expand -t 4 x
b expand -i x | b od -c | b head -n 2

## expr
b expr 6 \* 7
b expr \( 2 + 3 \) % 4
b expr hello : 'h\(.*\)o'
b expr length hello
b expr 1 = 2; echo $?
b expr substr abcdef 2 3
b expr 9223372036854775807 - 1
b expr 1 / 0; echo $?

## factor
b factor 360 97 1 18446744073709551600
echo 12 35 | b factor
b factor 4294967291 x; echo $?

## fallocate
b fallocate -l 5000 x
b wc -c x
b fallocate -l 100 -o 4950 x
b wc -c x
b fallocate -l 10 /no/where; echo $?

## false
b false; echo $?
b false x; echo $?
b false || echo or

## fgrep
echo 'a.b*c' >x
b fgrep '.b*' x
b fgrep -x apple a; echo $?
b fgrep -i -n BANANA a

## find
b find d -type f | b sort
b find . -name '[aw]' | b sort
b find d -name y -prune -o -print | b sort
b find d -type f -exec "$B" cat {} + | b sort
b find . -maxdepth 1 -type f -size +3k
b find d -type l -exec "$B" readlink {} \;
b find none; echo $?

## fold
b fold -w 10 r | b head -n 4
b fold -s -w 8 w
b fold -b -w 3 n | b head -n 3

## getopt
b getopt ab:c -a -b x y
b getopt -o v -l verbose,file: -- -v --file=q rest
b getopt a -z; echo $?
b getopt -T; echo $?

## grep
b grep apple a
b grep -n -i b a w
b grep -c '' a
b grep -v -e a -e e w
b grep -l two a w
b grep -A1 -B1 fig a
b grep -q zz a; echo $?
b grep -r zz d
b grep -w ten a; echo $?
b grep -o 'e.' w

## gunzip
b gzip -c a >a.gz
b gunzip -c a.gz
b gunzip -t a.gz; echo $?
b cp a.gz q.gz
b gunzip q.gz
b cmp a q && echo same
b gunzip -c w; echo $?

## gzip
b gzip -n -9 -c r | b gunzip | b cmp - r && echo same
b cp a c
b gzip c
b ls
b gzip -d c.gz
b cat c
b gzip none; echo $?
b gzip <n | b gzip -d | b md5sum

## head
b head -n 2 a
b head -c 5 a
b head -n -4 a
b head -n 1 a w
b head -q -n 1 a w

## hexdump
b hexdump r | b head -n 3
b hexdump -C a
b hexdump -n 8 -s 2 -e '1/1 "%02x "' a
echo
b hexdump -b w | b head -n 2
b hexdump -v r | b md5sum

## httpd
b httpd -e "<a b&c>"
echo
b httpd -d "a%20b+c%2f"
echo
b httpd -e "plain"
echo
b httpd -d "%41%42"
echo

## ipcalc
b ipcalc -n -b -m 192.168.1.77/26
b ipcalc -p 10.0.0.0 255.255.240.0
b ipcalc -n 300.1.1.1; echo $?

## kill
b kill -l | b head -n 31
b kill -l 9
b kill -l TERM
b sleep 100 & b kill -9 $!
wait $!; echo $?
b kill 999999; echo $?

## killall
b killall -l | b head -n 3
b killall no-such-program-here; echo $?
b killall -q no-such-program-here; echo $?

## less
b less a
b less -N w | b head -n 2
b cat n | b less | b tail -n 1

## link
b link a c
b stat -c %h a
b cmp a c && echo same
b link a c; echo $?
b link none q; echo $?

## linux32
b linux32 "$B" uname -m
b linux32 "$B" sh -c "exit 7"; echo $?
b linux32 "$B" echo ok

## ln
b ln a c
b stat -c %h a
b ln -s w s
b readlink s
b ln -sf a s
b readlink s
b ln -s ../a d/up
b cat d/up | b head -n 1
b ln a c; echo $?
b ln -sn d t
b readlink t

## ls
b ls
b ls -1 d
b ls -a d
b ls -F d
b ls -R d
b ls -d d
b ls -r
b ls none; echo $?
b ls -1S a w n r
b ls -p d

## lzcat
echo 'XQAAgAD//////////wA0GUnujekXiTozX/yz7OWw3JP//982AAA=' | b base64 -d >x.lzma
b lzcat x.lzma
b lzcat <x.lzma | b wc
b lzcat a; echo $?

## lzop
b lzop -c r | b lzop -d -c | b cmp - r && echo same
b lzop -c n | b wc -c
b cp a c
b lzop c
b ls c.lzo
b lzop -t c.lzo; echo $?

## md5sum
b md5sum a w n
b md5sum <r
b md5sum a w >s
b md5sum -c s
echo x >>a
b md5sum -c s; echo $?
printf "" | b md5sum

## mkdir
b mkdir e
b mkdir -p e/f/g
b find e
b mkdir -m 700 q
b stat -c %a q
b mkdir e; echo $?
b mkdir no/such; echo $?

## mkfifo
b mkfifo p
b stat -c %F p
echo through >p & b cat p
b mkfifo -m 600 q
b stat -c %a q
b mkfifo p; echo $?

## mknod
b mknod p p
b stat -c %F p
b mknod -m 640 q p
b stat -c %a q
b mknod p p; echo $?
b mknod x z; echo $?

## mkpasswd
b mkpasswd -m md5 -S abcdefgh secret
b mkpasswd -m sha256 -S saltsalt secret
b mkpasswd -m sha512 -S saltsalt ""
b mkpasswd -m des -S ab secret

## mktemp
f=$(b mktemp t.XXXXXX)
b stat -c "%a %s" "$f"
echo ${#f}
g=$(b mktemp -d q.XXXXXX)
b stat -c "%a %F" "$g"
b mktemp bad; echo $?
b rm -r t.* q.*

## more
b more a
b cat w | b more
b more none; echo $?

## mv
b mv a c
b ls
b mv c w d
b ls d
b mv d e
b cat e/c | b head -n 1
b mv none x; echo $?
echo 1 >p
echo 2 >q
b mv -f p q
b cat q
b mv -n q n
b wc -l n

## nl
b nl a
b nl -b a -w 3 -s: a
b nl -v 10 -i 5 w
b nl -n rz w 2>/dev/null; echo $?

## od
b od a
b od -c w
b od -A x -t x1z r | b head -n 3
b od -t d2 -N 8 -j 2 r
b od -t f4 -N 16 r
b od -b -v r | b md5sum

## paste
b paste a w
b paste -d: n w | b head -n 4
b paste -s w
b paste - - <n | b head -n 3
b paste -d ", " n n n | b tail -n 1

## patch
b cp w v
b sed -i 's/two/2/; $a\last' v
b diff -u w v >p
b patch <p
b cat w
b patch -R w <p
b cat w
echo garbage | b patch w; echo $?

## printf
b printf '%5d|%-5s|%05.1f\n' 42 ab 3.14159
b printf '%x %o %c\n' 255 8 hello
b printf '%s\n' a b c
b printf '%b' 'a\tb\n'
b printf '%d\n' x; echo $?
b printf '%q\n' 'a b' 2>/dev/null; echo $?

## pwd
cd d
b pwd | b sed "s,.*/,,"
cd y
b pwd -P 2>/dev/null | b sed "s,.*/\(d/\),\1,"
cd ..
b rmdir e 2>/dev/null
b pwd | b wc -l

## readlink
b readlink d/l
b readlink a; echo $?
b readlink -f d/l | b sed "s,.*/d,d,"
b ln -s none q
b readlink q
b readlink -n d/l
echo
b readlink -f no/such; echo $?

## realpath
b realpath d/../a | b sed "s,.*/,,"
b realpath d/l | b sed "s,.*/d,d,"
b realpath none/x; echo $?
b realpath d/y/.. | b sed "s,.*/,,"

## renice
b renice -n 0 -p $$; echo $?
b renice -n 5 -p 999999; echo $?
b renice 2>/dev/null; echo $?

## rev
b rev a
echo hello | b rev
b rev w n | b tail -n 3
b rev none; echo $?

## rm
b rm a
b ls
b rm -r d
b ls
b rm none; echo $?
b rm -f none; echo $?
b mkdir e
b rm e; echo $?
b rm -rf e w
b ls

## rmdir
b mkdir -p e/f/g
b rmdir e/f/g
b ls e/f
b rmdir e; echo $?
b rmdir -p e/f
b ls
b rmdir d; echo $?
b rmdir --ignore-fail-on-non-empty d; echo $?

## run-parts
b mkdir p
for i in b a; do printf "#!%s sh\necho part %s \$1\n" "$B" $i >p/$i; b chmod 755 p/$i; done
echo no >p/c.txt
b run-parts p
b run-parts -a x p
b run-parts --test p
printf "#!%s sh\nexit 3\n" "$B" >p/z
b chmod 755 p/z
b run-parts p 2>/dev/null; echo $?
b rm -r p

## sed
b sed 's/a/A/g' a
b sed -n '2,4p' a
b sed -e '/fig/d' -e '$a\end' a
b sed 's/\([a-z]*\) \([0-9]*\)/\2 \1/' a
b sed -i 1d w
b cat w
b sed -n '/one/,/four/{=;p}' w
b sed 'N;s/\n/+/' n | b head -n 3
b sed -E 's/(.)(.)/\2\1/2' a
b sed 'y/abc/xyz/;1q' a
b sed ':x;s/^.\{1,9\}$/ &/;tx' w

## seq
b seq 3
b seq 2 3 12
b seq 5 -2 0
b seq -w 8 11
b seq -s, 1 4
b seq 0.5 0.25 1.2

## setpriv
b setpriv --nnp "$B" echo ok
b setpriv -d | b grep -c nnp 2>/dev/null
b setpriv "$B" sh -c "exit 4"; echo $?
b setpriv --no-such; echo $?

## setsid
b setsid "$B" sh -c "echo in"
b setsid "$B" sh -c "exit 5"; echo $?
b setsid no-such-program; echo $?

## sh
b sh -c 'case abc in a*) echo yes;; esac; x=hello; echo ${x#he} ${x%lo} ${#x}'
b sh -c 'set -e; false; echo no'; echo $?
b sh -c 'trap "echo bye" EXIT; echo hi'
b sh -c 'echo $((3 > 2 ? 0x10 : 010)) "$0" "$1"' zero one
b sh -c 'while read l; do echo "[$l]"; done' <w
b sh -c 'f() { local v=1; return 3; }; f; echo $?'
b sh -c 'echo a | { read x; echo $x$x; }; exec 3>q; echo three >&3'
b cat q

## sha1sum
b sha1sum a w
b sha1sum <r
b sha1sum a >s
b sha1sum -c s
b sha1sum none; echo $?

## sha256sum
b sha256sum a w
b sha256sum <r
b sha256sum a >s
b sha256sum -c s
printf abc | b sha256sum

## sha3sum
b sha3sum a
b sha3sum -a 512 w
b sha3sum -a 256 <r
b sha3sum a >s
b sha3sum -c s

## sha512sum
b sha512sum a w
b sha512sum <r
b sha512sum a >s
b sha512sum -c s; echo $?

## shred
b shred -n 1 -z a
b od -c a
b shred -u w
b ls
b shred -f -n 0 -z n
b wc -c n
b shred none; echo $?

## shuf
b shuf n | b sort -n | b cmp - n && echo all
b shuf -n 3 n | b wc -l
b shuf -i 5-9 | b sort | b tr -d "\n"
echo
b shuf -e x
b shuf none; echo $?

## sleep
b sleep 0; echo $?
b sleep 0.01; echo $?
b sleep x; echo $?
b sleep 0.01 0.01; echo $?

## sort
b sort a
b sort -r -u a
b sort -k2 -n a
b sort -n -r n | b head -n 3
b sort -t" " -k2,2nr -k1,1 a
b sort -c n; echo $?
b sort -f a
b sort -o s a
b cat s
b sort -z w | b od -c | b tail -n 2
b sort -m n n | b uniq -c | b head -n 2

## stat
b chmod 644 a
b stat -c "%n %a %A %F" a d d/l; b stat -c "%s %h" a d/l
b stat -L -c %F d/l
b touch -d @1000000000 a
b stat -c %Y a
b stat -c %N d/l
b stat none; echo $?

## strings
b strings r | b head -n 2
b strings -n 8 a
b strings -o w
printf "ab\0abcdef\0" >x
b strings -n 6 x
b strings -t x r | b tail -n 1

## stty
b stty </dev/null; echo $?
b stty -F a; echo $?
b stty size </dev/null; echo $?

## sync
b sync; echo $?
b sync a 2>/dev/null
b cat a | b head -n 1
b sync
echo done

## tac
b tac a
b tac n | b head -n 2
printf "x\ny" | b tac
b tac none; echo $?

## tail
b tail -n 2 a
b tail -n +5 a
b tail -c 4 a
b tail -n 1 a w
b tail -q -n 1 a w
b tail -c +18 n

## tar
b touch -d @1000000000 a d/x d/y/z d/y d
b tar -cf t.tar a d
b tar -tf t.tar | b sort
b mkdir e
b tar -xf t.tar -C e
b find e | b sort
b cmp a e/a && echo same
b tar -czf t.tgz d
b tar -tzf t.tgz | b sort
b tar -xOf t.tar d/y/z
echo d/y >no
b tar -cf - -X no d | b tar -t | b sort
b tar -cjf t.bz2 a
b tar -tjf t.bz2 | b sort
b readlink e/d/l
b rm t.*

## taskset
b taskset 1 "$B" echo ok
b taskset -c 0 "$B" sh -c "exit 6"; echo $?
b taskset 1 no-such-program; echo $?

## tee
echo one | b tee x
echo two | b tee -a x y
b cat x y
echo z | b tee /no/where; echo $?

## test
b test -f a; echo $?
b test a -nt none; echo $?
b test ""; echo $?
b test 1 -eq 1 -a x = x; echo $?
b test ! -e none; echo $?
b test -L d/l; echo $?
b test 1 -xx 2; echo $?

## time
b time "$B" echo timed 2>/dev/null
b time -f x "$B" sh -c "exit 3"; echo $?
b time "$B" true 2>&1 | b wc -l
b time no-such-program 2>/dev/null; echo $?

## timeout
b timeout 5 "$B" echo in time
b timeout 1 "$B" sleep 20; echo $?
b timeout -s KILL 1 "$B" sleep 20; echo $?
b timeout 5 "$B" sh -c "exit 9"; echo $?

## touch
b touch new
b wc -c new
b touch -c none
b ls none
b touch -d "2001-02-03 04:05:06" a
b stat -c %y a | b cut -c1-19
b touch -r a w
b stat -c %Y w
b touch /no/such; echo $?

## tr
b tr a-z A-Z <a
b tr -d aeiou <w
b tr -s p <a
echo hello | b tr '[:lower:]' '[:upper:]'
b tr -c 'a-z\n' . <a
b tr -cd '0-9' <a
echo
echo 'a-b' | b tr -- - +

## true
b true; echo $?
b true x; echo $?
b true && echo and

## truncate
b truncate -s 3 a
b cat a
echo
b truncate -s 5000 w
b wc -c w
b truncate -c -s 1 none
b ls none
b truncate -s +10 n
b wc -c n
b md5sum n

## tty
b tty </dev/null; echo $?
b tty -s </dev/null; echo $?
echo | b tty; echo $?

## uname
b uname
b uname -s
b linux32 "$B" uname -m
b uname -o
b uname -z; echo $?

## uncompress
printf '\037\235\220\141\304\214\1' >x.Z
b uncompress -c x.Z | b od -c
b uncompress -c a; echo $?
b uncompress none.Z; echo $?

## unexpand
printf '        a       b\n    c\n' >x
b unexpand x | b od -c
b unexpand -a x | b od -c
b unexpand -t 4 x | b od -c

## uniq
b sort a | b uniq
b sort a | b uniq -c
b sort a | b uniq -d
b sort a | b uniq -u
b uniq -w 1 n
b uniq -i a
b uniq -f 1 a

## unix2dos
b unix2dos <w | b od -c
b unix2dos a
b od -c a | b head -n 2
b unix2dos -u a
b od -c a | b head -n 2

## unlink
b unlink a
b ls
b unlink none; echo $?
b ln w q
b unlink w
b cat q

## unlzma
echo 'XQAAgAD//////////wA0GUnujekXiTozX/yz7OWw3JP//982AAA=' | b base64 -d >x.lzma
b unlzma -c x.lzma | b uniq -c
b unlzma -t x.lzma; echo $?
b unlzma x.lzma
b md5sum x
b unlzma -c a; echo $?

## unxz
echo '/Td6WFoAAATm1rRGAgAhARYAAAB0L+WjAQALaGVsbG8gd29ybGQKAKHy/8Rqf7/PAAEkDKYY2NgftvN9AQAAAAAEWVo=' | b base64 -d >x.xz
b unxz -c x.xz
b unxz -t x.xz; echo $?
b unxz -c a; echo $?
b unxz x.xz
b cat x

## unzip
echo 'UEsDBBQAAAAIAAAAIVgwSB1WCwAAADwAAAABAAAAZstIzcnJ58ogiwQAUEsBAhQDFAAAAAgAAAAhWDBIHVYLAAAAPAAAAAEAAAAAAAAAAAAAAKQBAAAAAGZQSwUGAAAAAAEAAQAvAAAAKgAAAAAA' | b base64 -d >x.zip
b unzip -p x.zip | b uniq -c
b unzip -q x.zip
b md5sum f
b unzip -q a; echo $?
b unzip -q -o x.zip -d e
b ls e
b unzip -t x.zip 2>/dev/null | b head -n 2

## usleep
b usleep 1000; echo $?
b usleep 0; echo $?
b usleep x; echo $?

## uudecode
b uuencode a name >x
b uudecode -o y x
b cmp a y && echo same
b uudecode -o - x | b md5sum
b uuencode -m w q >x
b uudecode x
b cat q
echo no | b uudecode; echo $?

## uuencode
b chmod 644 a w
b uuencode a name
b uuencode -m w q
b uuencode - <n
b uuencode none x; echo $?

## vi
printf ':s/pear/PEAR/\n:2d\n:wq\n' >c
b vi -c ':1s/pear/PEAR/' -c ':2d' -c ':wq' a >/dev/null 2>&1 </dev/null
b cat a
b vi -c ':q!' w >/dev/null 2>&1 </dev/null
b cat w
b vi -c ':%s/1/one/' -c ':x' n >/dev/null 2>&1 </dev/null
b head -n 1 n

## wc
b wc a
b wc -l a w n
b wc -w <w
b wc -c r
b wc -L a
b wc none; echo $?

## which
PATH=/no b which sh; echo $?
PATH=$PWD/d
export PATH
"$B" chmod 755 d/x
"$B" which x | "$B" sed "s,.*/d,d,"
"$B" which none x | "$B" wc -l
"$B" which -a x | "$B" wc -l

## xargs
b seq 5 | b xargs
b seq 5 | b xargs -n 2
printf "a b\0c" | b xargs -0 -n 1 "$B" echo
b seq 3 | b xargs -I{} "$B" echo "<{}>"
echo | b xargs -r "$B" echo none
b seq 2 | b xargs -t -n 1 "$B" echo 2>/dev/null
b seq 3 | b xargs "$B" sh -c "exit 2"; echo $?
echo '"q w" e' | b xargs -n 1

## xxd
b xxd r | b head -n 3
b xxd -p a
b xxd -l 8 -s 4 w
b xxd -g 1 -c 8 w
b xxd -p a | b xxd -r -p | b cmp - a && echo back

## xzcat
echo '/Td6WFoAAATm1rRGAgAhARYAAAB0L+WjAQALaGVsbG8gd29ybGQKAKHy/8Rqf7/PAAEkDKYY2NgftvN9AQAAAAAEWVo=' | b base64 -d >x.xz
b xzcat x.xz
b xzcat <x.xz | b wc
b xzcat a; echo $?

## yes
b yes | b head -n 2
b yes a b | b head -n 1
b yes x | b head -c 100000 | b md5sum

## zcat
b gzip -c a >x.gz
b zcat x.gz
b zcat <x.gz | b wc
b zcat a; echo $?
b zcat none.gz; echo $?
