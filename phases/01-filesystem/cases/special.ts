import { defineCases } from '../../../tools/suite/declaration.js';
import { guestTest } from '../../../tools/suite/guest-test.js';

/** Files of /proc and what stands in them. */
const proc: [file: string, content: RegExp][] = [
	['self/status', /^Name:\t\S+\n[\s\S]*^State:\tR \(running\)\n[\s\S]*^Pid:\t\d+\n[\s\S]*^VmRSS:\s+\d+ kB\n/m],
	['self/stat', /^\d+ \(busybox\) R( -?\d+){49}\n$/],
	['self/statm', /^(\d+ ){6}\d+\n$/],
	['self/cmdline', /^busybox\0cat\0\/proc\/self\/cmdline\0$/],
	['self/maps', /^[0-9a-f]{8}-[0-9a-f]{8} r-xp [0-9a-f]{8} \d\d:\d\d \d+ +\/usr\/bin\/busybox\n/m],
	['self/maps', /^[0-9a-f]{8}-[0-9a-f]{8} rw-p 00000000 00:00 0 $/m],
	['self/mounts', /^\/dev\/sda1 \/ impfs rw/m],
	['self/mountinfo', /^\d+ \d+ \d+:\d+ \/ \/ rw.* - impfs \/dev\/sda1 /m],
	['self/limits', /^Max open files +\d+ +\d+ +files/m],
	['self/io', /^rchar: \d+\nwchar: \d+\n/],
	[
		'meminfo',
		/^MemTotal: +\d+ kB\nMemFree: +\d+ kB\nMemAvailable: +\d+ kB\nBuffers: +[1-9]\d* kB\nCached: +[1-9]\d* kB\n/,
	],
	['stat', /^cpu {2}(\d+ ){7,9}\d+\n[\s\S]*^btime \d+\n/m],
	['uptime', /^\d+\.\d\d \d+\.\d\d\n$/],
	['loadavg', /^(\d+\.\d\d ){3}\d+\/\d+ \d+\n$/],
	['filesystems', /^\timpfs\n/m],
	['cpuinfo', /^processor\t: 0\n[\s\S]*^flags\t\t?: .*fpu/m],
	['interrupts', /^ +CPU0 *\n[\s\S]*^ 14: +\d+ +XT-PIC +ata1$/m],
	[
		'devices',
		/^Character devices:\n {2}1 mem\n[\s\S]*^ 10 misc\n[\s\S]*^136 pts\n[\s\S]*\nBlock devices:\n {2}7 loop\n {2}8 sd\n$/m,
	],
	['cmdline', /root=\/dev\/sda1/],
	['version', /^Linux version 6\.1\./],
	['partitions', /^ +8 +1 +\d+ sda1\n/m],
	['diskstats', /^ +8 +0 sda( \d+){11}/m],
	['sys/kernel/ostype', /^Linux\n$/],
	['sys/kernel/pid_max', /^\d+\n$/],
	['vmstat', /^pgpgin \d+\npgpgout \d+\npswpin \d+\npswpout \d+\n/m],
	['swaps', /^Filename/],
];

