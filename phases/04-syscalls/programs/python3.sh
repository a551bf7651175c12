# Debian's python3 and a good part of its library: threads, processes, sockets, databases, compression, terminals.
cat > p.py <<'E'
import array, ast, asyncio, base64, bz2, collections, concurrent.futures, configparser, contextlib, csv, ctypes, datetime, decimal, difflib, email.message, enum, errno, fcntl, fractions, glob, gzip, hashlib, heapq, hmac, html.parser, io, itertools, json, locale, logging, lzma, mailbox, mmap, multiprocessing, os, pathlib, pickle, pty, queue, random, re, resource, sched, secrets, select, selectors, shelve, shlex, shutil, signal, socket, sqlite3, stat, statistics, string, struct, subprocess, sys, tarfile, tempfile, termios, textwrap, threading, time, timeit, tokenize, tomllib, traceback, tty, unicodedata, urllib.parse, uuid, weakref, xml.etree.ElementTree as ET, zipfile, zlib
def show(name, *values): print(name, *values, flush=True)
show("json", json.dumps({"a": [1, 2.5, None]}), json.loads('"\\u00e4"') == "ä", pickle.loads(pickle.dumps({1: {2, 3}})), struct.pack("<hIq", 1, 2, 3).hex())
show("subprocess", subprocess.run(["tr", "a-z", "A-Z"], input=b"sub", capture_output=True).stdout, subprocess.run("exit 3", shell=True).returncode, subprocess.run(["sh", "-c", "kill -9 $$"]).returncode)
try: subprocess.run(["sleep", "9"], timeout=0.3)
except subprocess.TimeoutExpired as e: show("timeout", round(e.timeout, 1))
try: subprocess.run(["/nowhere"])
except OSError as e: show("errno", errno.errorcode[e.errno], e.filename)
out = []; lock = threading.Lock(); ready = threading.Barrier(20)
def work(n):
    ready.wait()
    with lock: out.append(n)
t = [threading.Thread(target=work, args=(n,)) for n in range(20)]; [x.start() for x in t]; [x.join() for x in t]; show("threads", sum(out), threading.active_count())
with concurrent.futures.ThreadPoolExecutor(4) as pool: show("pool", list(pool.map(lambda x: x * x, range(6))))
with multiprocessing.Pool(2) as pool: show("processes", pool.map(abs, [-1, -2, 3]))
q = multiprocessing.Queue(); p = multiprocessing.Process(target=q.put, args=("through a queue",)); p.start(); show("queue", q.get()); p.join()
shared = multiprocessing.Value("i", 0); ps = [multiprocessing.Process(target=lambda: [exec("with shared.get_lock(): shared.value += 1") for _ in range(50)]) for _ in range(3)]; [p.start() for p in ps]; [p.join() for p in ps]; show("value", shared.value)
db = sqlite3.connect("d.db"); db.execute("create table t(x, y)"); db.executemany("insert into t values(?, ?)", [(i, str(i)) for i in range(100)]); db.commit(); db.create_function("twice", 1, lambda x: 2 * x)
show("sqlite", db.execute("select sum(x), max(twice(x)) from t").fetchone(), sqlite3.connect("d.db").execute("pragma integrity_check").fetchone()[0])
data = b"".join(b"%d," % i for i in range(20000))
for m in (zlib, bz2, lzma, gzip): show(m.__name__, hashlib.md5(m.decompress(m.compress(data))).hexdigest() == hashlib.md5(data).hexdigest())
show("hash", zlib.crc32(b"123456789"), hashlib.sha3_256(b"x").hexdigest()[:8], hashlib.blake2b(b"x").hexdigest()[:8], hmac.new(b"k", b"m", "sha256").hexdigest()[:8], hashlib.scrypt(b"p", salt=b"s", n=16, r=1, p=1).hex()[:8])
async def main():
    async def serve(r, w):
        w.write((await r.readline()).upper()); await w.drain(); w.close()
    async with await asyncio.start_unix_server(serve, "p.sock"):
        async def ask(n):
            r, w = await asyncio.open_unix_connection("p.sock"); w.write(b"hello %d\n" % n); a = await r.read(); w.close(); return a
        show("asyncio", await asyncio.gather(*[ask(n) for n in range(5)]))
    p = await asyncio.create_subprocess_exec("cat", stdin=-1, stdout=-1); show("child", await p.communicate(b"async")); s = asyncio.get_running_loop(); f = s.create_future(); s.add_signal_handler(signal.SIGUSR1, f.set_result, "usr1"); os.kill(os.getpid(), signal.SIGUSR1); show("signal", await f)
    try: await asyncio.wait_for(asyncio.sleep(9), 0.1)
    except asyncio.TimeoutError: show("waited")
asyncio.run(main())
a, b = socket.socketpair(); socket.send_fds(a, [b"m"], [os.open("/etc/passwd", 0)]); m, fds, f, ad = socket.recv_fds(b, 10, 4); show("descriptors", m, os.read(fds[0], 4)); a.settimeout(0.1)
try: a.recv(1)
except TimeoutError as e: show("socket", e)
d = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM); d.bind("\0abstract"); e = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM); e.sendto(b"datagram", "\0abstract"); show("datagram", d.recvfrom(99))
with open("m", "wb+") as f: f.truncate(8192); m = mmap.mmap(f.fileno(), 0); m[5000:5003] = b"abc"; m.flush(); f.seek(5000); show("mmap", f.read(3), m.find(b"abc"), len(m)); m.close()
pid, fd = pty.fork()
if pid == 0: print(os.isatty(0), os.get_terminal_size(), flush=True); os._exit(7)
got = b""
with contextlib.suppress(OSError):
    while c := os.read(fd, 99): got += c
