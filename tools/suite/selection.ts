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

/** The ids that a name stands for: its own; else those of a phase, a step or a file; else those that begin with it. */
export function meant(name: string, ids: readonly string[]): string[] {
	if (ids.includes(name)) return [name];
	const below = ids.filter((id) => id.startsWith(`${name}/`) || (/^\d+$/.test(name) && id.startsWith(`${name}.`)));
	return below.length > 0 || !name.includes('/') ? below : ids.filter((id) => id.startsWith(name));
}

/** What a command line asks for. @throws UsageError when a name, step or phase stands for nothing */
export function select(suites: readonly LoadedSuite[], host: readonly HostTest[], filter: Filter): Selection {
	const { names, phase, step, full } = filter;
	const all = suites.flatMap((suite) => suite.cases.map((one) => ({ suite, one })));
	const ids = [...host, ...all.map(({ one }) => one)].map(({ id }) => id);
	const asked = new Set(
		names.flatMap((name) => {
			const those = meant(name, ids);
			if (those.length > 0) return those;
			throw new UsageError(`nothing is called ${name}`, { hint: 'imposos phases lists the cases' });
		}),
	);
	if (phase !== undefined && !suites.some((suite) => suite.phase === phase)) {
		const known = suites.map((suite) => suite.phase).join(', ');
		throw new UsageError(`there is no phase ${phase} yet`, { hint: `phases so far: ${known || 'none'}` });
	}
	if (step !== undefined && !suites.some((suite) => suite.steps.some(({ number }) => number === step)))
		throw new UsageError(`there is no step ${step} yet`, { hint: 'imposos phases lists the steps' });
	const named = (id: string) => names.length === 0 || asked.has(id);
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
