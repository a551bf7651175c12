import { answeredCalls, argumentLetters } from '../../../tools/suite/call-arguments.js';
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

/** Every call that answers and takes more than pointers, as bad-arguments.c wants it. */
function callsWithNumbers(): string[] {
	return answeredCalls().flatMap(({ number, name, args }) => {
		const letters = argumentLetters(args).replace(/[cr]/g, 'i');
		if (/^[sp]*$/.test(letters) || name in EXCEPT) return [];
		const kinds = MAKE.has(name) ? letters.replace('f', 'm') : letters;
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
			const calls = callsWithNumbers();
			t.plan(calls.length + 2);
			await runGuestTest(vm, t, guestTestPath(4, 'bad-arguments'), calls, { timeout: 240_000 });
			t.figure('system calls given bad arguments', calls.length, '');
			const without = answeredCalls().filter(({ args }) => args.length === 0);
			t.note(`take no argument: ${without.map(({ name }) => name).join(' ')}`);
			for (const [name, reason] of Object.entries(EXCEPT)) t.note(`not called: ${name}, which ${reason}`);
		},
	},
]);
