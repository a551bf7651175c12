# jq: all of its own tests, and those of its regular expressions.
cd /usr/libexec/imposos-tests/ports/jq
for t in jq.test base64.test onig.test; do jq -L modules --run-tests $t > /tmp/case/said 2>&1 && echo fine; tail -n 1 /tmp/case/said; grep '^\*\*\*' /tmp/case/said; done
