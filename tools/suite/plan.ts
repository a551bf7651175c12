import { existsSync, readFileSync } from 'node:fs';
import { fromRoot } from '../build/paths.js';
import { stepOf, type Tier } from './declaration.js';
import { type LastResult, readLast } from './last-results.js';
import type { LoadedSuite } from './phases.js';

/** The phases of the plan, by number; a phase is started when its folder below phases/ exists. */
export const phaseTitles = [
	'Foundation',
	'Filesystem',
	'Processes',
	'Memory',
	'System calls',
	'Dynamic linking',
	'Network',
	'Win32',
	'Desktop',
	'Audio',
	'Modules',
] as const;

/** What became of a case when it was last run, or that it never was. */
export type CaseState = LastResult['status'] | 'not run';

export interface PlannedCase {
	id: string;
	title: string;
	tier: Tier;
	/** Why it does not pass yet. */
	todo?: string;
	state: CaseState;
	/** When it was last run, ISO 8601. */
	when?: string;
}

export interface PlannedStep {
	number: string;
	title: string;
	state: 'open' | 'closed';
	cases: PlannedCase[];
}

export interface PlannedPhase {
	phase: number;
	title: string;
	started: boolean;
	steps: PlannedStep[];
	/** docs/results/NN-name.json, when a full run has been recorded. */
	record?: string;
}

/** The plan with the last results: every phase, its steps and their cases. */
export function plan(suites: readonly LoadedSuite[], last: Record<string, LastResult> = readLast()): PlannedPhase[] {
	return phaseTitles.map((title, phase) => {
		const suite = suites.find((one) => one.phase === phase);
		if (suite === undefined) return { phase, title, started: false, steps: [] };
		const steps = suite.steps.map(({ number, title, state }) => ({
			number,
			title,
			state,
			cases: suite.cases
				.filter((one) => stepOf(one) === number)
				.map(({ id, title, tier, todo }) => {
					const result = last[id];
					const outcome =
						result === undefined ? { state: 'not run' as const } : { state: result.status, when: result.when };
					return { id, title, tier, ...(todo === undefined ? {} : { todo }), ...outcome };
				}),
		}));
		const record = fromRoot('docs', 'results', `${suite.name}.json`);
		return { phase, title: suite.title, started: true, steps, ...(existsSync(record) ? { record } : {}) };
	});
}

/** Steps of started phases that no case belongs to: there must be none. */
export function stepsWithoutCases(phases: readonly PlannedPhase[]): string[] {
	return phases.flatMap(({ steps }) => steps.filter(({ cases }) => cases.length === 0).map(({ number }) => number));
}

/** The plan as a page: what docs/plan.md holds. Results are left out, as they change with every run. */
export function planPage(phases: readonly PlannedPhase[]): string {
	const lines = [
		'# The plan',
		'',
		'Generated from the suites below `phases/` by `imposos phases --write`. `imposos phases` adds the last results.',
		'',
	];
	for (const { phase, title, started, steps } of phases) {
		lines.push(`## Phase ${phase}: ${title}`, '');
		if (!started) lines.push('Not started.', '');
		for (const step of steps) {
			lines.push(`### ${step.number} ${step.title} (${step.state})`, '');
			if (step.cases.length === 0) lines.push('No case yet.');
			for (const one of step.cases) {
				const notes = [one.tier, ...(one.todo === undefined ? [] : [`to do: ${one.todo}`])].join('; ');
				lines.push(`- \`${one.id}\`: ${one.title} (${notes})`);
			}
			lines.push('');
		}
	}
	return `${lines.join('\n').trimEnd()}\n`;
}

/** Where the page is kept. */
export const planFile = fromRoot('docs', 'plan.md');

/** The plan as a table for a terminal. */
export function planTable(phases: readonly PlannedPhase[]): string {
	const rows: string[] = [];
	for (const { phase, title, started, steps } of phases) {
		rows.push(`${String(phase).padStart(2)}  ${title}${started ? '' : ': not started'}`);
		for (const step of steps) {
			rows.push(`    ${step.number.padEnd(5)} ${step.title.padEnd(48)} ${step.state.padEnd(7)} ${summary(step.cases)}`);
		}
	}
	return rows.join('\n');
}

/** `12 cases: 10 passed, 2 not run`. */
function summary(cases: readonly PlannedCase[]): string {
	const counts = new Map<string, number>();
	for (const { state } of cases) counts.set(state, (counts.get(state) ?? 0) + 1);
	const parts = [...counts].map(([state, count]) => `${count} ${state}`);
	return `${cases.length} ${cases.length === 1 ? 'case' : 'cases'}${parts.length === 0 ? '' : `: ${parts.join(', ')}`}`;
}

/** The page as it is kept; empty when there is none. */
export function keptPage(file = planFile): string {
	return existsSync(file) ? readFileSync(file, 'utf8') : '';
}
