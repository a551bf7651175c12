import type { CaseDeclaration } from '../../../tools/suite/declaration.js';
import { defineCases } from '../../../tools/suite/declaration.js';
import { guestTest } from '../../../tools/suite/guest-test.js';

/** Writes to /proc/violate (debug builds), and what the kernel has to say about each. */
const violations: [name: string, cause: RegExp][] = [
	['write-text', /BUG: .*(write|protect|read-only)/i],
	['write-rodata', /BUG: .*(write|protect|read-only)/i],
	['execute-data', /BUG: .*(execut|fetch|NX)/i],
	['read-user', /BUG: .*(user|SMAP)/i],
	['write-user', /BUG: .*(user|SMAP)/i],
	['execute-user', /BUG: .*(user|SMEP|execut)/i],
	['read-null', /BUG: .*(NULL|null)/],
	['call-null', /BUG: .*(NULL|null|execut)/],
	['overflow-stack', /panic: .*stack overflow/],
	['smash-stack', /panic: .*stack frame/],
	['sleep-in-interrupt', /(BUG|panic): .*(sleep|schedul|interrupt)/i],
	['sleep-with-spin-lock', /(BUG|panic): .*(sleep|spin|atomic)/i],
	['lock-order', /BUG: .*lock/i],
	['free-twice', /(BUG|panic): .*(free)/i],
	['use-after-free', /(BUG|panic): .*(free|poison)/i],
	['write-past-end', /(BUG|panic): .*(end|red zone|overrun|corrupt|written)/i],
	['index-past-end', /BUG: undefined behaviour: index out of bounds .* at .*violations/],
	['shift-too-far', /BUG: undefined behaviour: shift out of bounds .* at .*violations/],
	['fault-in-message', /BUG: read of unmapped kernel memory .*task/],
	['divide-by-zero', /BUG: .*divide/i],
	['invalid-opcode', /BUG: .*opcode/i],
	['bug', /BUG: /],
	['panic', /panic: as asked/],
];

function violation([name, cause]: (typeof violations)[number]): CaseDeclaration {
	return {
		id: `0.2/kernel-${name}`,
		title: `the kernel names its own fault: ${name}`,
		tier: 'quick',
		needs: ['qemu'],
		expects: /./,
		breaksDisk: true,
		run: async (vm, t) => {
			t.plan(1);
			const from = vm.console.position;
			// The writer dies, or the machine does: the console tells.
			const writing = vm.sh(`echo ${name} >/proc/violate`, { timeout: 20_000 });
			writing.catch(() => {});
			const { match } = await vm.console.waitFor(/(?:BUG|panic):[^\n]*\n/, { from, timeout: 20_000, signal: t.signal });
			t.match(match[0], cause, 'the cause');
		},
	};
}

/** Sizes of memory that must work, in megabytes. */
function boots(memory: number, tier: 'quick' | 'full'): CaseDeclaration {
	return {
		id: `0.2/boots-with-${memory}`,
		title: `boots with ${memory} MB, or says what it needs`,
		tier,
		start: 'none',
		run: async (_vm, t) => {
			t.plan(memory > 1536 ? 2 : 1);
			const machine = await t.start({ memory });
			const agent = machine.connectAgent(50_000, t.signal).then(
				() => 'boots',
				() => 'does not boot',
			);
			const words = machine.console.waitFor(/needs? (?:at least )?\d+ (?:MB|MiB|KB|KiB)/i, {
				timeout: 50_000,
				signal: t.signal,
			});
			const outcome = await Promise.race([
				agent,
				words.then(
					() => 'says what it needs',
					() => agent,
				),
			]);
			if (memory > 1536)
				t.match(
					machine.console.since(0),
					/memory: \d+ MiB beyond the direct map are not used/,
					'what it leaves unused is named',
				);
			t.ok(outcome === 'boots' || (memory <= 16 && outcome === 'says what it needs'), outcome, machine.console.tail());
		},
	};
}

export const protectionCases = defineCases([
	guestTest('0.2/user-violations', 'what a program must not do kills it alone'),
	guestTest('0.2/bad-pointers', 'bad pointers to system calls return EFAULT'),
	guestTest('0.2/private-pages', 'pages are zero, forks part, mappings come and go'),
	...violations.map(violation),
	boots(16, 'quick'),
	boots(32, 'quick'),
	boots(64, 'full'),
	boots(1024, 'full'),
	boots(1536, 'quick'),
	boots(2048, 'full'),
	boots(3072, 'full'),
]);
