# What the utilities that work on text do, by themselves.
set -e
fail() { echo "failed: $*"; exit 1; }
eq() { [ "$1" = "$2" ] || fail "'$1' is not '$2'"; }
eq "$(seq 3 | tr '\n' ,)" 1,2,3,; eq "$(seq 10 -3 1 | xargs)" "10 7 4 1"; eq "$(seq -s: 0.5 0.25 1)" "0.50:0.75:1.00"
eq "$(printf 'b\na\nc\na\n' | sort | uniq -c | xargs)" "2 a 1 b 1 c"; eq "$(printf '10\n9\n-1\n' | sort -n | xargs)" "-1 9 10"
eq "$(printf 'x 2\ny 1\n' | sort -k2,2n | head -n1)" "y 1"; printf 'a\nb\n' | sort -c; ! printf 'b\na\n' | sort -c 2>/dev/null || fail "sort -c"
eq "$(seq 20 | tail -n 2 | xargs)" "19 20"; eq "$(seq 5 | tail -n +4 | xargs)" "4 5"; eq "$(seq 5 | head -n 2 | xargs)" "1 2"
eq "$(echo hello | tr a-y b-z)" ifmmp; eq "$(echo aabbcc | tr -s ab)" abcc; eq "$(echo h3ll0 | tr -d '[:digit:]')" hll
eq "$(echo a:b:c | cut -d: -f2-)" b:c; eq "$(echo abcdef | cut -c2,4-5)" bde
eq "$(printf 'one\ntwo\nthree\n' | grep -c t)" 2; eq "$(printf 'one\nTWO\n' | grep -i two)" TWO; ! echo a | grep -q b || fail grep
eq "$(printf 'foo=1\nbar=2\n' | grep -oE '[0-9]+' | xargs)" "1 2"; eq "$(printf 'a.b\naxb\n' | grep -F a.b)" a.b
eq "$(printf '1\n2\n3\n4\n5\n' | grep -A1 -B1 3 | xargs)" "2 3 4"; eq "$(printf 'abab\n' | grep -E '(ab)\1')" abab
eq "$(echo 'one two' | wc | xargs)" "1 2 8"; eq "$(printf 'a\tb' | hexdump -C | head -n1 | cut -c11-18)" "61 09 62"
eq "$(echo data | tee copy | cat)" data; eq "$(cat copy)" data; eq "$(printf '%s\n' 'a b' c | xargs -I{} echo '<{}>' | xargs)" "<a b> <c>"
eq "$(echo a b c | xargs -n1 echo x | xargs)" "x a x b x c"; eq "$(basename /usr/lib/)" lib; eq "$(dirname /usr/lib/x)" /usr/lib
eq "$(date -u -d @86400 +%F)" 1970-01-02; eq "$(env -i A=1 env)" A=1; eq "$(printf '%05.1f|%-4s|%x' 3.14159 ab 255)" "003.1|ab  |ff"
test 1 -lt 2; [ -d / ]; ! false; true; eq "$(expr=1; echo $expr)" 1; eq "$(printf 'x\ny' | cat -n | tr -d ' \t\n')" 1x2y
head -c 100000 /dev/zero | tr '\0' 'x' | wc -c | grep -q 100000
eq "$(yes | head -n 3 | xargs)" "y y y"; sleep 0.01; uname >/dev/null; id >/dev/null; pwd >/dev/null
