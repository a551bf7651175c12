# zlib's own test programs, and streams between it and busybox's gzip.
set -e
T=/usr/libexec/imposos-tests/ports/zlib
ldd $T/example | grep -q 'libz.so.1 => /usr/lib/imposos/libz.so.1'
$T/example > said; cat said
for line in 'uncompress(): hello, hello!' 'gzread(): hello, hello!' 'gzgets() after gzseek:  hello!' 'inflate(): hello, hello!' \
	'large_inflate(): OK' 'after inflateSync(): hello, hello!' 'inflate with dictionary: hello, hello!'; do grep -qF "$line" said; done
$T/infcover 2>&1 | tail -n 1
seq 1 60000 > numbers; cp numbers n; $T/minigzip -9 n; gzip -t n.gz; gzip -dc n.gz | cmp - numbers; $T/minigzip -d n.gz; cmp n numbers
gzip -c numbers > n.gz; $T/minigzip -d < n.gz | cmp - numbers; head -c 60000 /dev/urandom > noise
for level in 1 6 9; do for how in '' -f -h -r; do $T/minigzip -$level $how < noise | $T/minigzip -d | cmp - noise; done; done
head -c 20000 n.gz > cut.gz; if $T/minigzip -d cut.gz 2> complaint; then echo 'took half of it'; fi
echo all of it
