import { inspect, isDeepStrictEqual } from 'node:util';
import type { Machine } from '../machine/machine.js';
import type { MachineOverrides } from '../machine/prepare.js';
import type { CaseMachine } from './case-machine.js';

/** One line of a case's outcome. */
export interface Check {
	ok: boolean;
	what: string;
	/** What was expected and found, if not. */
	detail?: string;
}

/** A measured value; --full writes them to docs/results. */
export interface Figure {
	name: string;
	value: number;
	unit: string;
}

/** How a case starts machines of its own. */
export interface CaseBooter {
	/** Boots one and waits for its agent. */
	boot(overrides: MachineOverrides & { image?: string }): Promise<CaseMachine>;
	/** Starts one and waits for nothing. */
	start(overrides: MachineOverrides & { image?: string }): Promise<Machine>;
}

export interface CaseToolsOptions {
	/** Folder of the case alone, removed afterwards. */
	scratch: string;
	signal: AbortSignal;
	full: boolean;
	seed: number;
	booter: CaseBooter;
}

function show(value: unknown): string {
	return typeof value === 'string' && value.includes('\n')
		? `\n${value.replace(/^/gm, '    ')}`
		: inspect(value, { depth: 6, breakLength: 100, maxStringLength: 2000 });
}

/** What a case checks with. A failed check does not end the case; an exception does. */
export class CaseTools {
	readonly checks: Check[] = [];
	readonly figures: Figure[] = [];
	readonly notes: string[] = [];
	readonly scratch: string;
	readonly signal: AbortSignal;
	/** True in a full run: use the bar's written size. */
	readonly full: boolean;
	/** For whatever is drawn at random; printed with a failure. */
	readonly seed: number;
	readonly #booter: CaseBooter;
	#plan: number | undefined;

	constructor({ scratch, signal, full, seed, booter }: CaseToolsOptions) {
		this.scratch = scratch;
		this.signal = signal;
		this.full = full;
		this.seed = seed;
		this.#booter = booter;
	}

	/** Says how many checks there will be; anything else fails the case. */
	plan(count: number): void {
		this.#plan = (this.#plan ?? 0) + count;
	}

	ok(condition: unknown, what: string, detail?: string): boolean {
		const ok = Boolean(condition);
		this.checks.push({ ok, what, ...(ok || detail === undefined ? {} : { detail }) });
		return ok;
	}

	equal<T>(found: T, expected: T, what: string): boolean {
		return this.ok(Object.is(found, expected), what, `expected ${show(expected)}\nfound    ${show(found)}`);
	}

	/** Deep equality. */
	same(found: unknown, expected: unknown, what: string): boolean {
		return this.ok(isDeepStrictEqual(found, expected), what, `expected ${show(expected)}\nfound    ${show(found)}`);
	}

	match(found: string, expected: RegExp, what: string): boolean {
		return this.ok(expected.test(found), what, `expected ${expected}\nfound    ${show(found)}`);
	}

	/** Compares with a bound: `atMost(time, 1500, 'ms', 'boot')`. The value becomes a figure. */
	atMost(value: number, bound: number, unit: string, what: string): boolean {
		this.figure(what, value, unit);
		return this.ok(value <= bound, what, `${value} ${unit}, the bar is at most ${bound} ${unit}`);
	}

	fail(what: string, detail?: string): boolean {
		return this.ok(false, what, detail);
	}

	/** Says something beside the checks. */
	note(text: string): void {
		this.notes.push(text);
	}

	figure(name: string, value: number, unit: string): void {
		this.figures.push({ name, value, unit });
	}

	/** A number of things to try: all of them in a full run, a slice in a quick one. */
	size(full: number, quick: number): number {
		return this.full ? full : quick;
	}

	/** Boots a further machine and waits for its agent. */
	boot(overrides: MachineOverrides & { image?: string } = {}): Promise<CaseMachine> {
		return this.#booter.boot(overrides);
	}

	/** Starts a machine and waits for nothing: for boots that are meant to fail. Its console is not judged. */
	start(overrides: MachineOverrides & { image?: string } = {}): Promise<Machine> {
		return this.#booter.start(overrides);
	}

	/** Checks the plan; call it when the case has ended. */
	finish(): void {
		const count = this.checks.length;
		if (this.#plan !== undefined && count !== this.#plan)
			this.fail(`the plan is complete`, `${this.#plan} checks were planned, ${count} were made`);
		else if (count === 0) this.fail('the case checks something');
	}
}
