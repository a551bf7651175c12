import type { CaseMachine } from '../../../tools/suite/case-machine.js';
import type { CaseTools } from '../../../tools/suite/checks.js';
import { type CaseDeclaration, defineCases } from '../../../tools/suite/declaration.js';

/** Keys by QEMU's names, which are those of a US keyboard, and what they write. */
type Typed = [keys: (string | string[])[], text: string];

const shift = (key: string) => ['shift', key];
const altGr = (key: string) => ['alt_r', key];

const american: Typed[] = [
	[['a', 'q', 'z', 'm', '1', shift('a')], 'aqzm1A'],
	[[shift('2'), shift('3'), shift('apostrophe'), shift('minus')], '@#"_'],
	[['bracket_left', 'backslash', 'semicolon', 'slash', shift('slash')], '[\\;/?'],
	[['x', 'y', 'backspace', 'z'], 'xz'],
	[['caps_lock', 'a', '1', 'caps_lock', 'a'], 'A1a'],
];

const french: Typed[] = [
	[['q', 'a', 'w', 'semicolon', 'm', shift('q')], 'aqzm,A'],
	[['2', '0', '9', shift('2'), shift('0')], 'éàç20'],
	[[altGr('0'), altGr('e'), altGr('4'), altGr('minus')], '@€{]'],
	[['bracket_left', 'e', shift('bracket_left'), shift('i')], 'êÏ'],
	[['apostrophe', shift('apostrophe'), 'slash', shift('dot')], 'ù%!/'],
];

/** Types lines on the third console, which Alt-F3 shows, where a program reads them. */
async function typesOnKeyboard(vm: CaseMachine, t: CaseTools, lines: readonly Typed[]): Promise<void> {
	t.plan(lines.length);
	await vm.sh(
		`sh -c 'exec </dev/tty3; : >/tmp/reads; busybox head -n ${lines.length} >/tmp/typed; : >/tmp/done' >/dev/null 2>&1 & ` +
			'while [ ! -e /tmp/reads ]; do sleep 0.05; done',
	);
	await vm.press(['alt', 'f3'], ...lines.flatMap(([keys]) => [...keys, 'ret']));
	await vm.sh('while [ ! -e /tmp/done ]; do sleep 0.05; done', { timeout: 30_000 });
	const typed = (await vm.getFile('/tmp/typed')).toString().split('\n');
	for (const [at, [keys, text]] of lines.entries()) t.equal(typed[at] ?? '', text, keys.flat().join(' '));
}

/** Seconds since 1970 that hwclock reads from the clock of the board. */
async function boardTime(vm: CaseMachine): Promise<number> {
	const { stdout } = await vm.exec(['busybox', 'hwclock', '-r', '-u'], { env: { PATH: '/usr/bin', TZ: 'UTC0' } });
	return Date.parse(`${stdout.trim().replace(/ +0\.\d+ seconds$/, '')} UTC`) / 1000;
}

/** Processors that lack something, and how the kernel shows that it knows. */
const processors: [name: string, cpu: string, lacks: string][] = [
	['without-nx', 'max,-nx', 'no-execute pages'],
	['without-sysenter', 'max,-sep', 'sysenter'],
	['without-smap', 'max,-smap,-smep,-umip', 'the guards of supervisor mode'],
	['pentium3', 'pentium3', 'SSE2, no-execute pages and all that is newer'],
	['qemu32', 'qemu32,+pae', 'what QEMU does not give its plain processor'],
];

