# Debian's static busybox: its shell, and the applets that archives, text and trees are worked on with.
b=/usr/bin/busybox
mkdir bin; $b --install -s bin; export PATH=$PWD/bin:/usr/bin
ls bin | wc -l; readlink bin/awk
cat > script <<'E'
count() { local n=$1; [ $n -gt 0 ] && { printf '%s ' $n; count $((n - 1)); }; }
count 5; echo
trap 'echo caught' USR1; kill -USR1 $$; echo $((2 ** 10 % 1000)) ${0##*/}
for f in a b c; do echo $f; done | while read -r x; do printf '<%s>' $x; done; echo
E
$b ash script
mkdir -p t/one/two; seq 1 200 > t/numbers; seq 1 200 | tac > t/one/back; ln -s ../numbers t/one/link; mkfifo t/pipe; chmod 640 t/numbers; touch -d '2020-02-02 02:02:02' t/numbers t/one t/one/back t/pipe
tar -cf - t | gzip | zcat | tar -tf - | sort
tar -cjf t.tbz t; mkdir u; tar -xjf t.tbz -C u; diff -r t/one u/t/one && echo same; stat -c '%n %a %F %s %Y' u/t/numbers u/t/one/back u/t/pipe
(cd t; find . ! -type d | sort | cpio -o -H newc 2>/dev/null) > t.cpio; mkdir v; (cd v; cpio -id 2>/dev/null < ../t.cpio; find . | sort)
find t -type f -exec md5sum {} + | sort; sha1sum t/numbers; sha256sum t/numbers; cksum t/numbers; crc32 t/numbers
awk '{ s += $1; c[$1 % 7]++ } END { print s; for (i = 0; i < 7; i++) printf "%d ", c[i]; print "" }' t/numbers
sed -n '/^1[0-3]$/{s/.*/<&>/;p}' t/numbers; sort -rn t/numbers | head -n 2; grep -c 7 t/numbers; grep -n '^9.$' t/numbers | tail -n 1
sed 's/^50$/fifty/' t/numbers > new; diff -u t/numbers new | sed 1,2d > p; patch t/numbers < p > /dev/null; cmp t/numbers new && echo patched
printf '5a\nadded\n.\n1,3d\nw out\nq\n' | ed t/one/back > /dev/null; head -n 4 out
echo '2^100; scale=6; 22/7' | bc; echo '3 4 + p' | dc; xxd -l 20 t/numbers; od -An -tx1 -N 8 t/numbers; printf 'text\n' | uuencode name | uudecode -o -; base64 script | base64 -d | cmp - script && echo back
seq 1 8 | xargs -n 3 -P 2 sh -c 'echo $#' | sort; dd if=/dev/zero bs=1k count=40 2>/dev/null | wc -c; truncate -s 1M big; du -k --apparent-size big 2>/dev/null; stat -c %s big
timeout -s TERM 1 sleep 20; echo $?; nice -n 3 sh -c 'nice'; (sleep 30 & echo $! > pid); kill "$(cat pid)" && echo killed
printf 'one two\nthree\n' > w; vi -c ':%s/two/2/' -c ':wq' w < /dev/null > /dev/null 2>&1; cut -d ' ' -f 1 w; wc w | tr -s ' '; split -l 90 t/numbers part; ls part*; fold -w 3 w | head -n 3; expr length hello; factor 1001; cal 2 2024 | head -n 4; unxz -h 2>&1 | head -n 1; which sh
