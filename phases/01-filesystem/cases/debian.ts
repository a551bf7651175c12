import { createHash } from 'node:crypto';
import { packageFile } from '../../../tools/image/package-file.js';
import type { CaseMachine } from '../../../tools/suite/case-machine.js';
import type { CaseTools } from '../../../tools/suite/checks.js';
import { defineCases } from '../../../tools/suite/declaration.js';

const IMAGE = 'debian-files';

/** Checks that programs in the guest are the very ones of their packages: path to package. */
export async function unmodified(vm: CaseMachine, t: CaseTools, programs: Record<string, string>): Promise<void> {
	for (const [path, name] of Object.entries(programs)) {
		const bytes = await packageFile(name, path, t.signal);
		const { stdout } = await vm.exec(['sha256sum', `/${path}`]);
		t.equal(stdout.slice(0, 64), createHash('sha256').update(bytes).digest('hex'), `/${path} is that of ${name}`);
	}
}

/** Runs lines of a shell, each to print what is told and nothing on standard error. */
export async function lines(
	vm: CaseMachine,
	t: CaseTools,
	list: readonly [line: string, output: RegExp][],
): Promise<void> {
	for (const [line, output] of list) {
		const { stdout, stderr, status } = await vm.sh(line);
		t.ok(status === 0 && output.test(stdout) && stderr === '', line, `status ${status}\n${stdout}${stderr}`);
	}
}

const journalModes = ['delete', 'truncate', 'persist', 'memory', 'wal', 'off'];

