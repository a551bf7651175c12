import { readFileSync } from 'node:fs';
import { fromRoot } from '../../../tools/build/paths.js';
import { defineCases } from '../../../tools/suite/declaration.js';
import { guestTestPath, runGuestTest } from '../../../tools/suite/guest-test.js';

/** What an argument is to call-pointers.c: a letter. */
function kind(argument: string): string {
	if (/^const char \*\w+$/.test(argument)) return 's';
	if (argument.includes('*')) return 'p';
	const name = argument.slice(argument.lastIndexOf(' ') + 1);
	if (/dfd$/.test(name)) return 'd';
	if (/^(fd|in|out|epfd)$/.test(name)) return 'f';
	if (name === 'size') return 'z';
	if (name === 'call') return 'c';
	if (/^(count|len|n|bytes|max)$/.test(name)) return 'n';
	return 'i';
}

/** Every call of the kernel's table that is done and takes a pointer, as call-pointers.c wants it. */
export function callsWithPointers(table: string): string[] {
	return table.split('\n').flatMap((line) => {
		const call = /^(\d+) (\w+) \w+\((.*)\) done/.exec(line);
		if (!call?.[3]?.includes('*')) return [];
		const kinds = call[3].split(', ').map(kind).join('');
		return [`${call[1]}:${call[2]}:${kinds}`];
	});
}

export const callPointerCases = defineCases([
	{
		id: '0.2/call-pointers',
		title: 'every system call that takes pointers survives bad ones',
		tier: 'quick',
		timeout: 300,
		run: async (vm, t) => {
			const calls = callsWithPointers(readFileSync(fromRoot('kernel/abi/syscalls.tbl'), 'utf8'));
			t.plan(calls.length + 2);
			await runGuestTest(vm, t, guestTestPath(0, 'call-pointers'), calls, { timeout: 240_000 });
			t.figure('system calls given bad pointers', calls.length, '');
		},
	},
]);
