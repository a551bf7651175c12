# Debian's libseccomp, by its module for Python: rules by arguments, lists of what alone is allowed, traps, ends; filters over exec.
for p in libseccomp2 python3-seccomp; do dpkg -x /root/$p.deb x; done
export PYTHONPATH=$PWD/x/usr/lib/python3/dist-packages LD_LIBRARY_PATH=$PWD/x/usr/lib/i386-linux-gnu
cat > common.py <<'E'
import errno, os, signal, sys
from seccomp import *
def child(what):
    sys.stdout.flush()
    pid = os.fork()
    if not pid:
        try:
            what()
            sys.stdout.flush()
            os._exit(0)
        except OSError as e:
            print('refused:', errno.errorcode[e.errno], flush=True)
            os._exit(1)
    status = os.waitpid(pid, 0)[1]
    print('exit', os.WEXITSTATUS(status) if os.WIFEXITED(status) else signal.Signals(os.WTERMSIG(status)).name)
E
cat > rules.py <<'E'
from common import *
def by_name():
    f = SyscallFilter(ALLOW)
    f.add_rule(ERRNO(errno.EXDEV), 'mkdir')
    f.load()
    os.mkdir('refused')
def by_argument():
    f = SyscallFilter(ALLOW)
    f.add_rule(ERRNO(errno.EROFS), 'openat', Arg(2, MASKED_EQ, os.O_ACCMODE, os.O_WRONLY))
    f.load()
    print(len(open('/etc/passwd').readline()) > 10)
    os.open('written', os.O_WRONLY | os.O_CREAT)
def dup_of_two():
    f = SyscallFilter(ALLOW)
    f.add_rule(ERRNO(errno.EDOM), 'dup2', Arg(0, EQ, 2), Arg(1, GE, 50))
    f.load()
    os.dup2(2, 49)
    os.dup2(1, 50)
    os.dup2(2, 50)
def trapped():
    signal.signal(signal.SIGSYS, lambda number, frame: print('trapped', number == signal.SIGSYS))
    f = SyscallFilter(ALLOW)
    f.add_rule(TRAP, 'getppid')
    f.load()
    os.getppid()
    print('goes on')
def killed():
    f = SyscallFilter(ALLOW)
    f.add_rule(KILL_PROCESS, 'sethostname')
    f.load()
    os.system('echo children too')
    import socket
    socket.sethostname('never')
def allowed_alone():
    f = SyscallFilter(KILL_PROCESS)
    for name in ['write', 'exit_group', 'rt_sigaction', 'munmap', 'brk', 'futex', 'mmap2', 'close']:
        f.add_rule(ALLOW, name)
    f.load()
    os.write(1, b'writes\n')
    os.getuid()
for what in [by_name, by_argument, dup_of_two, trapped, killed, allowed_alone]:
    print(what.__name__)
    child(what)
E
python3 rules.py
cat > over.py <<'E'
from common import *
f = SyscallFilter(ALLOW)
f.add_rule(ERRNO(errno.EACCES), 'chmod')
f.add_rule(ERRNO(errno.EACCES), 'fchmodat')
f.load()
os.execvp('sh', ['sh', '-c', 'touch file; chmod 600 file; grep -E "^(NoNewPrivs|Seccomp):" /proc/self/status; (chmod 600 file || echo below too)'])
E
python3 over.py 2>&1
