# Debian's gzip: levels, names and times, streams one after the other, what is broken.
seq 1 60000 > n; touch -d '2015-05-05 05:05:05' n; md5sum < n; for l in 1 6 9; do gzip -$l -c n | gzip -dc | cmp - n && echo level $l; gzip -$l -nc n | wc -c; done
gzip -k n; gzip -l n.gz | awk 'NR == 2 { print $2, $3, $4 }'; gzip -lv n.gz | awk 'NR == 2 { print $1, $2 }'; mv n o; gunzip n.gz; stat -c '%n %s %Y %a' n; cmp n o && echo same; ls
gzip -c o > two.gz; echo tail | gzip >> two.gz; zcat two.gz | tail -n 1; gzip -t two.gz && echo sound; cp two.gz name.z; gzip -dc < name.z | wc -l; gzip -N -c o | gzip -dNc | wc -c
head -c 9000 two.gz > cut.gz; gzip -t cut.gz 2>&1; echo $?; printf 'no gzip' | gzip -d 2>&1; echo $?; (gzip -c o; echo rubbish) | gzip -dc 2>&1 > /dev/null; echo $?; cp o p; : > p.gz; gzip p < /dev/null 2> /dev/null; echo $?; gzip -f p && ls p*; gzip -S .zip o; ls o*; gzip o.zip 2>&1
mkdir -p d/e; seq 9 > d/a; seq 8 > d/e/b; gzip -r d; find d -type f | sort; gunzip -r d; cat d/e/b | wc -l; zgrep -c 77 n.gz 2> /dev/null n; seq 1 50 | gzip > z.gz; zgrep -n 42 z.gz; zdiff z.gz z.gz && echo no difference; zmore z.gz 2> /dev/null < /dev/null | head -n 1
head -c 300000 /dev/zero | gzip -9 | wc -c; head -c 100000 /dev/urandom > r; gzip -c r | gzip -d | cmp - r && echo random; gzip --rsyncable -c n | gzip -d | cmp - n && echo rsyncable; gzexe -h > /dev/null 2>&1; echo $?