export const specialCases = defineCases([
	guestTest('1.5/kmsg', '/dev/kmsg: records, numbers, escapes, places, slow readers; what may be written'),
	{
		id: '1.5/proc',
		title: 'files of /proc are formatted as Linux formats them',
		tier: 'quick',
		run: async (vm, t) => {
			t.plan(proc.length);
			for (const [file, content] of proc)
				t.match((await vm.exec(['busybox', 'cat', `/proc/${file}`])).stdout, content, `/proc/${file}`);
		},
	},
	{
		id: '1.5/proc-stack',
		title: '/proc/PID/stack shows where a task is in the kernel: asleep, interrupted, reading it; and only to root',
		tier: 'quick',
		skipIn: { release: 'its kernel keeps no frame pointers' },
		run: async (vm, t) => {
			const frames = async (line: string) => (await vm.sh(line)).stdout.replace(/^\[<0>\] (\S+)\+0x[0-9a-f]+$/gm, '$1');
			t.match(await frames('cat /proc/1/stack'), /^switch_to\n(\S+\n)*sigtimedwait\n/, 'asleep');
			const busy =
				'while :; do :; done & until cat /proc/$!/stack | tee /tmp/s | grep -q exit_to_user; do :; done; kill $!; cat /tmp/s';
			t.match(await frames(busy), /^switch_to\n(\S+\n)*exit_to_user\n/, 'interrupted');
			t.match(await frames('cat /proc/self/stack'), /^proc_show_stack\n(\S+\n)*sys_read\n/, 'reading it');
			// A child that ends when its parent is a program that does not wait for it.
			const child = 'until read -r name </proc/$PPID/comm && [ "$name" = sleep ]; do :; done';
			const zombie = `rm -f /tmp/z; (sh -c '${child}' & echo $! >/tmp/z; exec sleep 1000) & p=$!; until [ -s /tmp/z ] && grep -q ') Z ' /proc/$(cat /tmp/z)/stat; do sleep 0.05; done; cat /proc/$(cat /tmp/z)/stat /proc/$(cat /tmp/z)/stack; kill $p`;
			t.match(await frames(zombie), /^\d+ \(\S+\) Z .*\n$/, 'a zombie');
			const other = await vm.exec(['cat', '/proc/self/stack'], { user: { uid: 65534, gid: 65534 } });
			t.match(other.stderr, /Permission denied/, 'not root');
		},
	},
	{
		id: '1.5/vmstat-counts',
		title: '/proc/vmstat counts pages in and out, and faults',
		tier: 'quick',
		run: async (vm, t) => {
			t.plan(2);
			const { stdout } = await vm.sh(
				'busybox dd if=/dev/zero of=/var/tmp/out bs=64k count=16 conv=fsync 2>/dev/null; cat /proc/vmstat',
			);
			t.match(stdout, /^pgpgout [1-9]\d*\n/m, 'pages out');
			t.match(stdout, /^pgfault [1-9]\d*\n/m, 'faults');
		},
	},
	{
		id: '1.5/proc-programs',
		title: 'busybox’s tools for processes read /proc',
		tier: 'quick',
		run: async (vm, t) => {
			const lines: [string, RegExp][] = [
				['busybox ps -o pid,ppid,comm', /^ +1 +0 init$/m],
				['busybox top -b -n 1', /^Mem: \d+K used[\s\S]*^ +1 +0 root/m],
				['busybox free', /^Mem: +\d+/m],
				['sleep 50 & until busybox pidof sleep; do :; done; kill $!', /^\d+\n$/],
				['busybox uptime', /load average: \d/],
				['busybox mount', /^\/dev\/sda1 on \/ type impfs/m],
				['busybox df -h /', /% \/$/m],
				['busybox stat -c %F /dev/null /proc /tmp', /^character special file\ndirectory\ndirectory\n$/],
				['cd /proc/self && busybox readlink cwd', /^\/proc\/\d+\n$/],
				['busybox readlink /proc/self/exe', /^\/usr\/bin\/busybox\n$/],
				['exec 9</etc/passwd; busybox readlink /proc/$$/fd/9', /^\/etc\/passwd\n$/],
				['busybox tr "\\0" "\\n" </proc/$$/environ', /^PATH=/m],
			];
			t.plan(lines.length);
			for (const [line, output] of lines) t.match((await vm.sh(line)).stdout, output, line);
		},
	},
	{
		id: '1.5/dev',
		title: 'the nodes of /dev do what their names say',
		tier: 'quick',
		run: async (vm, t) => {
			const lines: [string, RegExp][] = [
				['echo x >/dev/null && busybox cat /dev/null | busybox wc -c', /^0\n$/],
				['busybox head -c 100000 /dev/zero | busybox tr -d "\\0" | busybox wc -c', /^0\n$/],
				['echo x >/dev/full; echo $?', /^1\n$/],
				['busybox head -c 64 /dev/urandom | busybox wc -c', /^64\n$/],
				['busybox ls -l /dev/full', /^crw-rw-rw- +1 root +root +1, +7 /],
				['busybox ls -l /dev/tty', /^crw-rw-rw- .* 5, +0 /],
				['busybox ls -l /dev/sda1', /^brw-.* 8, +1 /],
				['busybox ls -ld /dev/ptmx /dev/pts', /ptmx[\s\S]*pts/],
				['busybox readlink /dev/fd', /^\/proc\/self\/fd\n$/],
				['busybox readlink /dev/stdin', /^(\/proc\/self\/)?fd\/0\n$/],
				['busybox mknod /dev/mine c 1 3 && echo x >/dev/mine && rm /dev/mine && echo made', /^made\n$/],
			];
			t.plan(lines.length);
			for (const [line, output] of lines) {
				const { stdout, stderr } = await vm.sh(line);
				t.ok(output.test(stdout), line, stdout + stderr);
			}
		},
	},
	{
		id: '1.5/tmpfs',
		title: 'tmpfs keeps to its limits of size and files',
		tier: 'quick',
		run: async (vm, t) => {
			const lines: [string, RegExp][] = [
				['mkdir /mnt/t && mount -t tmpfs -o size=1m,nr_inodes=10,mode=700 none /mnt/t; echo $?', /^0\n$/],
				['busybox df -k /mnt/t | busybox tail -n 1', /^none +1024 +0 +1024 +0% \/mnt\/t$/m],
				['busybox stat -c %a /mnt/t', /^700\n$/],
				['busybox dd if=/dev/zero of=/mnt/t/big bs=64k count=100 2>&1', /No space left on device/],
				['busybox stat -c %s /mnt/t/big', /^1048576\n$/],
				['rm /mnt/t/big; busybox df -k /mnt/t | busybox tail -n 1', /^none +1024 +0 +1024/],
				['for i in 1 2 3 4 5 6 7 8 9 10 11; do echo >/mnt/t/$i; done 2>&1', /No space left on device/],
				['ls /mnt/t | wc -l | tr -d " "', /^9\n$/],
				['cd /mnt/t; umount /mnt/t 2>&1', /[Bb]usy/],
				['umount /mnt/t; ls /mnt/t | wc -l | tr -d " "', /^0\n$/],
			];
			t.plan(lines.length);
			for (const [line, output] of lines) {
				const { stdout, stderr } = await vm.sh(line);
				t.ok(output.test(stdout), line, stdout + stderr);
			}
		},
	},
]);
