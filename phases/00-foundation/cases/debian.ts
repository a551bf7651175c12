import { createHash } from 'node:crypto';
import { packageFile } from '../../../tools/image/package-file.js';
import type { CaseMachine } from '../../../tools/suite/case-machine.js';
import type { CaseTools } from '../../../tools/suite/checks.js';
import { defineCases } from '../../../tools/suite/declaration.js';
import { control, endless, Typist } from './userspace-terminal.js';

/** Checks that a program in the guest is the very one of its package. */
async function isUnmodified(
	vm: CaseMachine,
	t: CaseTools,
	name: string,
	inPackage: string,
	inGuest: string,
): Promise<void> {
	const bytes = await packageFile(name, inPackage, t.signal);
	const { stdout } = await vm.exec(['/usr/bin/busybox', 'sha256sum', inGuest]);
	t.equal(stdout.slice(0, 64), createHash('sha256').update(bytes).digest('hex'), `${inGuest} is that of ${name}`);
}

export const debianCases = defineCases([
	{
		id: '0.6/static-programs',
		title: 'Debian’s static busybox and bash run unmodified',
		tier: 'quick',
		run: async (vm, t) => {
			t.plan(7);
			await isUnmodified(vm, t, 'busybox-static', 'bin/busybox', '/usr/bin/busybox');
			await isUnmodified(vm, t, 'bash-static', 'bin/bash-static', '/usr/bin/bash-static');
			const shell = await vm.exec(['busybox', 'sh', '-c', 'uname -a; ls -l /; ps']);
			t.equal(shell.status, 0, 'uname, ls and ps in busybox’s shell');
			t.match(shell.stdout, /^Linux \S+ 6\.1\.\d+\S*-imposos\b/, 'uname says what programs expect');
			t.match(shell.stdout, /^\s*1 \S+ .*init/m, 'ps shows init');
			const script = [
				'declare -A age=([ann]=30 [bob]=25); for k in "${!age[@]}"; do echo "$k ${age[$k]}"; done | sort',
				'f() { local n=$1; ((n <= 1)) && echo 1 || echo $((n * $(f $((n - 1))))); }; f 8',
				'mapfile -t lines < <(printf "%s\\n" c a b | sort); echo "${lines[*]}" "${#lines[@]}"',
				'[[ abc123 =~ ([a-z]+)([0-9]+) ]] && echo "${BASH_REMATCH[2]}${BASH_REMATCH[1]^^}"',
				'trap "echo usr1" USR1; kill -USR1 $$; exec {fd}<<<here; read -r x <&$fd; echo "$x"; (exit 42); echo $?',
			].join('\n');
			const bash = await vm.exec(['bash-static', '-c', script]);
			t.equal(bash.stdout, 'ann 30\nbob 25\n40320\na b c 3\n123ABC\nusr1\nhere\n42\n', 'a script for bash');
			t.equal(bash.stderr, '', 'without complaints');
		},
	},
	{
		id: '0.6/bash-console',
		title: 'Debian’s bash-static is interactive on the serial console: line editing, history, jobs, a loop',
		tier: 'quick',
		needs: ['qemu'],
		run: async (vm, t) => {
			t.plan(7);
			const typist = new Typist(vm, t);
			await typist.prompt();
			await typist.type('bash-static --norc\r', /bash-static-5\.2# $/);
			const prompt = '[\\s\\S]*bash-static-5\\.2# $';
			const shows = async (keys: string, line: string, what: string) => {
				const shown = await typist.type(`${keys}\r`, new RegExp(`\\n${line}\\r\\n${prompt}`));
				t.match(shown, new RegExp(`\\n${line}\\r\\n`), what);
			};
			await shows(`xecho abd${'\x1b[D'}c${control('a')}${control('d')}`, 'abcd', 'readline edits inside the line');
			await shows(`${'\x1b[A'}efg`, 'abcdefg', 'and has a history');
			await shows('for ((i = 3; i; i--)); do printf %s $i; done; echo', '321', 'a loop');
			await typist.type(endless, /\nready\r\n/);
			await typist.type(control('z'), /Stopped[\s\S]*# $/);
			await shows('jobs | grep -c "sleep"', '1', 'Ctrl-Z stops a job, and jobs lists it');
			await typist.type('fg\r', /\nagain\r\n/);
			await typist.type(control('c'), /\^C[\s\S]*# $/);
			await shows('echo $?', '130', 'fg brings it back, for Ctrl-C');
			await shows('echo b a | xargs -n 1 | sort | tr "\\n" .; echo', 'a.b.', 'a pipeline');
			await typist.type('exit 4\r', /\n[\s\S]*# /);
			t.equal(await typist.status(), 4, 'and back to our shell');
		},
	},
	{
		id: '0.6/dynamic-programs',
		title: 'Debian’s dynamic dash, coreutils and sed run with Debian’s own loader and libc',
		tier: 'quick',
		image: 'debian-tools',
		timeout: 120,
		run: async (vm, t) => {
			t.plan(8);
			await isUnmodified(vm, t, 'dash', 'bin/dash', '/usr/bin/dash');
			await isUnmodified(vm, t, 'coreutils', 'bin/ls', '/usr/bin/ls');
			await isUnmodified(vm, t, 'sed', 'bin/sed', '/usr/bin/sed');
			await isUnmodified(vm, t, 'libc6', 'lib/i386-linux-gnu/ld-linux.so.2', '/lib/ld-linux.so.2');
			const dash = await vm.exec([
				'/usr/bin/dash',
				'-c',
				'seq 1 2000 | sort -rn | head -n 3 | sed "s/^/<&/; s/$/>/" | paste -sd, -; printf "%s\\n" b a | sort | tr a-b A-B; exit 5',
			]);
			t.equal(dash.stdout, '<2000>,<1999>,<1998>\nA\nB\n', 'a pipeline of coreutils');
			t.equal(dash.status, 5, 'and its status');
			const sum = await vm.exec(['/usr/bin/dash', '-c', 'echo abc | cksum']);
			t.equal(sum.stdout, '1112837078 4\n', 'cksum, which takes AVX for granted');
			const list = await vm.exec(['/usr/bin/ls', '--color=never', '-d', '/usr/bin/dash', '/etc/passwd']);
			t.equal(list.stdout, '/etc/passwd\n/usr/bin/dash\n', 'ls of coreutils');
		},
	},
	{
		id: '0.6/debian-root',
		title: 'Debian’s own tree is the root, with our kernel, init and agent under it',
		tier: 'full',
		image: 'debian-root',
		timeout: 300,
		run: async (vm, t) => {
			t.plan(4);
			const version = await vm.exec(['/bin/bash', '-c', 'echo "$BASH_VERSION"; cat /etc/debian_version; id -un']);
			t.match(version.stdout, /^5\.2\.15\S*\n12\.\d+\nroot\n$/, 'bash, cat and id of Debian');
			const perl = await vm.exec(['/usr/bin/perl', '-e', 'print join(",", map { $_ ** 2 } 1 .. 5), "\\n"']);
			t.equal(perl.stdout, '1,4,9,16,25\n', 'perl');
			const find = await vm.sh('find /usr/bin -type f | wc -l');
			t.ok(Number(find.stdout) > 200, 'find and wc', find.stdout);
			const packages = await vm.exec(['/usr/bin/dpkg', '--compare-versions', '1.10', 'gt', '1.9']);
			t.equal(packages.status, 0, 'dpkg');
		},
	},
]);
