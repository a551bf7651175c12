# Debian's coreutils, nearly all of them: files and their attributes, text, numbers, processes.
ls /usr/bin/[ /usr/bin/yes > /dev/null && echo there
# Trees and attributes
mkdir -p -m 750 a/b/c; install -m 640 -D /etc/hostname a/b/h; seq 1 50 > a/n; ln a/n a/hard; ln -sr a/n a/b/soft; mkfifo -m 600 a/fifo; mknod a/null c 1 3; cp a/n 'a/two words'; chown 1:5 a/n; chmod u+s,g-r,o=w a/n; touch -d '2003-04-05 06:07:08' a/n a/b a a/fifo a/null a/b/h a/b/c 'a/two words'; touch -h -d '2003-04-05' a/b/soft
ls -l --time-style=+%F_%T a a/b | sed 's/^total .*/total/;s/  */ /g;/^d/s/ [0-9]* 2003/ 2003/'; ls -1RF a; ls -lnd --full-time a/n | cut -d' ' -f1-8; stat -c '%n|%A|%a|%F|%h|%U|%G|%s|%Y|%t,%T' a/n a/null a/b/soft; stat -c '%n|%A|%F|%h|%U|%Y' a; stat -f -c %T /proc; readlink a/b/soft; readlink -f a/b/soft | sed "s|$PWD|.|"; realpath --relative-to=a/b a/n; test a/n -ef a/hard && echo one; [ -u a/n -a -p a/fifo -a -c a/null ] && echo kinds
cp -a a copy; ls -lR --time-style=+%s a | sed 's/^total .*//;s/  */ /g' > l1; (cd copy && ls -lR --time-style=+%s . ) | sed 's/^total .*//;s/  */ /g;s|^\.|a|' > l2; cmp l1 l2 && echo copied; cp -r --preserve=links a/n a/hard copy/b; stat -c %h copy/b/hard; mv -n a/n copy/n; ls a/n; mv copy moved; rmdir moved 2>&1; rm -r moved; link a/n a/linked; unlink a/linked; cp --parents a/b/h new 2>&1; mkdir new; cp --parents a/b/h new; find new | sort; rm -ri new < /dev/null 2> /dev/null; ls -d new; mktemp -u --suffix=.x ./tmpXXXX | wc -c; mktemp -d ./dXXXX | xargs rmdir
chmod -R a+X,g=u a/b; stat -c '%a %n' a/b a/b/h; chmod --reference=a/b/h a/hard; stat -c %a a/hard; chown --from=1 root a/hard; chgrp -R 1 a/b; stat -c '%U %g' a/hard a/b/h; umask 022; truncate -s 100K sparse; cp --sparse=always sparse s2; du -k s2 | cut -f1; du --apparent-size -k s2; du -sb a/n | cut -f1; dd if=a/n of=d bs=7 skip=2 count=3 conv=ucase status=none; cat d; echo; dd if=/dev/zero bs=1 count=3 seek=5 of=d conv=notrunc status=none; od -An -c d; dd if=a/n bs=1M iflag=fullblock 2>&1 > /dev/null | head -n 2; shred -n 1 -z -u d; ls d 2>&1; sync a/n; df --output=target / | tail -n 1; pathchk -p 'a:b' 2>&1; dirname a/b/c; basename -s .c -a x.c y.c
# Text
printf 'pear 3\napple 10\nFig 2\napple 1\n' > w; sort w; sort -f -k1,1 -k2n w; sort -u -k1,1 w; sort -k2 -h -r w | head -n 1; printf '1.10\n1.9\n1.2a\n' | sort -V | tr '\n' ' '; printf '3K\n1M\n200\n' | sort -h | tr '\n' ' '; printf 'mar\njan\nfeb\n' | sort -M | tr '\n' ' '; echo; sort -c w; echo $?; sort -m <<E w | head -n 1
aaa
E
seq 1 30000 | sort -S 64k --parallel=2 -r | md5sum; printf 'a\na\nb\nc\nc\n' | uniq -c; printf 'a\na\nb\n' | uniq -d; cut -d' ' -f2 w | tr '\n' ' '; cut -c2-4 --complement w | head -n 1; echo hello | tr a-y b-z; echo aabbcc | tr -s abc | tr -d b; printf '1 a\n2 b\n' > j1; printf '1 x\n3 y\n' > j2; join -a1 -e- -o0,1.2,2.2 j1 j2; comm j1 j2; paste -d, j1 j2; paste -s j1; nl -ba -s: w; head -c 5 w; echo; tail -n +3 w; head -n -2 w; tac w | head -n 1; fold -sw 6 w | head -n 2; fmt -w 20 <<E
some words that are to be put into lines of twenty
E
pr -2 -t -l 5 j1 | head -n 2; expand -t4 <<E | cat -A
	x	y
E
unexpand -a --first-only <<E | cat -T
        eight
E
split -n l/3 -d a/n p; wc -l p0*; csplit -s a/n /20/ '{0}'; wc -l xx*; split -b 50 --filter='wc -c' a/n; tsort <<E
a b
b c
E
ptx -w 30 j1 | head -n 2; wc a/n; wc -L w; cat -n w | tail -n 1; tee t1 t2 < w | wc -l; cmp t1 t2 && echo equal; shuf -i 1-10 --random-source=/usr/bin/env | tr '\n' ' '; echo; /usr/bin/printf '%s-%05.1f-%x-%b-%q\n' s 3.14159 255 'a\tb' 'it is'; echo -e 'x\ty'; od -t x2 -N 8 w; base64 -w 20 w; base32 < j1; basenc --base16 < j1
# Sums and numbers
md5sum w > sums; sha1sum w >> sums; md5sum -c sums 2> /dev/null; sha224sum w; sha256sum w; sha384sum w; sha512sum w; b2sum -l 128 w; cksum w; sum w; factor 1234567891 360; seq -s, 0 0.5 2; seq -w 8 11 | tr '\n' ' '; numfmt --to=iec 123456789; numfmt --from=si 2K; expr 7 \* 6 + 1; expr abc : 'a\(.\)c'; test 3 -lt 20 && echo less; [ abc \< abd ] && echo before
# Time, ids, processes
date -u -d @1000000000 '+%F %T %j %a %s %N'; TZ=EST5EDT date -d '2024-07-04 12:00 UTC' +%H%z; date -d '2024-02-28 + 2 days' +%F; id; id -un; id -Gn nobody; groups user; whoami; logname 2>&1; users; uname -s -m; arch; nproc --all > /dev/null && echo processors; tty < /dev/null; env -i A=1 B=2 env; env -u HOME printenv HOME; echo $?; printenv LC_ALL; nice -n 5 nice; timeout 0.2 sleep 5; echo $?; timeout -s KILL 0.2 sleep 5; echo $?; timeout 5 false; echo $?; nohup echo over 2> /dev/null; stdbuf -oL echo lines; sleep 0.1s 0.1; chroot / /bin/true; echo $?; chroot --userspec=1:1 / id -u; kill -l TERM 2>/dev/null || /usr/bin/kill -l TERM; stty -g < /dev/null 2>&1; hostid | wc -c; yes no | head -n 2; true; false; echo $?; tail -f --pid=$$ -s 0.1 w > tailed & p=$!; until test -s tailed; do sleep 0.1; done; kill $p; wait; cat tailed; rm tailed; dircolors -b | md5sum; vdir --time-style=+ -n w | cut -c1-10; dir a; pwd -P | sed 's|.*/||'; ls --zero a | tr '\0' ' '; ls -S a | head -n 1; ls -i a/hard a/n | awk '{ print $1 }' | uniq | wc -l; cat /nowhere 2>&1; cp /nowhere . 2>&1; rm -f /nowhere; echo $?
