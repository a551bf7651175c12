# jq: some of its own tests, which begin anew for each, and filters on the command line.
T=/usr/libexec/imposos-tests/ports/jq
cat $T/jq.test $T/base64.test $T/onig.test | awk -v RS= -v ORS='\n\n' 'NR % 32 == 1' > some.test; (cd $T; jq -L modules --run-tests /tmp/case/some.test > /tmp/case/said 2>&1; tail -n 1 /tmp/case/said; grep '^\*\*\*' /tmp/case/said)
echo '{"a":[3,1,2],"b":{"c":"x","d":null},"e":1.5e3}' > in.json
jq -c '.a|sort' in.json; jq -r '.b|keys[]' in.json; jq -S -c . in.json; jq '[.a[]|.*2]|add' in.json; jq -e '.b.d' in.json; echo $?; jq --arg v y '.b.c=$v|.b' in.json; jq -n '[limit(5;range(10;0;-3))]' -c
jq -c 'to_entries|map(.key)' in.json; jq -n -c '"2015-03-05T23:51:47Z"|fromdate, (1425599507|todate)'; jq -R -c 'split(",")' <<R
a,b,c
R
seq 1 20000 | jq -s 'add'; seq 1 5 | jq -c --slurp 'map(select(.%2==1))'; echo '{bad' | jq . 2>&1; echo $?; jq -n '[.[]?]' -c; jq -n 'reduce range(1000) as $i (0;.+$i)'; jq -n -r '@sh "x \("it'\''s")", @base64 "\("hello")", @uri "\("a b&c")", @csv "\([1,"two"])"'
