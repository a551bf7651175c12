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

/** What a call that is done still lacks: the table's lines `#~ NAME: TEXT`. */
export function parseLimits(text: string): { name: string; limit: string }[] {
	return [...text.matchAll(/^#~ (\w+): (.+)$/gm)].map(([, name = '', limit = '']) => ({ name, limit }));
}

/** docs/syscalls.md: what answers, what answers in part, what does not. */
export function coveragePage(calls: readonly SystemCall[], limits: readonly { name: string; limit: string }[]): string {
	const there = done(calls);
	const names = (list: readonly SystemCall[]) => list.map(({ name }) => `\`${name}\``).join(', ');
	return [
		'# System calls',
		'',
		`Generated from \`kernel/abi/syscalls.tbl\` by \`imposos phases --write\`: ${there.length} of ${calls.length} numbers answer.`,
		'The others return `-ENOSYS`; the kernel counts them by name.',
		'',
		'## In part',
		'',
		...limits.map(({ name, limit }) => `- \`${name}\`: ${limit}`),
		'',
		'## Not implemented',
		'',
		`${names(calls.filter((call) => call.state === 'none'))}.`,
		'',
		'## Implemented',
		'',
		`${names(there)}.`,
		'',
	].join('\n');
}
