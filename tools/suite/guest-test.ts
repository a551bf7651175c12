import type { ExecOptions } from '../machine/control.js';
import type { CaseMachine } from './case-machine.js';
import type { CaseTools } from './checks.js';
import type { CaseDeclaration } from './declaration.js';
import { parseTap, type TapResult } from './tap-parser.js';

/** Where the guest's test programs of a phase lie. */
export function guestTestPath(phase: number, name: string): string {
	return `/usr/libexec/imposos-tests/${String(phase).padStart(2, '0')}/${name}`;
}

/** Runs a test program of the guest and makes each of its tests a check. What it said is the result. */
export async function guestTap(
	vm: CaseMachine,
	t: CaseTools,
	program: string,
	args: readonly string[] = [],
	options: ExecOptions = {},
): Promise<TapResult> {
	const { status, signal, stdout, stderr } = await vm.exec([program, ...args], { signal: t.signal, ...options });
	const said = [stdout, stderr]
		.filter((text) => text !== '')
		.join('')
		.slice(-3000);
	const tap = parseTap(stdout);
	if (tap.skipped !== undefined) t.note(`skipped in the guest: ${tap.skipped}`);
	for (const { ok, what, directive, reason, notes } of tap.tests) {
		if (directive === 'skip') t.note(`skipped: ${what} (${reason ?? ''})`);
		t.ok(ok || directive !== undefined, what || 'unnamed', notes.join('\n'));
	}
	const complete = tap.plan !== undefined && tap.tests.length === tap.plan && tap.bailout === undefined;
	t.ok(
		complete,
		`${program}: its plan is complete`,
		`plan ${tap.plan ?? 'missing'}, ${tap.tests.length} tests, it wrote:\n${said}`,
	);
	t.ok(
		status === 0 && signal === 0,
		`${program}: it ended cleanly`,
		`status ${status}, signal ${signal}, it wrote:\n${said}`,
	);
	return tap;
}

/** The same, where what it said is of no further use. */
export async function runGuestTest(...args: Parameters<typeof guestTap>): Promise<void> {
	await guestTap(...args);
}

/**
 * Declares a case that is a test program of the guest: phases/NN-name/guest/NAME.c, which prints TAP.
 *
 * @param id `STEP/NAME`; the program has the name unless `program` says otherwise
 */
export function guestTest(
	id: string,
	title: string,
	options: Partial<Omit<CaseDeclaration, 'id' | 'title' | 'run'>> & {
		program?: string;
		args?: readonly string[] | ((t: CaseTools) => readonly string[]);
	} = {},
): CaseDeclaration {
	const { program, args = [], ...rest } = options;
	const phase = Number(id.slice(0, id.indexOf('.')));
	const name = program ?? id.slice(id.indexOf('/') + 1);
	return {
		tier: 'quick',
		...rest,
		id,
		title,
		run: async (vm, t) => {
			const timeout = (rest.timeout ?? 60) * 1000;
			await runGuestTest(vm, t, guestTestPath(phase, name), typeof args === 'function' ? args(t) : args, { timeout });
		},
	};
}
