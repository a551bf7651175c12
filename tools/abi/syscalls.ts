/** Reads `kernel/abi/syscalls.tbl`, the one list of system calls, and writes what is generated from it. */

/** One line of the table. */
export interface SystemCall {
	readonly number: number;
	readonly name: string;
	/** The handler's symbol; not unique (two numbers may share one). */
	readonly handler: string;
	/** Arguments as the table writes them, pointers without `__user`. */
	readonly args: readonly string[];
	readonly state: 'done' | 'none';
}

/** Parses the table. @throws Error naming the line that is malformed, out of order or a repetition. */
export function parseSyscalls(text: string): SystemCall[] {
	const calls: SystemCall[] = [];
	const names = new Set<string>();
	for (const [index, line] of text.split('\n').entries()) {
		if (line === '' || line.startsWith('#')) continue;
		const fail = (why: string): never => {
			throw new Error(`kernel/abi/syscalls.tbl:${index + 1}: ${why}`);
		};
		const match = /^(\d+) (\w+) (sys_\w+)\((.*)\) (done|none)$/.exec(line);
		if (!match) return fail('expected: NUMBER NAME HANDLER(ARGUMENTS) done|none');
		const [, digits = '', name = '', handler = '', list = '', state] = match;
		const number = Number(digits);
		const last = calls.at(-1);
		if (last && number <= last.number) fail(`number ${number} does not follow ${last.number}`);
		if (names.has(name)) fail(`name ${name} is there already`);
		names.add(name);
		const args = list === '' ? [] : list.split(', ');
		if (args.length > 6) fail('more than six arguments');
		calls.push({ number, name, handler, args, state: state === 'done' ? 'done' : 'none' });
	}
	return calls;
}

const banner = '/* Generated from kernel/abi/syscalls.tbl. */';

/** How many slots a table indexed by number needs. */
function tableSize(calls: readonly SystemCall[]): number {
	return Math.max(...calls.map((call) => call.number)) + 1;
}

function prototype(call: SystemCall): string {
	const args = call.args.map((arg) => arg.replaceAll('*', '__user *')).join(', ');
	return `long ${call.handler}(${args || 'void'});`;
}

function done(calls: readonly SystemCall[]): SystemCall[] {
	return calls.filter((call) => call.state === 'done');
}

/** Prototypes of every handler, for `<sys/syscalls.h>`. */
export function syscallPrototypes(calls: readonly SystemCall[]): string {
	const lines = new Set(done(calls).map(prototype));
	const structs = new Set([...lines].join('\n').match(/struct \w+/g) ?? []);
	return [banner, '', ...[...structs].sort().map((name) => `${name};`), '', ...lines, ''].join('\n');
}

/**
 * Every slot in order: SYSCALL(number, name, handler), SYSCALL_NONE(number, name) for a known number without a
 * handler, SYSCALL_GAP(number) for one that was never given out.
 */
export function syscallTable(calls: readonly SystemCall[]): string {
	const byNumber = new Map(calls.map((call) => [call.number, call]));
	const lines = Array.from({ length: tableSize(calls) }, (_, number) => {
		const call = byNumber.get(number);
		if (!call) return `SYSCALL_GAP(${number})`;
		if (call.state === 'none') return `SYSCALL_NONE(${number}, ${call.name})`;
		return `SYSCALL(${number}, ${call.name}, ${call.handler})`;
	});
	return [banner, ...lines, ''].join('\n');
}

/** `__NR_` constants, usable from C and assembly. */
export function syscallNumbers(calls: readonly SystemCall[]): string {
	const lines = calls.map((call) => `#define __NR_${call.name} ${call.number}`);
	return [
		banner,
		'#ifndef GEN_SYSCALL_NUMBERS_H',
		'#define GEN_SYSCALL_NUMBERS_H',
		'',
		...lines,
		'',
		'/* One more than the highest number. */',
		`#define NR_SYSCALLS ${tableSize(calls)}`,
		'',
		'#endif',
		'',
	].join('\n');
}

/** What an argument is, for a tracer: a letter. */
function argumentKind(argument: string): string {
	const name = argument.slice(argument.lastIndexOf(' ') + 1).replace('*', '');
	if (/^const char \*\w+$/.test(argument)) return /^(buf|value|msg|msg_ptr)$/.test(name) ? 'p' : 's';
	if (argument.includes('*')) return 'p';
	if (/^(fd|dfd|in|out|epfd|\w+_dfd|pidfd|mq)$/.test(name)) return 'f';
	if (argument.startsWith('umode_t')) return 'm';
	if (/flags|mask|prot|cmd|request|addr|brk/.test(name)) return 'x';
	return /^(int|s32|long|pid_t|clockid)/.test(argument) ? 'd' : 'u';
}

/** Names and kinds of arguments of every known number: CALL(number, "name", "kinds"). */
export function syscallArguments(calls: readonly SystemCall[]): string {
	const lines = calls.map(
		({ number, name, args }) => `CALL(${number}, "${name}", "${args.map(argumentKind).join('')}")`,
	);
	return [banner, ...lines, ''].join('\n');
}

/** What a call that is done still lacks: the table's lines `#~ NAME: TEXT`. */
export function parseLimits(text: string): { name: string; limit: string }[] {
	return [...text.matchAll(/^#~ (\w+): (.+)$/gm)].map(([, name = '', limit = '']) => ({ name, limit }));
}

/**
 * docs/syscalls.md: every number with its name, what it lacks, and the cases that call it.
 *
 * @param cases the cases that a call occurs in, by its name
 */
export function coveragePage(
	calls: readonly SystemCall[],
	limits: readonly { name: string; limit: string }[],
	cases: (name: string) => readonly string[],
): string {
	const limit = new Map(limits.map((entry) => [entry.name, entry.limit]));
	const state = (call: SystemCall) =>
		call.state === 'none' ? 'absent' : limit.has(call.name) ? `in part: ${limit.get(call.name)}` : 'complete';
	const there = done(calls);
	return [
		'# System calls',
		'',
		`Generated from \`kernel/abi/syscalls.tbl\` by \`imposos phases --write\`: ${there.length} of ${calls.length} numbers answer, ${limits.length} of them`,
		'in part. The others return `-ENOSYS`; the kernel counts them by name in `/proc/missing_syscalls`. Besides the cases that are named,',
		'`0.2/call-pointers` calls everything that takes a pointer with bad ones.',
		'',
		'| number | name | state | cases |',
		'| --- | --- | --- | --- |',
		...calls.map(
			(call) =>
				`| ${call.number} | \`${call.name}\` | ${state(call)} | ${call.state === 'done' ? cases(call.name).join(' ') : ''} |`,
		),
		'',
	].join('\n');
}
