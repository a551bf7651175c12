import { type CaseDeclaration, defineCases } from '../../../tools/suite/declaration.js';

/** A program of Debian's, something that people do with it, and what it says then. */
interface Program {
	readonly step: string;
	readonly name: string;
	readonly what: string;
	readonly script: string;
	/** Standard output, whole; or a pattern where versions and times differ. */
	readonly says: string | RegExp;
	/** Long enough for the full tier alone. */
	readonly full?: true;
}

const programs: readonly Program[] = [
	{
		step: '4.1',
		name: 'zsh',
		what: 'arrays, globs with qualifiers, process substitution',
		script: String.raw`mkdir g; touch g/b g/a; zsh-static -fc 'a=(3 1 2); print $a[2] $#a; print g/*(.on:t); cat <(print sub)'`,
		says: '1 3\na b\nsub\n',
	},
	{
		step: '4.1',
		name: 'mksh',
		what: 'arithmetic, here documents, a co-process',
		script: String.raw`mksh -c 'typeset -i x=7; print $((x*6)); cat <<E
here $x
E
cat |& print -p hi; read -p y; print got $y'`,
		says: '42\nhere 7\ngot hi\n',
	},
	{
		step: '4.4',
		name: 'gawk',
		what: 'sums by key through sort, a co-process',
		script: String.raw`printf 'a 1\nb 2\na 3\n' | gawk '{s[$1]+=$2} END {for (k in s) print k, s[k] | "sort"; close("sort");
c="tr a-z A-Z"; print "loud" |& c; close(c, "to"); c |& getline x; print x}'`,
		says: 'a 4\nb 2\nLOUD\n',
	},
	{
		step: '4.4',
		name: 'diffutils',
		what: 'a unified difference that patch applies, three-way merge',
		script: String.raw`seq 1 20 > x; sed 's/7/seven/;s/15/fifteen/' x > y; diff -u x y > p; cp x z; patch -s z p; cmp y z && echo same
sed 's/3/three/' x > w; diff3 -m y x w | sed -n '3p;7p;15p'`,
		says: 'same\nthree\nseven\nfifteen\n',
	},
	{
		step: '4.4',
		name: 'xz',
		what: 'compresses with threads, and back',
		script: String.raw`seq 1 40000 > n; xz -T2 --block-size=65536 -k n; xz -t n.xz && xz -dc n.xz | cmp - n && echo same; xz -l n.xz | tail -1 | awk '{print $2}'`,
		says: 'same\n4\n',
	},
	{
		step: '4.4',
		name: 'make',
		what: 'parallel jobs with a jobserver, pattern rules, nothing to do the second time',
		script: String.raw`printf 'all: a.o b.o c.o\n\t@cat $^\n%%.o: %%.c\n\t@sed s/x/y/ $< > $@\n' > Makefile; for i in a b c; do echo x$i > $i.c; done
make -j3; make -q a.o && echo fresh; sleep 1; touch b.c; make -n b.o`,
		says: 'ya\nyb\nyc\nfresh\nsed s/x/y/ b.c > b.o\n',
	},
	{
		step: '4.4',
		name: 'm4',
		what: 'recursion, diversions, a shell command',
		script: String.raw`cat > i.m4 <<'EOF'
changequote([, ])define(f, [ifelse($1, 0, 1, [eval($1 * f(decr($1)))])])divert(1)late
divert(0)f(10)
esyscmd(echo from the shell)dnl
EOF
m4 i.m4`,
		says: '3628800\nfrom the shell\nlate\n',
	},
	{
		step: '4.2',
		name: 'perl',
		what: 'processes, sockets, select, sprintf, a sort of a hash',
		script: String.raw`perl -MSocket -MIO::Select -e 'socketpair(A, B, AF_UNIX, SOCK_STREAM, 0); if (!fork) { syswrite A, "child\n"; exit 3 }
$s = IO::Select->new(\*B); print scalar($s->can_read(10)) ? scalar(<B>) : "none\n"; wait; print $? >> 8, "\n";
%h = map { $_ => length } qw(aa b cccc); printf "%s=%d\n", $_, $h{$_} for sort { $h{$a} <=> $h{$b} } keys %h'`,
		says: 'child\n3\nb=1\naa=2\ncccc=4\n',
	},
	{
		step: '4.2',
		name: 'python3',
		what: 'threads, subprocess, sqlite, zlib, json, asyncio over a UNIX socket, descriptors in messages, a pool',
		script: String.raw`cat > p.py <<'EOF'
import asyncio, json, os, socket, sqlite3, subprocess, threading, zlib, hashlib, multiprocessing
print(json.dumps({"a": [1, 2.5, None]}))
print(subprocess.run(["tr", "a-z", "A-Z"], input=b"sub", capture_output=True).stdout)
out = []
t = [threading.Thread(target=lambda n=n: out.append(n)) for n in range(20)]
[x.start() for x in t]; [x.join() for x in t]; print(sum(out))
db = sqlite3.connect(":memory:"); db.execute("create table t(x)"); db.executemany("insert into t values(?)", [(i,) for i in range(100)])
print(db.execute("select sum(x) from t").fetchone()[0], zlib.crc32(b"123456789"), hashlib.sha1(b"x").hexdigest()[:8])
async def main():
    async def serve(r, w):
        w.write((await r.readline()).upper()); await w.drain(); w.close()
    async with await asyncio.start_unix_server(serve, "p.sock"):
        r, w = await asyncio.open_unix_connection("p.sock"); w.write(b"hello\n"); print(await r.read())
asyncio.run(main())
a, b = socket.socketpair(); socket.send_fds(a, [b"m"], [os.open("/etc/passwd", 0)]); m, fds, f, ad = socket.recv_fds(b, 10, 4)
print(m, os.read(fds[0], 4), flush=True)
with multiprocessing.Pool(2) as pool: print(pool.map(abs, [-1, -2, 3]))
EOF
python3 p.py`,
		says: "{\"a\": [1, 2.5, null]}\nb'SUB'\n190\n4950 3421780262 11f6ad8e\nb'HELLO\\n'\nb'm' b'root'\n[1, 2, 3]\n",
		full: true,
	},
	{
		step: '4.1',
		name: 'lua',
		what: 'coroutines, pipes, integers',
		script: String.raw`lua5.4 -e 'local c = coroutine.wrap(function() for i = 1, 3 do coroutine.yield(i * i) end end); print(c(), c(), c(), 7 // 2)
local p = io.popen("echo piped"); print(p:read("a")); print(p:close())'`,
		says: '1\t4\t9\t3\npiped\n\ntrue\texit\t0\n',
	},
	{
		step: '4.4',
		name: 'tcc',
		what: 'compiles in memory and to a file',
		script: String.raw`cat > t.c <<'EOF'
#include <stdio.h>
#include <stdlib.h>
int main(int n, char **v) { printf("%d %s\n", 6 * 7, n > 1 ? v[1] : "none"); return 0; }
EOF
tcc -run t.c arg; tcc -o t t.c && ./t`,
		says: '42 arg\n42 none\n',
	},
	{
		step: '4.4',
		name: 'gcc',
		what: 'compiles with the optimiser, assembles, links, runs; two files and a library',
		script: String.raw`cat > u.c <<'EOF'
#include <stdio.h>
#include <math.h>
int twice(int);
int main(int n, char **v) { printf("%d %.3f\n", twice(20 + n), sqrt(1.0 + n)); return v == 0; }
EOF
echo 'int twice(int x) { return 2 * x; }' > v.c
gcc-12 -O2 -Wall -c v.c && ar rc libv.a v.o && gcc-12 -O2 -o u u.c -L. -lv -lm && ./u`,
		says: '42 1.414\n',
		full: true,
	},
	{
		step: '4.4',
		name: 'git',
		what: 'init, commit, branch, merge, log, a clone, fsck',
		script: String.raw`export GIT_CONFIG_GLOBAL=$PWD/cfg; git config --global user.email a@b; git config --global user.name n; git config --global init.defaultBranch main
git init -q g; cd g; seq 1 50 > f; git add f; git commit -qm one; git checkout -qb side; echo more >> f; git commit -qam two
git checkout -q main; echo other > o; git add o; git commit -qm three; git merge -q -m merge side
git log --topo-order --format=%s | sort; cd ..; git clone -q g h; cd h; tail -1 f; git gc -q; git fsck --full 2>&1; git status --short | wc -l`,
		says: 'merge\none\nthree\ntwo\nmore\n0\n',
		full: true,
	},
	{
		step: '4.4',
		name: 'sqlite3',
		what: 'transactions, an index, write-ahead log, integrity',
		script: String.raw`sqlite3 d.db "pragma journal_mode=wal; create table t(a integer primary key, b text); create index i on t(b); begin;
with recursive n(x) as (select 1 union all select x + 1 from n where x < 2000) insert into t select x, printf('%05d', x * 7 % 2000) from n; commit;
select count(distinct b), max(b) from t; delete from t where a % 2; select count(*) from t; pragma integrity_check;"`,
		says: 'wal\n2000|01999\n1000\nok\n',
	},
	{
		step: '4.3',
		name: 'vim',
		what: 'edits a file by commands and by keys',
		script: String.raw`seq 1 5 > v.txt; vim -es -u NONE -c '%s/3/three/' -c '2d' -c 'normal Goend' -c 'wq' v.txt; cat v.txt`,
		says: '1\nthree\n4\n5\nend\n',
	},
	{
		step: '4.3',
		name: 'nano',
		what: 'typed at within tmux: writes a file and leaves',
		script: String.raw`tmux -f /dev/null new-session -d -s n -x 80 -y 24 'nano -I n.txt'; shows n 'GNU nano'; tmux send-keys -t n 'typed text'; shows n 'typed text'
tmux send-keys -t n C-o; shows n 'Write:'; tmux send-keys -t n Enter; shows n 'Wrote 1'; tmux send-keys -t n C-x; wait_for '! tmux ls >/dev/null 2>&1'; cat n.txt`,
		says: 'typed text\n',
	},
	{
		step: '4.3',
		name: 'less',
		what: 'pages in a terminal of tmux, searches',
		script: String.raw`export LESSSECURE=1; seq 1 500 > l.txt; tmux -f /dev/null new-session -d -s l -x 40 -y 10 'less l.txt'; shows l 'l.txt'
tmux send-keys -t l /333 Enter; shows l '^334'; tmux capture-pane -p -t l | head -2; tmux kill-server`,
		says: '333\n334\n',
	},
	{
		step: '4.3',
		name: 'tmux',
		what: 'sessions, windows and panes; what a pane shows',
		script: String.raw`tmux -f /dev/null new-session -d -s t -x 80 -y 24 'cat'; tmux split-window -t t 'cat'; tmux send-keys -t t hello Enter
wait_for 'tmux capture-pane -p -t t | grep -c hello | grep -q 2'; tmux list-panes -t t | wc -l; tmux capture-pane -p -t t | head -2; tmux kill-server`,
		says: '2\nhello\nhello\n',
	},
	{
		step: '4.3',
		name: 'screen',
		what: 'a detached session, listed and told to end',
		script: String.raw`screen -d -m -S x sh -c 'echo in screen > s.txt; sleep 500'; wait_for 'test -s s.txt'; cat s.txt; screen -ls | grep -c Detached; screen -S x -X quit; wait_for '! screen -ls | grep -q Detached'; screen -ls | grep -c Detached`,
		says: 'in screen\n1\n0\n',
	},
	{
		step: '4.3',
		name: 'htop',
		what: 'draws its screen in a terminal',
		script: String.raw`tmux -f /dev/null new-session -d -s h -x 100 -y 30 htop; shows h 'F1[H]elp'; tmux capture-pane -p -t h | grep -c 'F1[H]elp'; tmux send-keys -t h q; wait_for '! tmux ls >/dev/null 2>&1'; tmux ls 2>/dev/null | wc -l`,
		says: '1\n0\n',
	},
	{
		step: '4.2',
		name: 'hackbench',
		what: 'groups of senders and receivers over sockets, as processes and threads',
		script: String.raw`hackbench -g 2 -l 100 -f 10 | sed 's/[0-9.]*$//' | tail -1; hackbench -T -g 2 -l 100 -f 10 | sed 's/[0-9.]*$//' | tail -1`,
		says: 'Time: \nTime: \n',
	},
	{
		step: '4.1',
		name: 'procps',
		what: 'ps, pgrep, top, free, uptime, vmstat, pmap, sysctl, pkill',
		script: String.raw`sleep 100 & p=$!; ps -o pid=,comm=,args= -p $p | sed s/$p/P/; pgrep -x sleep | grep -c "^$p$"; top -bn1 | grep -c "^ *$p "
free | awk 'NR==2 {print ($2 > 100000)}'; uptime | grep -c 'load average'; vmstat | wc -l; pmap $p | tail -1 | sed 's/[0-9]*K/K/'; sysctl -n kernel.ostype; pkill -x sleep; wait $p; echo $?`,
		says: /^ *P sleep +sleep 100\n1\n1\n1\n1\n3\n total +K\nLinux\n143\n$/,
	},
	{
		step: '4.1',
		name: 'openssl',
		what: 'digests, encryption and back, keys, a signed certificate that verifies',
		script: String.raw`printf abc | openssl dgst -sha256 -r; seq 1 9000 > n; openssl enc -aes-256-cbc -k p -pbkdf2 -in n -out e; openssl enc -d -aes-256-cbc -k p -pbkdf2 -in e | cmp - n && echo same
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj /CN=i -keyout k.pem -out c.pem 2>/dev/null; openssl verify -CAfile c.pem c.pem`,
		says: 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad *stdin\nsame\nc.pem: OK\n',
	},
	{
		step: '4.2',
		name: 'redis-server',
		what: 'serves over a UNIX socket: strings, lists, a pipeline, a save in the background, restart from it',
		script: String.raw`s="redis-cli -s $PWD/r.sock"; start() { redis-server --port 0 --unixsocket $PWD/r.sock --dir $PWD --save '' --daemonize yes > /dev/null; until $s ping > /dev/null 2>&1; do sleep 0.2; done; }
start; $s set k v; $s incr n; $s rpush l a b c; for i in $(seq 1 500); do echo "set x$i $i"; done | $s --pipe | tail -1; $s bgsave > /dev/null
while $s info persistence | grep -q bgsave_in_progress:1; do sleep 0.2; done; $s shutdown nosave; start; $s get x333; $s lrange l 0 -1; $s shutdown nosave`,
		says: 'OK\n1\n3\nerrors: 0, replies: 500\n333\na\nb\nc\n',
	},
	{
		step: '4.1',
		name: 'dpkg',
		what: 'builds a package, installs it with its script, lists, removes',
		script: String.raw`mkdir -p k/DEBIAN k/usr/share/k; printf 'Package: k\nVersion: 1.2\nArchitecture: all\nMaintainer: m <m@x>\nDescription: k\n' > k/DEBIAN/control
printf '#!/bin/sh\necho configured\n' > k/DEBIAN/postinst; chmod 755 k/DEBIAN/postinst; echo data > k/usr/share/k/file
dpkg-deb --root-owner-group -b k k.deb > /dev/null; mkdir -p /var/lib/dpkg/info /var/lib/dpkg/updates; touch /var/lib/dpkg/status; dpkg -i k.deb 2>&1 | tail -1; dpkg -L k | tail -1; cat /usr/share/k/file
dpkg -s k | grep -E '^(Status|Version)'; dpkg -r k > /dev/null 2>&1; ls /usr/share/k 2>/dev/null | wc -l`,
		says: 'configured\n/usr/share/k/file\ndata\nStatus: install ok installed\nVersion: 1.2\n0\n',
	},
	{
		step: '4.1',
		name: 'users',
		what: 'useradd makes them, chpasswd and passwd set passwords in /etc/shadow, su becomes them',
		script: String.raw`userdel -r ann 2>/dev/null; userdel -r bob 2>/dev/null; useradd -m -s /bin/sh ann; useradd -m -s /bin/sh -G daemon bob; printf 'ann:first\nbob:second\n' | chpasswd; grep -c '^ann:[$]y[$]' /etc/shadow
su - ann -c 'id -un; pwd; cat /etc/shadow 2>&1 | tail -c 18; touch /home/bob/x 2>&1 | tail -c 18'
su ann -c 'echo second | su bob -c "id -un; id -Gn"' 2>/dev/null; su ann -c 'echo wrong | su bob -c "id -un"' 2>&1 | tail -1
printf 'first\nNew-Pass-1\nNew-Pass-1\n' | su ann -c passwd > /dev/null 2>&1; su bob -c 'echo New-Pass-1 | su ann -c "id -un"' 2>/dev/null; stat -c '%U %a' /home/ann; userdel -r ann 2>/dev/null; ls -d /home/ann /home/bob 2>/dev/null; userdel -r bob 2>/dev/null`,
		says: '1\nann\n/home/ann\nPermission denied\nPermission denied\nbob\nbob daemon\nPassword: su: Authentication failure\nann\nann 755\n/home/bob\n',
	},
	{
		step: '4.1',
		name: 'login',
		what: 'asks for name and password on a terminal, refuses a wrong one, gives a shell of the user’s',
		script: String.raw`userdel -r eve 2>/dev/null; useradd -m -s /bin/sh eve; echo eve:secret | chpasswd; tmux -f /dev/null new-session -d -s l -x 80 -y 24 login; shows l 'login:'
tmux send-keys -t l eve Enter; shows l 'Password:'; tmux send-keys -t l wrong Enter; shows l 'Login incorrect'; shows l 'login: *$'; tmux capture-pane -p -t l | grep -c 'Login incorrect'
tmux send-keys -t l eve Enter; wait_for 'tmux capture-pane -p -t l | grep -c Password: | grep -q 2'; tmux send-keys -t l secret Enter; shows l '\$ *$'; tmux send-keys -t l 'id -un > /tmp/eve; tty >> /tmp/eve; pwd >> /tmp/eve; echo d''one' Enter; shows l done
cat /tmp/eve; tmux kill-server; userdel -r eve 2>/dev/null; rm -f /tmp/eve`,
		says: '1\neve\n/dev/pts/0\n/home/eve\n',
	},
	{
		step: '4.1',
		name: 'strace',
		what: 'follows children and names their calls',
		script: String.raw`strace -f -e trace=openat,execve -o log sh -c 'cat /etc/hostname > /dev/null; true'; grep -c 'execve.*= 0' log; grep -c 'openat(AT_FDCWD, "/etc/hostname".*= 3' log`,
		says: '2\n1\n',
	},
];

