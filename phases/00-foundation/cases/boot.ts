import { readFileSync } from 'node:fs';
import { defineCases } from '../../../tools/suite/declaration.js';
import { guestTestPath } from '../../../tools/suite/guest-test.js';

/** Guest seconds from reset to init of Debian's 6.1 kernel for i386 on this machine, an instruction a nanosecond. */
const LINUX_TO_INIT = 6.8;

/** Seconds of the host's processor that a process has used. */
function processorTime(pid: number): number {
	const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
		.replace(/^.*\) /, '')
		.split(' ');
	return (Number(fields[11]) + Number(fields[12])) / 100;
}

export const bootCases = defineCases([
	{
		id: '0.1/boots-to-the-agent',
		title: 'the kernel boots from reset until the agent answers',
		tier: 'quick',
		start: 'boot',
		run: async (vm, t) => {
			t.plan(2);
			t.ok((await vm.control.ping()).pid > 1, 'the agent is a process');
			const { stdout } = await vm.exec(['busybox', 'uname', '-s']);
			t.equal(stdout, 'Linux\n', 'uname says Linux, as programs expect');
		},
	},
	{
		id: '0.1/boots-from-its-disk',
		title: 'the disk boots by its own boot loader, as in a PC, to a shell on the console',
		tier: 'quick',
		start: 'none',
		run: async (_vm, t) => {
			t.plan(4);
			const machine = await t.start({ bootFromDisk: true });
			const { console } = machine;
			const { end } = await console.waitFor(/start-up took.*[#$] /s, { timeout: 50_000, signal: t.signal });
			console.write('cat /proc/cmdline; echo $((6 * 7)) is the answer; busybox poweroff\r');
			await console.waitFor(/42 is the answer\r?\n/, { from: end, signal: t.signal });
			t.match(console.since(end), /root=\S+ .*console=ttyS0/, 'the boot loader has handed on its command line');
			t.ok(!/imposos\.agent/.test(console.since(end)), 'which asks for no agent');
			t.equal((await machine.ended()).how, 'off', 'it powers off');
			t.same(console.troubles, [], 'without trouble on the console');
		},
	},
	{
		id: '0.1/start-up-instructions',
		title: 'from reset to the prompt takes less than a fifth of the instructions that Linux takes to init',
		tier: 'quick',
		start: 'none',
		timeout: 300,
		run: async (_vm, t) => {
			t.plan(1);
			// One instruction is one nanosecond, and the time stamp counter's unit. What the guest waited for the disk, and
			// so for the host, does not count.
			const prompt = `PS1=$(${guestTestPath(0, 'since-reset')})`;
			const { console } = await t.start({ icount: 'shift=0,sleep=on', append: prompt });
			const pattern = /since-reset (\d+) idle (\d+) /;
			const { match } = await console.waitFor(pattern, { timeout: 250_000, signal: t.signal });
			const seconds = Number(match[1]) / 1e9 - Number(match[2]) / 100;
			t.figure('guest time from reset to the prompt, an instruction a nanosecond', seconds, 's');
			t.ok(seconds > 0.01 && seconds < LINUX_TO_INIT / 5, 'it takes less than a fifth', `${seconds} s, ${match[0]}`);
		},
	},
	{
		id: '0.1/start-up-time',
		title: 'from power-on to the prompt takes at most 1.5 s of the host’s processor',
		tier: 'full',
		start: 'none',
		run: async (_vm, t) => {
			t.plan(1);
			const times: number[] = [];
			for (let at = 0; at < 5; at++) {
				const machine = await t.start({});
				await machine.console.waitFor(/start-up took.*[#$] /s, { timeout: 50_000, signal: t.signal });
				times.push(processorTime(machine.pid));
				await machine.dispose();
			}
			const median = times.sort((a, b) => a - b)[2] ?? Number.NaN;
			t.figure('processor time from power-on to the prompt, median of 5', median, 's');
			t.ok(median <= 1.5, 'it takes at most 1.5 s', `${times.join(', ')} s`);
		},
	},
	{
		id: '0.1/power-off',
		title: 'power off ends the machine in order',
		tier: 'quick',
		start: 'boot',
		run: async (vm, t) => {
			t.plan(1);
			await vm.control.power('off');
			t.equal((await vm.machine.ended()).how, 'off', 'QEMU ends by ACPI power off');
		},
	},
	{
		id: '0.1/bad-root',
		title: 'a root that does not exist is named in the panic',
		tier: 'quick',
		start: 'none',
		run: async (_vm, t) => {
			t.plan(2);
			const machine = await t.start({ append: 'root=/dev/sdz9' });
			const { match } = await machine.console.waitFor(/panic:[^\n]*\n/, { signal: t.signal });
			t.match(match[0], /sdz9/, 'the panic names the root');
			t.equal((await machine.ended()).how, 'panic', 'isa-debug-exit tells');
		},
	},
]);