show("pty", got, os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
master, slave = pty.openpty(); tty.setraw(slave); mode = termios.tcgetattr(slave); show("termios", mode[3] & (termios.ECHO | termios.ICANON), os.ttyname(slave).startswith("/dev/pts/"))
for kind in (selectors.SelectSelector, selectors.PollSelector, selectors.EpollSelector):
    with kind() as s: r, w = os.pipe(); s.register(r, 1); none = s.select(0); os.write(w, b"x"); show(kind.__name__, none, [k.fd == r for k, _ in s.select(1)])
with tempfile.TemporaryDirectory(dir=".") as name:
    p = pathlib.Path(name); (p / "sub").mkdir(); (p / "sub" / "f").write_text("text\n" * 3); os.symlink("sub", p / "l"); show("paths", sorted(str(x.relative_to(p)) for x in p.rglob("*")), (p / "l" / "f").stat().st_size, [len(list(os.walk(p))), sorted(e.name for e in os.scandir(p))])
    with tarfile.open("t.tar.xz", "w:xz") as t: t.add(name, "x")
    with zipfile.ZipFile("z.zip", "w", zipfile.ZIP_DEFLATED) as z: z.write(p / "sub" / "f", "f"); z.writestr("g", data)
    shutil.copytree(p, "copy", symlinks=True); show("archives", tarfile.open("t.tar.xz").getnames(), zipfile.ZipFile("z.zip").testzip(), os.readlink("copy/l"), shutil.disk_usage(".").total > 0)
with open("lock", "w") as f: fcntl.flock(f, fcntl.LOCK_EX | fcntl.LOCK_NB); show("flock", subprocess.run([sys.executable, "-c", "import fcntl\ntry: fcntl.flock(open('lock'), fcntl.LOCK_EX | fcntl.LOCK_NB)\nexcept BlockingIOError as e: print(e)"], capture_output=True, text=True).stdout.strip())
fired = []; signal.signal(signal.SIGALRM, lambda *a: fired.append(1)); signal.setitimer(signal.ITIMER_REAL, 0.05, 0.05); time.sleep(0.3); signal.setitimer(signal.ITIMER_REAL, 0); show("timer", len(fired) >= 3, signal.sigtimedwait([signal.SIGUSR2], 0.05))
libc = ctypes.CDLL(None, use_errno=True); show("ctypes", libc.abs(-5), ctypes.string_at(libc.strdup(b"dup")) if ctypes.sizeof(ctypes.c_void_p) == 4 else 0, libc.open(b"/nowhere", 0), os.strerror(ctypes.get_errno()), sorted((ctypes.c_int * 3)(3, 1, 2)))
show("xml", ET.fromstring("<a><b c='1'>t</b></a>")[0].attrib, [m.group() for m in re.finditer(r"(?<=\d)[a-z]+", "1ab2cd")], unicodedata.name("ß"), textwrap.fill("a b c d", 3).split("\n"), tomllib.loads("x = 1"))
show("numbers", decimal.Decimal(1) / 7, fractions.Fraction(3, 9), statistics.stdev([1, 2, 4]), 2 ** 200 % 1000007, float.hex(0.1), random.Random(7).random(), math if (math := round(2.675, 2)) else 0, sum([0.1] * 10))
show("time", datetime.datetime.fromtimestamp(86400, datetime.timezone.utc).isoformat(), time.strftime("%F", time.gmtime(10 ** 9)), time.monotonic() > 0, time.get_clock_info("monotonic").resolution)
show("limits", resource.getrlimit(resource.RLIMIT_CORE)[0] >= -1, os.sysconf("SC_PAGE_SIZE"), os.cpu_count() > 0, os.umask(0o22), os.uname().sysname, os.getpriority(os.PRIO_PROCESS, 0), sorted(os.sched_getaffinity(0))[0])
pidfd = os.pidfd_open(child := subprocess.Popen(["sleep", "0.1"]).pid); show("pidfd", [len(x) for x in select.select([pidfd], [], [], 5)], os.waitid(os.P_PIDFD, pidfd, os.WEXITED).si_status); r = os.memfd_create("m"); os.write(r, b"memory"); show("memfd", os.pread(r, 6, 0), os.posix_fallocate(r, 0, 9), os.fstat(r).st_size)
def deep(n): return deep(n + 1)
try: deep(0)
except RecursionError: show("recursion")
with shelve.open("s") as s: s["k"] = [1]
with shelve.open("s") as s: show("shelve", s["k"], sorted(glob.glob("s*")) != []); os.setxattr("lock", "user.k", b"v"); show("xattr", os.getxattr("lock", "user.k"), os.listxattr("lock"))
E
python3 p.py; echo $?; python3 -c 'import sys; sys.exit("message")' 2>&1; python3 -m timeit -n 1 -r 1 pass | cut -d' ' -f1-2; echo '[1,2]' | python3 -m json.tool --compact; python3 -m zipfile -l z.zip | wc -l; python3 -c 'import os; os.kill(os.getpid(), 11)'; echo $?
