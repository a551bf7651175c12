import { answeredCalls } from '../../../tools/suite/call-arguments.js';
import { defineCases } from '../../../tools/suite/declaration.js';
import { errorName, errorTables, idleExcuses, missingErrors } from '../../../tools/suite/documented-errors.js';
import { guestTap, guestTestPath } from '../../../tools/suite/guest-test.js';

/** Calls whose use takes a machine of its own, with the case that shows it. */
const SHOWN_BY: Record<string, string> = {
	pivot_root: '4.1/pivot-root',
	swapon: '3.5/swapping',
	swapoff: '3.5/swapping',
};

/** The programs `calls-NAME`, each of an area or of one cause of failures. */
const PROGRAMS = ['paths', 'files', 'processes', 'system', 'messages', 'filesystems', 'waits', 'limits', 'refusals'];

/** Calls that cannot fail, or have no error to be provoked. */
const NO_ERRORS = new Set(
	[
		'exit exit_group getpid gettid getppid getuid getuid32 getgid getgid32 geteuid geteuid32 getegid getegid32 getpgrp',
		'setfsuid setfsgid setfsuid32 setfsgid32 umask sync sched_yield alarm sgetmask ssetmask brk sigreturn rt_sigreturn',
		'set_tid_address munlockall personality',
	].flatMap((names) => names.split(' ')),
);

export const everyCallCases = defineCases([
	{
		id: '4.1/every-call',
		title: 'every number that answers does what it is for, and fails with the errors that are documented',
		tier: 'quick',
		timeout: 300,
		run: async (vm, t) => {
			const worked = new Set(Object.keys(SHOWN_BY));
			const failed = new Map<string, Set<string>>();
			for (const name of PROGRAMS) {
				const { tests } = await guestTap(vm, t, guestTestPath(4, `calls-${name}`), ['all'], { timeout: 120_000 });
				for (const { ok, what } of tests) {
					const [, call = '', error] = /^(\w+) (?:works|fails with (E\w+))$/.exec(what) ?? [];
					if (!ok) continue;
					if (error) failed.set(call, (failed.get(call) ?? new Set()).add(errorName(error)));
					else worked.add(call);
				}
			}
			const calls = answeredCalls().map(({ name }) => name);
			const idle = calls.filter((name) => !worked.has(name));
			t.equal(idle.join(' '), '', 'every call has been made with success');
			const faultless = calls.filter((name) => !failed.has(name) && !NO_ERRORS.has(name));
			t.equal(faultless.join(' '), '', 'every call that can fail has failed');
			const { documented, excuses } = errorTables();
			const missing = missingErrors(documented, excuses, failed);
			t.equal(missing.join('\n'), '', 'every error that is documented has been provoked, or is excused by name');
			t.equal(idleExcuses(excuses, failed).join('\n'), '', 'nothing is excused that has been provoked');
			const pairs = [...documented.values()].reduce((sum, errors) => sum + errors.size, 0);
			t.figure('documented errors of system calls provoked', pairs - excuses.length - missing.length, `of ${pairs}`);
			t.figure('system calls made with success', calls.length - idle.length, '');
			t.figure(
				'errors of system calls provoked',
				[...failed.values()].reduce((sum, errors) => sum + errors.size, 0),
				'',
			);
		},
	},
]);
