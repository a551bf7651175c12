# What the utilities that work on files do, by themselves.
set -e
fail() { echo "failed: $*"; exit 1; }
eq() { [ "$1" = "$2" ] || fail "'$1' is not '$2'"; }
mkdir -p a/b/c && echo one >a/f && ln -s f a/link && ln a/f a/hard && mkfifo a/pipe 2>/dev/null || true
cp -a a copy; eq "$(cat copy/link)" one; eq "$(stat -c %h copy/f)" 2
[ -L copy/link ] || fail link; eq "$(find copy -type d | sort | tr '\n' ' ')" "copy copy/b copy/b/c "
cp a/f g; eq "$(cat g)" one; cp g b1; mv b1 b2; [ ! -e b1 ] || fail mv; eq "$(cat b2)" one
! cp a target 2>/dev/null || fail "cp of a directory"
! cp g g 2>/dev/null || fail "cp onto itself"
! mv a a/b/inner 2>/dev/null || fail "mv into itself"
chmod 640 g; eq "$(stat -c %a g)" 640; chmod u+x,g-r,o=r g; eq "$(stat -c %a g)" 704; chmod a+rX a; chmod =r g; eq "$(stat -c %a g)" 444
rm -f g; [ ! -e g ] || fail rm; ! rm nosuch 2>/dev/null || fail "rm of nothing"; rm -f nosuch
! rm a 2>/dev/null || fail "rm of a directory"; ! rmdir a 2>/dev/null || fail rmdir; rm -r copy; [ ! -e copy ] || fail "rm -r"
mkdir -p x/y/z; rmdir -p x/y/z; [ ! -e x ] || fail "rmdir -p"; mkdir -m 700 m; eq "$(stat -c %a m)" 700
touch -d '2001-02-03 04:05:06' t; eq "$(date -r t +%Y%m%d%H%M%S)" 20010203040506; touch -t 199912312359.58 t; eq "$(stat -c %Y t)" 946684798
touch -r t u; eq "$(stat -c %Y u)" 946684798; touch -c none; [ ! -e none ] || fail "touch -c"
ln -s /nowhere dangling; eq "$(ls dangling)" dangling; ls -l dangling | grep -q ' -> /nowhere$' || fail "ls -l"
eq "$(ls -A m)" ""; eq "$(cd a; ls -F)" "b/
f
hard
link@$([ -p a/pipe ] && echo '
pipe|')"
dd if=/dev/zero of=z bs=1k count=5 2>/dev/null; eq "$(stat -c %s z)" 5120; eq "$(wc -c <z)" 5120
printf abc | dd of=z bs=1 seek=10 conv=notrunc 2>/dev/null; eq "$(dd if=z bs=1 skip=10 count=3 2>/dev/null)" abc; eq "$(stat -c %s z)" 5120
eq "$(du -s m | cut -f2)" m
eq "$(find a -name 'f*' -o -name h\* | sort | xargs)" "a/f a/hard"
eq "$(find a -type f -exec basename {} \; | sort | xargs)" "f hard"; eq "$(find a -name c -exec echo {} + )" a/b/c
find a -depth -delete; [ ! -e a ] || fail "find -delete"
df . >/dev/null; sync
