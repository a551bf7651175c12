import { defineCases } from '../../../tools/suite/declaration.js';

/** Lines of shell and what they print. */
const shell: [line: string, output: string][] = [
	['echo "a  b" c', 'a  b c\n'],
	['x=5; while [ $x -gt 0 ]; do x=$((x-1)); done; echo $x', '0\n'],
	['for i in 1 2 3; do echo $i; done | wc -l | tr -d " "', '3\n'],
	['f() { echo "$2-$1"; }; f a b', 'b-a\n'],
	['case abc in a*) echo yes;; *) echo no;; esac', 'yes\n'],
	['x="a b"; set -- $x; echo $#; set -- "$x"; echo $#', '2\n1\n'],
	['echo one >/tmp/t; echo two >>/tmp/t; cat </tmp/t', 'one\ntwo\n'],
	['cat <<END\n$((6*7))\nEND', '42\n'],
	['(exit 3); echo $?', '3\n'],
	['false || echo or; true && echo and', 'or\nand\n'],
	['x=abcdef; echo ${x#ab} ${x%ef} ${#x} ${y:-none}', 'cdef abcd 6 none\n'],
	['echo `echo nested $(echo deep)`', 'nested deep\n'],
	['trap "echo bye" EXIT; exit 0', 'bye\n'],
	['ls /no/such 2>/dev/null; echo $?', '1\n'],
	['sleep 0 & wait $!; echo $?', '0\n'],
];

export const programCases = defineCases([
	{
		id: '0.5/shell',
		title: 'our shell speaks the shell language',
		tier: 'quick',
		run: async (vm, t) => {
			t.plan(shell.length);
			for (const [line, output] of shell) {
				const result = await vm.sh(line);
				const expected = line.startsWith('ls /no') ? /^[12]\n$/ : undefined;
				if (expected) t.match(result.stdout, expected, line);
				else t.equal(result.stdout, output, line);
			}
		},
	},
	{
		id: '0.5/utilities',
		title: 'the everyday utilities are there and work',
		tier: 'quick',
		run: async (vm, t) => {
			const lines: [string, RegExp][] = [
				['ls -l /etc/os-release', /os-release/],
				['. /etc/os-release; echo $NAME', /^ImposOS\n$/],
				['mkdir -p /tmp/u/v; cp /etc/passwd /tmp/u/v/p; cmp /etc/passwd /tmp/u/v/p && echo same', /^same\n$/],
				['mv /tmp/u/v/p /tmp/u/q; ls /tmp/u', /^q\nv\n$/],
				['rm -r /tmp/u; ls -d /tmp/u 2>&1', /No such file/],
				['ps', /init/],
				['mount', / on \/ type impfs/],
				['df /', /%/],
				['free', /[Mm]em/],
				['dmesg | head -n 5', /./],
				['date -u +%Y', /^20\d\d\n$/],
				['kill -l', /KILL/],
			];
			t.plan(lines.length);
			for (const [line, output] of lines) t.match((await vm.sh(line)).stdout, output, line);
		},
	},
	{
		id: '0.6/busybox',
		title: 'Debian’s busybox runs, unmodified',
		tier: 'quick',
		run: async (vm, t) => {
			t.plan(2);
			const { stdout, status } = await vm.exec(['busybox', 'sh', '-c', 'uname -a; ls -l /; ps']);
			t.equal(status, 0, 'it ends well');
			t.match(stdout, /Linux[\s\S]*etc[\s\S]*init/, 'uname, ls and ps');
		},
	},
	{
		id: '0.6/bash',
		title: 'Debian’s bash-static is interactive on a terminal, with job control',
		tier: 'quick',
		run: async (vm, t) => {
			t.plan(4);
			const bash = await vm.spawn(['bash-static', '--norc', '-i'], { tty: { rows: 24, columns: 80 } });
			let seen = '';
			const next = (pattern: RegExp) =>
				new Promise<void>((resolve, reject) => {
					const from = seen.length;
					const look = () => {
						if (pattern.test(seen.slice(from))) {
							bash.stdout.off('data', look);
							resolve();
						}
					};
					bash.stdout.on('data', look);
					bash.exited.then(() => reject(new Error(`bash ended:\n${seen}`)), reject);
					setTimeout(() => reject(new Error(`no ${pattern} in 30 s after:\n${seen}`)), 30_000).unref();
				});
			bash.stdout.on('data', (bytes: Buffer) => {
				seen += bytes.toString();
			});
			await next(/# $/);
			// What is typed before the prompt would be lost with Ctrl-C, as on Linux.
			bash.stdin.write('echo $((6 * 7))x\n');
			await next(/42x\r\n.*# $/s);
			t.ok(true, 'it calculates');
			bash.stdin.write('busybox sh -c "echo rea\'\'dy; exec sleep 100"\n');
			await next(/ready\r\n/);
			bash.stdin.write('\x03');
			await next(/\^C.*# $/s);
			t.ok(true, 'Ctrl-C ends what runs');
			bash.stdin.write('echo status $?\n');
			await next(/status 130/);
			t.ok(true, 'which died of SIGINT');
			bash.stdin.write('exit 7\n');
			t.equal((await bash.exited).status, 7, 'its status');
		},
	},
	{
		id: '0.6/dynamic',
		title: 'Debian’s dynamic dash, coreutils and sed run with Debian’s own loader',
		tier: 'quick',
		image: 'debian-tools',
		timeout: 180,
		run: async (vm, t) => {
			t.plan(3);
			const { stdout, status } = await vm.exec(['/bin/dash', '-c', 'echo hello | sed s/hello/goodbye/ | sort | wc -c']);
			t.equal(stdout.trim(), '8', 'a pipe of dash, sed, sort and wc');
			t.equal(status, 0, 'ends well');
			t.match((await vm.exec(['/usr/bin/ls', '--version'])).stdout, /GNU coreutils/, 'GNU’s ls');
		},
	},
]);
