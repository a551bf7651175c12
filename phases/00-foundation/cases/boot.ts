import { defineCases } from '../../../tools/suite/declaration.js';

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
