import { readFileSync } from 'node:fs';
import { fromRoot } from '../../../tools/build/paths.js';
import { defineCases } from '../../../tools/suite/declaration.js';
import { guestTestPath, runGuestTest } from '../../../tools/suite/guest-test.js';

/** Calls that cannot be made with just any number, each with the reason. */
const EXCEPT: Record<string, string> = {
	exit: 'does not come back',
	exit_group: 'does not come back',
	clone: 'shares the stack on which it was called when told so',
	ptrace: 'stops the caller for good',
	personality: 'returns any number',
	sigsuspend: 'may hold back the timer that ends its wait',
};

/** Calls that may unmap or protect the very memory that the caller runs on. */
const MAY_FAULT = new Set(['munmap', 'mprotect', 'mremap', 'madvise', 'mmap2', 'brk', 'shmdt', 'shmat']);

/** Calls that make a descriptor when they are given -1. */
const MAKE = new Set(['signalfd', 'signalfd4']);

/** What an argument is to bad-arguments.c: a letter. */
function kind(argument: string): string {
	if (/^const char \*\w+$/.test(argument)) return 's';
	if (argument.includes('*')) return 'p';
	const name = argument.slice(argument.lastIndexOf(' ') + 1);
	if (/dfd$/.test(name)) return 'd';
	if (/^(fd|in|out|epfd|mq|pidfd)$/.test(name)) return 'f';
	if (/^(count|len|n|bytes|max)$/.test(name)) return 'n';
	if (name === 'size') return 'z';
	if (name === 'addr') return 'a';
	return 'i';
}

/** Every call of the kernel's table that is done and takes more than pointers, as bad-arguments.c wants it. */
export function callsWithNumbers(table: string): string[] {
	return table.split('\n').flatMap((line) => {
		const call = /^(\d+) (\w+) \w+\((.+)\) done/.exec(line);
		if (!call) return [];
		const [, number, name = '', list = ''] = call;
		const kinds = list
			.split(', ')
			.map(kind)
			.join('')
			.replace('f', MAKE.has(name) ? 'm' : 'f');
		if (/^[sp]*$/.test(kinds) || name in EXCEPT) return [];
		return [`${number}:${name}:${MAY_FAULT.has(name) ? '!' : ''}${kinds}`];
	});
}

export const badArgumentCases = defineCases([
	{
		id: '4.1/bad-arguments',
		title: 'every system call survives descriptors that are none, and lengths and numbers that mean nothing',
		tier: 'quick',
		timeout: 300,
		run: async (vm, t) => {
			const calls = callsWithNumbers(readFileSync(fromRoot('kernel/abi/syscalls.tbl'), 'utf8'));
			t.plan(calls.length + 2);
			await runGuestTest(vm, t, guestTestPath(4, 'bad-arguments'), calls, { timeout: 240_000 });
			t.figure('system calls given bad arguments', calls.length, '');
			for (const [name, reason] of Object.entries(EXCEPT)) t.note(`not called: ${name}, which ${reason}`);
		},
	},
]);
