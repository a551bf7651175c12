import type { Check, Figure } from './checks.js';

/** What came of one case. */
export interface CaseResult {
	/** `3.2/cow-after-fork`, `host/control: frames survive noise`. */
	id: string;
	title: string;
	/** `todo`: failed, as announced. */
	status: 'passed' | 'failed' | 'skipped' | 'todo';
	/** Why it was skipped, or what is still to do. */
	reason?: string;
	seconds: number;
	checks: readonly Check[];
	notes: readonly string[];
	figures: readonly Figure[];
	seed?: number;
	/** What ended it before its end. */
	error?: string;
	/** Last lines of the console. */
	console?: string;
	/** Where the machine stood. */
	backtrace?: string;
	/** Where its logs are. */
	logs?: string;
	/** Command that runs it again, alone. */
	rerun?: string;
}

export interface Totals {
	passed: number;
	failed: number;
	skipped: number;
}

export function totalsOf(results: readonly CaseResult[]): Totals {
	const count = (...statuses: CaseResult['status'][]) =>
		results.filter(({ status }) => statuses.includes(status)).length;
	return { passed: count('passed'), failed: count('failed'), skipped: count('skipped', 'todo') };
}

/** The line that ends every test run. */
export function totalsLine({ passed, failed, skipped }: Totals): string {
	return `${passed} passed, ${failed} failed, ${skipped} skipped`;
}

/** Everything that a reader needs to see of a failure, as text. */
export function failureText(result: CaseResult): string {
	const block = (title: string, text: string | undefined) =>
		text === undefined || text === '' ? [] : [`${title}:`, text.replace(/^/gm, '  ')];
	const failed = result.checks.filter(({ ok }) => !ok);
	return [
		...failed.flatMap(({ what, detail }) => [`not ok: ${what}`, ...(detail ? [detail.replace(/^/gm, '  ')] : [])]),
		...block('error', result.error),
		...block('notes', result.notes.join('\n')),
		...block('back trace', result.backtrace),
		...block('console', result.console),
		...(result.seed === undefined ? [] : [`seed: ${result.seed}`]),
		...(result.logs === undefined ? [] : [`logs: ${result.logs}`]),
		...(result.rerun === undefined ? [] : [`again: ${result.rerun}`]),
	].join('\n');
}
