# Debian's python3 and its modules in C: all of them are opened, then ctypes, sqlite3 and ssl at length.
cat > p.py <<'E'
import ctypes, glob, importlib, os, sqlite3, ssl, subprocess, sys, sysconfig, threading
names = sorted(os.path.basename(f).split(".")[0] for f in glob.glob(sysconfig.get_path("stdlib") + "/lib-dynload/*.so")); bad = []
for n in names:
    try: importlib.import_module(n)
    except ImportError as e: bad.append((n, str(e)))
print(len(names), bad)
libc = ctypes.CDLL("libc.so.6", use_errno=True); libm = ctypes.CDLL("libm.so.6"); libm.pow.restype = ctypes.c_double; libm.pow.argtypes = [ctypes.c_double] * 2
compare = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_int), ctypes.POINTER(ctypes.c_int)); values = (ctypes.c_int * 8)(*[5, 3, 9, 1, 7, 2, 8, 4]); libc.qsort(values, 8, 4, compare(lambda a, b: a[0] - b[0])); print(list(values), libm.pow(2, 0.5))
class Div(ctypes.Structure): _fields_ = [("quot", ctypes.c_int), ("rem", ctypes.c_int)]
libc.div.restype = Div; d = libc.div(17, 5); print(d.quot, d.rem, ctypes.sizeof(Div), libc.printf(b"%s %d %.1f\n", b"printed", 3, ctypes.c_double(1.5))); libc.fflush(None)
buf = ctypes.create_string_buffer(32); libc.snprintf(buf, 32, b"%lld", ctypes.c_longlong(1 << 40)); print(buf.value, libc.close(-1), os.strerror(ctypes.get_errno()), ctypes.c_int.in_dll(ctypes.pythonapi, "Py_OptimizeFlag").value)
try: ctypes.CDLL("libnothing.so")
except OSError as e: print(e)
try: libc.no_such_function
except AttributeError as e: print(str(e).split(": ")[-1])
print([ctypes.CDLL(n)._handle != 0 for n in ("libz.so.1", "libcrypto.so.3", "libsqlite3.so.0", "libncursesw.so.6")], ctypes.CDLL("libz.so.1").zlibVersion and True, ctypes.util.find_library("c") if hasattr(ctypes, "util") else "libc.so.6")
db = sqlite3.connect("d.db", isolation_level=None); db.execute("pragma journal_mode=wal"); db.execute("create virtual table f using fts5(t)"); db.executemany("insert into f values(?)", [("the quick fox",), ("a lazy dog",), ("quick dogs",)]); print(db.execute("select count(*) from f where f match 'quick'").fetchone())
class Sum:
    def __init__(self): self.s = 0
    def step(self, v): self.s += v
    def finalize(self): return self.s
db.create_aggregate("total2", 1, Sum); db.create_collation("back", lambda a, b: (a < b) - (a > b)); db.execute("create table n(x int)"); db.executemany("insert into n values(?)", [(i,) for i in range(10)]); print(db.execute("select total2(x) from n").fetchone(), [r[0] for r in db.execute("select t from f order by t collate back")], sqlite3.complete_statement("select 1;"))
other = sqlite3.connect("d.db", timeout=0.1); db.execute("begin immediate")
try: other.execute("insert into n values(1)")
except sqlite3.OperationalError as e: print(e)
db.rollback(); copy = sqlite3.connect(":memory:"); db.backup(copy); print(copy.execute("select count(*) from n").fetchone()); print(db.execute("select json_extract('{\"a\":[1,2]}', '$.a[1]'), sqrt(2) > 1.4").fetchone())
subprocess.run("openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj /CN=host -addext subjectAltName=DNS:host -keyout k -out c".split(), stderr=subprocess.DEVNULL, check=True)
server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER); server.load_cert_chain("c", "k"); client = ssl.create_default_context(cafile="c"); a, b, c, d = (ssl.MemoryBIO() for _ in range(4)); s = server.wrap_bio(a, b, server_side=True); q = client.wrap_bio(c, d, server_hostname="host")
def pump(*steps):
    for _ in range(9):
        for step in list(steps):
            try: step(); steps = tuple(x for x in steps if x != step)
            except ssl.SSLWantReadError: pass
        a.write(d.read()); c.write(b.read())
pump(q.do_handshake, s.do_handshake); q.write(b"over TLS"); a.write(d.read()); print(s.read(99), q.version(), q.cipher()[2] >= 128, q.getpeercert()["subjectAltName"])
import socket
x, y = socket.socketpair(); t = threading.Thread(target=lambda: [w := server.wrap_socket(x, server_side=True), w.sendall(w.recv(9).upper()), w.unwrap()]); t.start(); z = client.wrap_socket(y, server_hostname="host"); z.sendall(b"threads"); print(z.recv(99)); z.unwrap(); t.join()
try: client.wrap_socket(socket.socketpair()[0], server_hostname="host", do_handshake_on_connect=False).do_handshake if False else ssl.create_default_context().load_verify_locations("/nowhere")
except OSError as e: print(e.strerror)
E
python3 p.py 2>&1; echo $?
