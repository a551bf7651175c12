import { answeredCalls, argumentLetters } from '../../../tools/suite/call-arguments.js';
import { defineCases } from '../../../tools/suite/declaration.js';
import { guestTestPath, runGuestTest } from '../../../tools/suite/guest-test.js';

/** Every call that answers and takes a pointer, as call-pointers.c wants it. */
function callsWithPointers(): string[] {
	return answeredCalls()
		.filter(({ args }) => args.some((argument) => argument.includes('*')))
		.map(({ number, name, args }) => `${number}:${name}:${argumentLetters(args)}`);
}

export const callPointerCases = defineCases([
	{
		id: '0.2/call-pointers',
		title: 'every system call that takes pointers survives bad ones',
		tier: 'quick',
		timeout: 300,
		run: async (vm, t) => {
			const calls = callsWithPointers();
			t.plan(calls.length + 2);
			await runGuestTest(vm, t, guestTestPath(0, 'call-pointers'), calls, { timeout: 240_000 });
			t.figure('system calls given bad pointers', calls.length, '');
		},
	},
]);