/** Waits for a condition, or for a pattern on a session's screen: as long as it takes, a minute at most. */
const helpers = `export TERM=xterm
wait_for() { n=0; until eval "$1" || [ $n -ge 300 ]; do sleep 0.2; n=$((n + 1)); done; }
shows() { wait_for "tmux capture-pane -p -t $1 | grep -q -e '$2'"; }`;

function programCase(program: Program): CaseDeclaration {
	return {
		id: `${program.step}/${program.name}`,
		title: `Debian's ${program.name}: ${program.what}`,
		tier: program.full ? 'full' : 'quick',
		image: 'debian-programs',
		needs: ['debian'],
		timeout: 300,
		run: async (vm, t) => {
			const start =
				'export HOME=/root LC_ALL=C PATH=/usr/bin:/usr/sbin; rm -rf /tmp/case; mkdir /tmp/case; cd /tmp/case';
			const { status, stdout, stderr } = await vm.exec(['/bin/sh', '-c', `${start}\n${helpers}\n${program.script}`], {
				timeout: 280_000,
			});
			t.plan(1);
			const fits = typeof program.says === 'string' ? stdout === program.says : program.says.test(stdout);
			t.ok(fits, 'it says what it says on Linux', `status ${status}, it wrote:\n${stdout}${stderr}`);
		},
	};
}

export const programCases = defineCases(programs.map(programCase));
