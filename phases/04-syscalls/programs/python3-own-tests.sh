# Tests that Python's authors wrote of what their library asks of a system. Left out: what needs a network.
dpkg-deb -x /root/libpython3.11-testsuite.deb /
cat > run.py <<'E'
import importlib, io, os, sys, unittest
from test import support
support.verbose = False
name, out = sys.argv[1], io.StringIO()
def kept(suite):
    for one in suite:
        if isinstance(one, unittest.TestSuite): yield from kept(one)
        elif not any(word in str(one) for word in sys.argv[2:]): yield one
suite = unittest.TestSuite(kept(unittest.defaultTestLoader.loadTestsFromModule(importlib.import_module("test." + name))))
# What tests print themselves is nobody's business.
null, saved = os.open("/dev/null", os.O_WRONLY), (os.dup(1), os.dup(2))
os.dup2(null, 1); os.dup2(null, 2)
try: r = unittest.TextTestRunner(out, verbosity=0).run(suite)
finally: sys.stdout.flush(); os.dup2(saved[0], 1); os.dup2(saved[1], 2)
print(name, r.testsRun, "failed:", sorted({str(x[0]) for x in r.failures + r.errors}), flush=True)
print(*[text for _, text in r.failures + r.errors], sep="\n", file=sys.stderr)
E
test_one() { timeout 240 python3 run.py "$@" < /dev/null || echo "$1 ended with $?"; }
test_one test_os TestSendfile TestScandir.test_attributes
for m in posix fcntl select poll pty openpty resource mmap fileio wait3 wait4 fork1 popen pwd grp glob tempfile time threadsignals; do test_one test_$m; done
