import type { Variant } from '../build/paths.js';
import type { MachineOverrides } from '../machine/prepare.js';
import type { CaseMachine } from './case-machine.js';
import type { CaseTools } from './checks.js';

/** `quick` runs in `make test`; `full` only with --full, at its written size. */
export type Tier = 'quick' | 'full';

/** What a case needs beside a guest that answers: QEMU's side of the machine; Debian's packages. */
export type Need = 'qemu' | 'debian';

/** One thing that is proven. */
export interface CaseDeclaration {
	/** `STEP/NAME`, for example `3.2/cow-after-fork`. */
	id: string;
	/** One line: what holds if it passes. */
	title: string;
	tier: Tier;
	/** Why it does not pass yet. Only while its step is open; the run fails as soon as it passes. */
	todo?: string;
	/** Why it is not run. */
	skip?: string;
	/** Why it is not run with kernel and user space of a variant. */
	skipIn?: Partial<Record<Variant, string>>;
	needs?: readonly Need[];
	/** Seconds; 60 when left out. At its quick size a case gets 900 at most. */
	timeout?: number;
	/**
	 * The machine it gets: `snapshot` (left out) is the suite's, already booted; `boot` is a fresh one that the
	 * agent answers in; `none` is none: the case starts its own with `t.boot`.
	 */
	start?: 'snapshot' | 'boot' | 'none';
	/** Differences from the suite's machine; they need `boot` or a snapshot of their own. */
	machine?: MachineOverrides;
	/** Another image than the suite's. */
	image?: string;
	/** Lines of trouble on the console that the case provokes on purpose. */
	expects?: RegExp;
	/** Leaves the filesystem as it pleases: its disk is not checked. */
	breaksDisk?: boolean;
	run(vm: CaseMachine, t: CaseTools): Promise<void>;
}

/** A step of the plan. */
export interface StepDeclaration {
	/** `0.3` */
	number: string;
	title: string;
	/** A closed step has no `todo`. */
	state: 'open' | 'closed';
}

/** The acceptance suite of a phase: phases/NN-name/suite.ts. */
export interface SuiteDeclaration {
	phase: number;
	title: string;
	steps: readonly StepDeclaration[];
	/** Name of the image's declaration. */
	image: string;
	machine?: MachineOverrides;
	/** What to try in `imposos run --phase N`. */
	note: string;
	cases: readonly CaseDeclaration[];
}

/** The step that a case belongs to. */
export function stepOf({ id }: Pick<CaseDeclaration, 'id'>): string {
	return id.slice(0, id.indexOf('/'));
}

/**
 * Checks a suite when it is loaded.
 *
 * @throws Error naming what is wrong: an id twice, an unknown step, a todo on a closed step
 */
export function defineSuite(suite: SuiteDeclaration): SuiteDeclaration {
	const wrong = (what: string) => new Error(`suite of phase ${suite.phase}: ${what}`);
	const steps = new Map(suite.steps.map((step) => [step.number, step]));
	if (steps.size !== suite.steps.length) throw wrong('a step number stands twice');
	const seen = new Set<string>();
	for (const one of suite.cases) {
		if (!/^\d+\.\d+\/[a-z0-9][a-z0-9-]*$/.test(one.id)) throw wrong(`${one.id} is not STEP/NAME in lower case`);
		if (seen.has(one.id)) throw wrong(`two cases are called ${one.id}`);
		seen.add(one.id);
		const step = steps.get(stepOf(one));
		if (step === undefined) throw wrong(`${one.id} belongs to no step`);
		if (step.state === 'closed' && one.todo !== undefined) throw wrong(`${one.id} has a todo, but its step is closed`);
	}
	return suite;
}

/** A list of cases in a file of its own; checks that it is one. */
export function defineCases(cases: readonly CaseDeclaration[]): readonly CaseDeclaration[] {
	return cases;
}
