import { defineCases } from '../../../tools/suite/declaration.js';
import { type Program, programCase } from './program.js';

const programs: readonly Program[] = [
	{
		step: '4.1',
		name: 'busybox',
		what: 'its shell and the applets for archives, text and trees',
	},
	{
		step: '4.1',
		name: 'bash',
		what: 'its own variables, redirections, co-processes, traps and jobs',
	},
	{
		step: '4.1',
		name: 'dash',
		what: 'traps, here documents, options, limits, many children',
	},
	{
		step: '4.4',
		name: 'coreutils',
		what: 'nearly all of its programs',
	},
	{
		step: '4.4',
		name: 'sed',
		what: 'addresses, hold space, branches, files edited in place',
	},
	{
		step: '4.4',
		name: 'grep',
		what: 'kinds of patterns, contexts, trees, binary files',
	},
	{
		step: '4.4',
		name: 'findutils',
		what: 'tests of every kind of file, actions, long command lines',
	},
	{
		step: '4.4',
		name: 'tar',
		what: 'formats, kinds of files, increments, holes, compression by others',
		full: true,
	},
	{
		step: '4.4',
		name: 'gzip',
		what: 'levels, names and times, joined streams, what is broken',
		full: true,
	},
	{
		step: '4.1',
		name: 'libseccomp',
		what: 'rules by name and argument, lists of what is allowed, traps, ends, filters over exec',
		packages: ['libseccomp2', 'python3-seccomp'],
	},
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
		what: 'threads, processes, sockets, databases, compression, terminals, timers, archives of its library',
		full: true,
	},
	{
		step: '4.2',
		name: 'python3-own-tests',
		what: 'tests of its authors: processes, files, memory, readiness, terminals, limits, time',
		packages: ['libpython3.11-testsuite'],
		full: true,
		timeout: 900,
	},
	{
		step: '4.1',
		name: 'lua',
		what: 'coroutines, strings, files, pipes, modules, byte code',
	},
	{
		step: '4.4',
		name: 'tcc',
		what: 'compiles in memory, to objects, libraries and programs, and as a script',
	},
	{
		step: '4.4',
		name: 'gcc',
		what: 'preprocesses, compiles, assembles and links in every usual way; what it makes runs',
		full: true,
	},
	{
		step: '4.4',
		name: 'git',
		what: 'a repository from its first commit to clones, merges, a bisection, packs and bundles',
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
		what: 'by commands, and typed at: windows, search, undo, a visual block, a macro, a shell command',
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
		what: 'detached: windows, what is typed into them and what they show, a log',
	},
	{
		step: '4.3',
		name: 'htop',
		what: 'typed at: list, filter, tree, a signal from its menu, a resized terminal',
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
		script: String.raw`sleep 100 & p=$!; until [ "$(cat /proc/$p/comm)" = sleep ]; do :; done; ps -o pid=,comm=,args= -p $p | sed s/$p/P/ | tr -s ' '; pgrep -x sleep | grep -c "^$p$"; top -bn1 | grep -c "^ *$p "
free | awk 'NR==2 {print ($2 > 100000)}'; uptime | grep -c 'load average'; vmstat | wc -l; pmap $p | tail -1 | sed 's/[0-9]*K/K/'; sysctl -n kernel.ostype; pkill -x sleep; wait $p; echo $?`,
		says: /^ *P sleep +sleep 100\n1\n1\n1\n1\n3\n total +K\nLinux\n143\n$/,
	},
	{
		step: '4.1',
		name: 'openssl',
		what: 'digests, ciphers, keys of every kind, a small authority, TLS over a UNIX socket',
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
		what: 'builds, installs, upgrades and removes packages, its archive’s among them; every file of the image is its package’s',
		packages: ['ed', 'hello'],
		full: true,
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
tmux send-keys -t l eve Enter; wait_for 'tmux capture-pane -p -t l | grep -c Password: | grep -q 2'; tmux send-keys -t l secret Enter; shows l '\$ *$'; tmux send-keys -t l 'id -un > /tmp/eve; tty >> /tmp/eve; pwd >> /tmp/eve; echo d\one' Enter; shows l done
cat /tmp/eve; tmux kill-server; userdel -r eve 2>/dev/null; rm -f /tmp/eve`,
		says: '1\neve\n/dev/pts/0\n/home/eve\n',
	},
	{
		step: '4.1',
		name: 'strace',
		what: 'follows children, decodes structures, counts, injects faults, attaches',
	},
];

export const programCases = defineCases(
	programs.map((program) => programCase('04-syscalls', 'debian-programs', program)),
);
