import { UsageError } from '../errors.js';
import { type CaseDeclaration, stepOf } from './declaration.js';
import type { HostTest } from './host-tests.js';
import type { LoadedSuite } from './phases.js';

export interface Filter {
	/** Ids or their beginnings: `0.3/fork-cow`, `0.3`, `host`, `host/machine`. */
	names: readonly string[];
	phase?: number;
	/** `N.M` */
	step?: string;
	full: boolean;
}

export interface Selection {
	host: HostTest[];
	cases: { suite: LoadedSuite; one: CaseDeclaration }[];
}

function matches(id: string, name: string): boolean {
	return id === name || id.startsWith(`${name}/`) || (/^\d+$/.test(name) && id.startsWith(`${name}.`));
}

/** What a command line asks for. @throws UsageError when a name, step or phase stands for nothing */
export function select(suites: readonly LoadedSuite[], host: readonly HostTest[], filter: Filter): Selection {
	const { names, phase, step, full } = filter;
	const all = suites.flatMap((suite) => suite.cases.map((one) => ({ suite, one })));
	for (const name of names) {
		if (![...host, ...all.map(({ one }) => one)].some(({ id }) => matches(id, name)))
			throw new UsageError(`nothing is called ${name}`, { hint: 'imposos phases lists the cases' });
	}
	if (phase !== undefined && !suites.some((suite) => suite.phase === phase)) {
		const known = suites.map((suite) => suite.phase).join(', ');
		throw new UsageError(`there is no phase ${phase} yet`, { hint: `phases so far: ${known || 'none'}` });
	}
	if (step !== undefined && !suites.some((suite) => suite.steps.some(({ number }) => number === step)))
		throw new UsageError(`there is no step ${step} yet`, { hint: 'imposos phases lists the steps' });
	const named = (id: string) => names.length === 0 || names.some((name) => matches(id, name));
	const cases = all.filter(
		({ suite, one }) =>
			named(one.id) &&
			(phase === undefined || suite.phase === phase) &&
			(step === undefined || stepOf(one) === step) &&
			(full || one.tier === 'quick' || names.includes(one.id)),
	);
	const wantsHost = phase === undefined && step === undefined;
	return { host: wantsHost ? host.filter(({ id }) => named(id)) : [], cases };
}