export const debianCases = defineCases([
	{
		id: '1.4/postmark',
		title: 'Debian’s postmark creates, reads, appends and deletes without an error',
		tier: 'quick',
		image: IMAGE,
		timeout: 1800,
		run: async (vm, t) => {
			await unmodified(vm, t, { 'usr/bin/postmark': 'postmark' });
			const script = [
				'set location /var/tmp',
				`set number ${t.size(5000, 300)}`,
				`set transactions ${t.size(50_000, 1500)}`,
				'set size 500 20000',
				'set subdirectories 10',
				`set seed ${t.seed % 100_000}`,
				'run',
				'quit',
			];
			const { stdout, stderr, status } = await vm.exec(['postmark'], {
				stdin: `${script.join('\n')}\n`,
				timeout: 1_700_000,
			});
			t.equal(status, 0, 'it ends without an error');
			t.equal(stderr, '', 'and without complaints');
			t.match(stdout, /Deleting files\.\.\.Done[\s\S]*megabytes written/, 'it comes to its end');
			t.ok(!/error|cannot/i.test(stdout), 'no error in its report', stdout);
			await lines(vm, t, [['ls /var/tmp | wc -l', /^0\n$/]]);
		},
	},
	{
		id: '1.4/tar-and-cp',
		title: 'Debian’s tar and cp -a copy trees with modes, owners, times, links, nodes, holes and attributes',
		tier: 'quick',
		image: IMAGE,
		timeout: 1200,
		run: async (vm, t) => {
			await unmodified(vm, t, { 'bin/tar': 'tar', 'bin/cp': 'coreutils', 'usr/bin/diff': 'diffutils' });
			const tree = t.size(1, 0) ? '/usr' : '/usr/share';
			const list = (folder: string) =>
				`cd ${folder} && find . -printf '%P %y %m %U %G %n %s %T@ %l\\n' | sort | sed 's/ [0-9]* \\([0-9.]*\\) $/ \\1 /'`;
			await lines(vm, t, [
				[
					'mkdir /var/tmp/odd && cd /var/tmp/odd && mkfifo f && mknod n c 1 3 && ln -s nowhere l && echo x >a && ln a b && touch -d 1999-12-31T23:59:59.123456789 a',
					/^$/,
				],
				[
					'cd /var/tmp/odd && truncate -s 3G hole && echo end >>hole && chmod 4711 a && chown 12345:54321 b && setfattr -n user.k -v v a',
					/^$/,
				],
				[
					'cd /var/tmp/odd && ln hole hole2 && mkdir -m 1777 sticky && touch "$(printf "a\\nb")" && getfattr -n user.k --only-values a',
					/^v$/,
				],
				['cp -a /var/tmp/odd /var/tmp/odd2 && du -k /var/tmp/odd2/hole', /^\d{1,3}\t/],
				[
					`${list('/var/tmp/odd')} >/tmp/1; ${list('/var/tmp/odd2')} >/tmp/2; cmp /tmp/1 /tmp/2 && wc -l </tmp/1`,
					/^1\d\n$/,
				],
				['cd /var/tmp/odd2 && getfattr -n user.k --only-values a', /^v$/],
				[
					'cd /var/tmp && tar --xattrs -cSf odd.tar odd && rm -rf odd2 && mkdir odd3 && tar --xattrs -xpSf odd.tar -C odd3 && echo done',
					/^done\n$/,
				],
				[`${list('/var/tmp/odd3/odd')} >/tmp/2; cmp /tmp/1 /tmp/2 && echo same`, /^same\n$/],
				['cd /var/tmp/odd3/odd && getfattr -n user.k --only-values a', /^v$/],
				['rm -rf /var/tmp/odd* && ls /var/tmp | wc -l', /^0\n$/],
				[`cp -a ${tree} /var/tmp/copy && diff -r --no-dereference ${tree} /var/tmp/copy && echo same`, /^same\n$/],
				[`${list(tree)} >/tmp/1; ${list('/var/tmp/copy')} >/tmp/2; cmp /tmp/1 /tmp/2 && echo same`, /^same\n$/],
				[
					'cd /var/tmp && tar cpf copy.tar copy && tar df copy.tar && rm -rf copy && tar xpf copy.tar && tar df copy.tar && echo same',
					/^same\n$/,
				],
				[`${list('/var/tmp/copy')} >/tmp/2; cmp /tmp/1 /tmp/2 && echo same`, /^same\n$/],
				['rm -rf /var/tmp/copy /var/tmp/copy.tar && sync && ls /var/tmp | wc -l', /^0\n$/],
			]);
		},
	},
	{
		id: '1.4/sqlite',
		title: 'Debian’s sqlite3 keeps its databases in every journal mode',
		tier: 'quick',
		image: IMAGE,
		timeout: 1800,
		run: async (vm, t) => {
			await unmodified(vm, t, { 'usr/bin/sqlite3': 'sqlite3' });
			const rows = t.size(20_000, 1000);
			for (const mode of journalModes) {
				const sql = [
					`pragma journal_mode=${mode};`,
					'create table t(a integer primary key, b text, c blob); create index i on t(b);',
					`begin; with recursive n(x) as (select 1 union all select x+1 from n where x<${rows})`,
					"insert into t select x, printf('row %d', x), zeroblob(x % 700) from n; commit;",
					...Array.from({ length: t.size(200, 10) }, (_, i) => `update t set b='one ${i}' where a=${i + 1};`),
					// Without a journal there is no way back.
					mode === 'off' ? '' : 'begin; delete from t where a % 3 = 0; rollback;',
					'delete from t where a % 4 = 0;',
					mode === 'off' ? '' : 'savepoint s; update t set c=null; rollback to s; release s;',
					'vacuum; pragma integrity_check; select count(*), sum(length(c)) from t;',
				];
				const file = `/var/tmp/${mode}.db`;
				const { stdout, stderr } = await vm.exec(['sqlite3', file], { stdin: sql.join('\n'), timeout: 600_000 });
				let [count, bytes] = [0, 0];
				for (let x = 1; x <= rows; x++) {
					if (x % 4 === 0) continue;
					count++;
					bytes += x % 700;
				}
				t.equal(stdout, `${mode}\nok\n${count}|${bytes}\n`, `journal mode ${mode}`);
				t.equal(stderr, '', 'without complaints');
				const again = await vm.exec(['sqlite3', file, 'pragma integrity_check; select count(*) from t;']);
				t.equal(again.stdout, `ok\n${count}\n`, 'opened again');
			}
			// A writer that holds its lock makes another wait or fail, as record locks have it.
			await lines(vm, t, [
				[
					'cd /var/tmp; rm -f begun tried; (echo "begin immediate; insert into t values(-1, 1, 1);"; echo ".shell touch begun"; until [ -e tried ]; do sleep 0.1; done; echo "commit;") | sqlite3 delete.db & until [ -e begun ]; do sleep 0.1; done; sqlite3 /var/tmp/delete.db "insert into t values(-2, 1, 1);" 2>&1; touch tried; wait; rm begun tried; sqlite3 /var/tmp/delete.db "select count(*) from t where a < 0"',
					/locked[\s\S]*^1\n$/m,
				],
			]);
			await vm.sh('rm /var/tmp/*.db*');
		},
	},
	{
		id: '1.6/filefrag',
		title: 'Debian’s filefrag lists extents, reserved ones too, by FIEMAP and by FIBMAP; chattr and lsattr work',
		tier: 'quick',
		image: IMAGE,
		run: async (vm, t) => {
			await unmodified(vm, t, { 'usr/sbin/filefrag': 'e2fsprogs', 'usr/bin/fallocate': 'util-linux' });
			await lines(vm, t, [
				[
					'cd /var/tmp && dd if=/dev/urandom of=f bs=64k count=40 status=none && sync && filefrag f',
					/^f: \d+ extents? found\n$/,
				],
				['cd /var/tmp && filefrag -v f', /^ +0: +0\.\. +11: +\d+\.\. +\d+: +12:[\s\S]* +\d+\.\. +639: .*last,eof\n/m],
				['cd /var/tmp && filefrag -B f', /^f: \d+ extents? found/m],
				[
					'cd /var/tmp && fallocate -l 8M g && filefrag -v g && stat -c "%s %b" g',
					/unwritten[\s\S]*last,unwritten,eof[\s\S]*^8388608 164\d\d\n/m,
				],
				[
					'cd /var/tmp && fallocate -p -o 1M -l 1M g && fallocate -z -o 4M -l 64k g && cmp -n 8388608 g /dev/zero && echo zeros',
					/^zeros\n$/,
				],
				[
					'cd /var/tmp && fallocate -n -o 8M -l 1M g && stat -c %s g && fallocate -d f && cmp -n 1 f f && echo dug',
					/^8388608\ndug\n$/,
				],
				[
					'cd /var/tmp && chattr +ai f && lsattr f && ! rm f 2>/dev/null && chattr -ai f && lsattr f',
					/^----ia-+ f\n-+ f\n$/,
				],
				[
					'cd /var/tmp && chattr +j f && lsattr f && md5sum <f >s && dd if=f of=f bs=64k conv=notrunc status=none && sync f && echo 3 >/proc/sys/vm/drop_caches && md5sum -c --status s <f && echo same && chattr -j f && lsattr f',
					/^-+j-+ f\nsame\n-+ f\n$/,
				],
				[
					'cd /var/tmp && mkdir l && chattr +j l && echo x >l/new && lsattr l && rm -r l s && setpriv --reuid 65534 --clear-groups true && touch n && chown 65534 n && setpriv --reuid 65534 --clear-groups chattr +j n 2>&1 | grep -o "not permitted"; rm n',
					/^-+j-+ l\/new\nnot permitted\n$/,
				],
				['cd /var/tmp && lsattr -v f && rm f g && echo gone', /^ *\d+ +-+ f\ngone\n$/],
			]);
		},
	},
	{
		id: '1.5/procps',
		title: 'Debian’s ps, top, free, pgrep, vmstat and their kin read /proc',
		tier: 'quick',
		image: IMAGE,
		timeout: 120,
		run: async (vm, t) => {
			await unmodified(vm, t, { 'bin/ps': 'procps', 'usr/bin/top': 'procps', 'usr/bin/vmstat': 'procps' });
			await lines(vm, t, [
				['ps -e -o pid,ppid,comm | head -n 3', /^ +PID +PPID COMMAND\n +1 +0 init\n/],
				[
					'ps aux | grep "[s]bin/init"',
					/^root +1 +\d+\.\d +\d+\.\d +\d+ +\d+ \? +Ss? +\d\d:\d\d +\d+:\d\d \/sbin\/init\n$/,
				],
				[
					'ps -o pid,ni,pri,stat,wchan:20,start,time,args -p 1',
					/^ +1 +0 +19 Ss? +[a-z]\w+ +\d+:\d\d:\d\d +\d+:\d\d:\d\d \/sbin\/init$/m,
				],
				['ps -eLf | wc -l', /^\d+\n$/],
				[
					'top -b -n 1 | head -n 8',
					/^top - [\s\S]*^Tasks: +\d+ total[\s\S]*^%Cpu\(s\):[\s\S]*^MiB Mem : +\d+\.\d total/m,
				],
				['free -k', /^Mem: +\d{5,} +\d+ +\d+ +\d+ +\d+ +\d+\nSwap: +0 +0 +0\n/m],
				[
					'sleep 77 & until pgrep -x sleep >/dev/null; do :; done; pgrep -f "sleep 7[7]" >/dev/null && pgrep -a -x sleep && pkill sleep; wait; pgrep -x sleep || echo none',
					/^\d+ sleep 77\nnone\n$/,
				],
				['pidof init', /^1\n$/],
				['vmstat 1 2 | tail -n 1', /^( +\d+){17}\n$/],
				['vmstat -s', /^ +[1-9]\d* K total memory[\s\S]*[1-9]\d* interrupts\n[\s\S]*boot time\n/m],
				['vmstat -d | grep sda', /^sda +\d+ +\d+ +[1-9]\d* +\d+ +[1-9]\d* +\d+ +[1-9]\d+/],
				['vmstat -D', /^ +[1-9] partitions/m],
				['vmstat -p /dev/sda1 | tail -n 1', /^ +\d+ +\d+ +\d+ +\d+\n$/],
				['vmstat -m | head -n 2', /^Cache +Num +Total +Size +Pages\n\S+ +\d+ +\d+ +\d+ +\d+\n/],
				['slabtop -o | head -n 8', /Active \/ Total Objects/],
				['uptime', /load average: \d+\.\d\d, \d+\.\d\d, \d+\.\d\d\n$/],
				['w -h; sysctl -n kernel.ostype kernel.pid_max fs.nr_open', /^Linux\n\d+\n\d+\n$/],
				['pmap $$ | tail -n 1', /^ total +\d+K\n$/],
				['cd /var/tmp && pwdx $$', /^\d+: \/var\/tmp\n$/],
			]);
		},
	},
	{
		id: '1.5/dmesg',
		title:
			'Debian’s dmesg reads /dev/kmsg: times, levels, facilities, what is new, what comes; the same as by syslog(2)',
		tier: 'quick',
		image: IMAGE,
		run: async (vm, t) => {
			await unmodified(vm, t, { 'bin/dmesg': 'util-linux' });
			await lines(vm, t, [
				['dmesg | head -n 1', /^\[ +0\.\d{6}\] \S/],
				['dmesg >/tmp/a; dmesg -S >/tmp/b; cmp /tmp/a /tmp/b && wc -l </tmp/a', /^[1-9]\d+\n$/],
				['echo "<30>of a daemon" >/dev/kmsg; dmesg -x | tail -n 1', /^daemon:info +: \[ *\d+\.\d{6}\] of a daemon\n$/],
				['echo "<11>one" >/dev/kmsg; dmesg -f user -l err', /^\[.*\] one\n$/],
				['dmesg -C; dmesg | wc -l; echo two >/dev/kmsg; dmesg; dmesg -S', /^0\n(\[.*\] two\n){2}$/],
				[
					'dmesg --follow-new >/tmp/c & until grep -q three /tmp/c; do echo three >/dev/kmsg; sleep 0.1; done; kill $!; wait; grep -vc " three$" /tmp/c; true',
					/^0\n$/,
				],
			]);
		},
	},
	{
		id: '1.5/lsof-and-fuser',
		title: 'Debian’s lsof, fuser, pstree, lsblk, findmnt and lslocks find what is open, mounted and locked',
		tier: 'quick',
		image: IMAGE,
		timeout: 120,
		run: async (vm, t) => {
			await unmodified(vm, t, { 'usr/bin/lsof': 'lsof', 'bin/fuser': 'psmisc' });
			await lines(vm, t, [
				[
					'exec 7</etc/passwd; lsof /etc/passwd',
					/^COMMAND +PID +USER +FD +TYPE +DEVICE +SIZE\/OFF +NODE +NAME\nsh +\d+ root +7r +REG +8,1 +\d+ +\d+ \/etc\/passwd\n/,
				],
				['lsof -p $$', / cwd +DIR [\s\S]* txt +REG [\s\S]* mem +REG .*libc[\s\S]*FIFO/],
				['exec 8>/var/tmp/held; rm /var/tmp/held; lsof +L1 -a -p $$', /^sh .* 0 +\d+ \/var\/tmp\/held \(deleted\)$/m],
				['exec 7</etc/passwd; [ "$(fuser /etc/passwd 2>/dev/null)" -eq $$ ] && echo found', /^found\n$/],
				['cd /var/tmp; fuser -m / 2>/dev/null | grep -c " $$"', /^[1-9]/],
				[
					'sleep 66 & until pgrep -x sleep >/dev/null; do :; done; pstree -p $$',
					/^sh\(\d+\)-\+-pstree\(\d+\)\n +`-sleep\(\d+\)\n$/,
				],
				[
					'lsblk -o NAME,MAJ:MIN,SIZE,TYPE,MOUNTPOINT /dev/sda',
					/^sda +8:0 +\d+M disk *\n.*sda1 +8:1 +\d+M part \/\n$/m,
				],
				['findmnt -n -o SOURCE,FSTYPE,OPTIONS /', /^\/dev\/sda1 impfs +rw,relatime\n$/],
				['flock /var/tmp/lock lslocks -n -o COMMAND,TYPE,MODE,PATH', /^flock +FLOCK +WRITE +\/var\/tmp\/lock$/m],
				[
					'mountpoint /proc && mount | head -n 1',
					/^\/proc is a mountpoint\n\/dev\/sda1 on \/ type impfs \(rw,relatime\)\n$/,
				],
			]);
		},
	},
]);