function runsOn([name, cpu, lacks]: (typeof processors)[number]): CaseDeclaration {
	return {
		id: `0.2/processor-${name}`,
		title: `a processor without ${lacks} will do`,
		tier: 'quick',
		start: 'none',
		run: async (_vm, t) => {
			t.plan(4);
			const vm = await t.boot({ cpu });
			const flags = (await vm.sh('busybox grep ^flags /proc/cpuinfo')).stdout;
			t.ok(/ nx\b/.test(flags) === /^max,(?!.*-nx)/.test(cpu), 'it says whether it has no-execute pages', flags);
			const shell = await vm.exec(['busybox', 'sh', '-c', 'x=$(echo a | sed s/a/b/); (exit 3); echo $x $?']);
			t.equal(shell.stdout, 'b 3\n', 'programs run, and end as they say');
			const bash = await vm.exec(['bash-static', '-c', 'kill -SEGV $$']);
			t.equal(bash.status, 139, 'signals kill');
			const wild = await vm.exec(['/usr/libexec/imposos-tests/00/signals']);
			t.ok(wild.status === 0, 'and are handled', wild.stdout.slice(-500));
		},
	};
}

export const deviceCases: readonly CaseDeclaration[] = defineCases([
	{
		id: '0.4/keyboard-us',
		title: 'the keyboard types on a console as an American one does',
		tier: 'quick',
		needs: ['qemu'],
		run: (vm, t) => typesOnKeyboard(vm, t, american),
	},
	{
		id: '0.4/keyboard-fr',
		title: 'with keymap=fr it types as a French one, with AltGr and dead accents',
		tier: 'quick',
		start: 'none',
		run: async (_vm, t) => typesOnKeyboard(await t.boot({ append: 'keymap=fr' }), t, french),
	},
	{
		id: '0.4/board-clock',
		title: 'the clock of the board gives the time at start-up, and can be set',
		tier: 'quick',
		start: 'none',
		run: async (_vm, t) => {
			t.plan(3);
			const vm = await t.boot({ extra: ['-rtc', 'base=2032-02-28T23:59:59'] });
			const read = await boardTime(vm);
			const start = Date.UTC(2032, 1, 28, 23, 59, 59) / 1000;
			t.ok(read >= start && read < start + 300, 'it goes on from the time that it had, into a leap day', String(read));
			const { stdout: made } = await vm.exec(['busybox', 'stat', '-c', '%Y', '/proc/1']);
			t.ok(Math.abs(Number(made) - start) < 300, 'the system began with its time', made);
			await vm.exec(['busybox', 'date', '-u', '-s', '1999-12-31 23:59:58']);
			await vm.exec(['busybox', 'hwclock', '-w', '-u'], { env: { PATH: '/usr/bin', TZ: 'UTC0' } });
			const set = (await boardTime(vm)) - Date.UTC(1999, 11, 31, 23, 59, 58) / 1000;
			t.ok(set >= 0 && set < 300, 'it is set to another century', String(set));
		},
	},
	{
		id: '0.4/random-seed',
		title: 'without a generator in the processor the random numbers wait for another source',
		tier: 'quick',
		start: 'none',
		run: async (_vm, t) => {
			t.plan(4);
			const vm = await t.boot({ cpu: 'max,-rdrand,-rdseed' });
			const { stdout: log } = await vm.sh('dmesg | grep random');
			t.match(log, /waits for entropy/, 'at first there is none');
			const draws = await Promise.all(
				[1, 2].map(() => vm.sh('head -c 16 /dev/random | busybox hexdump -e \'16/1 "%02x"\'')),
			);
			for (const { stdout } of draws) t.match(stdout, /^[0-9a-f]{32}$/, 'then it comes');
			t.ok(draws[0]?.stdout !== draws[1]?.stdout, 'and differs');
		},
	},
	...processors.map(runsOn),
	{
		id: '0.2/processor-without-pae',
		title: 'a processor without PAE is told what is missing',
		tier: 'quick',
		start: 'none',
		run: async (_vm, t) => {
			t.plan(2);
			const machine = await t.start({ cpu: 'qemu32,-pae' });
			const { match } = await machine.console.waitFor(/panic:.*PAE.*/, { signal: t.signal });
			t.match(match[0], /needs a processor with PAE/, 'the reason');
			t.equal((await machine.ended()).how, 'panic', 'and it ends');
		},
	},
]);
