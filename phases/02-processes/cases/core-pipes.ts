import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { coreArguments } from '../../../tools/machine/debug-core.js';
import { defineCases } from '../../../tools/suite/declaration.js';
import { guestTestPath } from '../../../tools/suite/guest-test.js';
import { gdb } from './host-gdb.js';

const crash = guestTestPath(2, 'crash');

/** Shell's words that wait for a condition, half a minute and more. */
function until(condition: string): string {
	return `i=0; until ${condition} || test $i -ge 300; do sleep 0.1; i=$((i + 1)); done`;
}

export const corePipeCases = defineCases([
	{
		id: '2.5/core-pipe',
		title: 'a program takes core dumps from a pipe, and is told of what',
		tier: 'quick',
		run: async (vm, t) => {
			t.plan(12);
			const helper = [
				'#!/bin/sh',
				'cat > /tmp/piped/core',
				'echo "$0|$1|$2|$3|$4|$5" > /tmp/piped/told',
				'echo "$(pwd) $(id -u) $(ulimit -c)" >> /tmp/piped/told',
				'touch /tmp/piped/done',
			].join('\n');
			const pattern = '|/tmp/piped/helper  %e-of-%p %s  %P %t %%x';
			const crashed = async (before: string, how: string) =>
				await vm.sh(
					`rm -f /tmp/piped/core /tmp/piped/told /tmp/piped/done; ${before}; ${crash} ${how} & wait $!; echo $! $?; ${until('test -e /tmp/piped/done')}`,
					{ timeout: 60_000 },
				);
			await vm.sh('rm -rf /tmp/piped; mkdir /tmp/piped');
			await vm.putFile('/tmp/piped/helper', `${helper}\n`, 0o755);
			await vm.sh(`echo '${pattern}' > /proc/sys/kernel/core_pattern`);
			// Not even a limit of 0 keeps a dump from a pipe, nor does its user matter to who takes it.
			const { stdout } = await crashed('ulimit -c 0', 'abort');
			const [pid = '', status] = stdout.trim().split(' ');
			t.equal(status, '134', 'the program ended by SIGABRT');
			const told = (await vm.getFile('/tmp/piped/told')).toString().split('\n');
			t.match(
				told[0] ?? '',
				new RegExp(`^/tmp/piped/helper\\|crash-of-${pid}\\|6\\|${pid}\\|\\d{9,}\\|%x$`),
				'its words',
			);
			t.equal(told[1], '/ 0 0', 'it runs as root, in the root directory, and dumps nothing itself');
			const core = path.join(t.scratch, 'piped-core');
			await vm.sh(
				'gzip -c /tmp/piped/core > /tmp/piped/core.gz || busybox gzip -c /tmp/piped/core > /tmp/piped/core.gz',
			);
			writeFileSync(core, gunzipSync(await vm.getFile('/tmp/piped/core.gz')));
			const seen = await gdb(t, coreArguments({ core, program: crash, variant: 'debug', extra: [] }), [
				'info threads',
				'bt',
				'print found',
			]);
			t.match(seen, /terminated with signal SIGABRT/, 'the host’s gdb reads what went through the pipe');
			t.equal((seen.match(/^ *\*? *[123] +(LWP|Thread)/gm) ?? []).length, 3, 'three threads');
			t.match(seen, /inner .*\n.*inner .*\n.*inner .*\n.*inner .*\n.*main /, 'the call chain');
			t.match(seen, /number = 4711, name = "the thing/, 'a variable');
			// One that ends early, one that reads nothing and is killed: the process ends all the same.
			await vm.putFile('/tmp/piped/helper', '#!/bin/sh\ntouch /tmp/piped/done\n', 0o755);
			t.match((await crashed(':', 'segv')).stdout, /^\d+ 139\n/, 'a helper that ends early');
			await vm.putFile('/tmp/piped/helper', '#!/bin/sh\necho $$ > /tmp/piped/told\nsleep 100\n', 0o755);
			const stuck = await vm.sh(
				`rm -f /tmp/piped/told; ${crash} & p=$!; ${until('test -s /tmp/piped/told')}; ${until("grep -q 'State:.[SD]' /proc/$p/status")}; grep State /proc/$p/status; kill -9 $p; wait $p; echo $?; pkill -f 'sleep 100' || kill $(cat /tmp/piped/told)`,
				{ timeout: 60_000 },
			);
			t.match(
				stuck.stdout,
				/State:\s+[SD][^\n]*\n(134|137)\n/,
				'who waits for a helper that does not read can be killed',
			);
			await vm.putFile('/tmp/piped/helper', '#!/bin/sh\ncat > /dev/null\nkill -ABRT $$\n', 0o755);
			const helpers = 'cat /proc/[0-9]*/stat 2> /dev/null | grep';
			const tasks = await vm.sh(`${crash}; ${until(`! ${helpers} -q "(helper)"`)}; ${helpers} -c "(helper)"; true`, {
				timeout: 90_000,
			});
			t.equal(tasks.stdout.trim(), '0', 'a helper that crashes itself starts no other, and is reaped');
			await vm.sh("echo '|' > /proc/sys/kernel/core_pattern");
			t.match((await vm.sh(`${crash} & wait $!; echo $?`)).stdout, /^134/, 'a pattern without a program');
			const back = await vm.sh('echo core > /proc/sys/kernel/core_pattern; cat /proc/sys/kernel/core_pattern');
			t.equal(back.stdout, 'core\n', 'and back to files');
		},
	},
	{
		id: '2.5/core-pipe-limit',
		title:
			'with a core_pipe_limit the process stays until the program that takes its dump is done, and too many are refused',
		tier: 'quick',
		run: async (vm, t) => {
			t.plan(9);
			const helper = [
				'#!/bin/sh',
				'cat > /dev/null',
				'touch /tmp/limit/started',
				'while test -e /tmp/limit/hold; do sleep 0.05; done',
				'echo "$1 $(cat /proc/$1/comm) $(readlink /proc/$1/exe) $(ls /proc/$1/task | wc -l) $(wc -l < /proc/$1/maps)" >> /tmp/limit/told',
			].join('\n');
			await vm.sh('rm -rf /tmp/limit; mkdir /tmp/limit');
			await vm.putFile('/tmp/limit/helper', `${helper}\n`, 0o755);
			await vm.sh("echo '|/tmp/limit/helper %p' > /proc/sys/kernel/core_pattern");
			t.equal((await vm.sh('cat /proc/sys/kernel/core_pipe_limit')).stdout, '0\n', 'none at first');
			await vm.sh('echo 1 > /proc/sys/kernel/core_pipe_limit');
			const { stdout } = await vm.sh(`${crash} & wait $!; echo $! $?; cat /tmp/limit/told`);
			const [ended = '', told = ''] = stdout.split('\n');
			const [pid, status] = ended.split(' ');
			t.equal(status, '134', 'the program ended by SIGABRT');
			t.match(told, new RegExp(`^${pid} crash ${crash} 3 [1-9]\\d*$`), 'after its helper had looked at all of it');
			// One is held by its helper; the next one finds the limit reached.
			const begin = `rm -f /tmp/limit/told /tmp/limit/started; touch /tmp/limit/hold; ${crash} & p=$!`;
			const held = await vm.sh(
				`${begin}; ${until('test -e /tmp/limit/started')}; ${crash} & wait $!; echo $?; sed -n 's/State:.//p' /proc/$p/status; echo $p`,
			);
			const [refused, state, first = ''] = held.stdout.trim().split('\n');
			t.equal(refused, '134', 'one more than the limit ends at once');
			t.match(state ?? '', /^[SD] /, 'while the first waits');
			t.match(
				(await vm.sh('dmesg | tail -n 5')).stdout,
				/core_pipe_limit: no dump of process \d+ \(crash\)/,
				'as the log says',
			);
			const killed = await vm.sh(
				`kill -9 ${first}; ${until(`! test -e /proc/${first}/exe`)}; test -e /proc/${first}/exe; echo $?; ls /tmp/limit`,
			);
			t.equal(killed.stdout, '1\nhelper\nhold\nstarted\n', 'who waits can be killed while its helper works');
			await vm.sh('echo 0 > /proc/sys/kernel/core_pipe_limit');
			const free = await vm.sh(`${begin}; wait $p; echo $?; rm /tmp/limit/hold`);
			t.equal(free.stdout, '134\n', 'without a limit nobody waits');
			const back = await vm.sh('echo core > /proc/sys/kernel/core_pattern; cat /proc/sys/kernel/core_pattern');
			t.equal(back.stdout, 'core\n', 'and back to files');
		},
	},
]);
