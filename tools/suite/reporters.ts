import { type CaseResult, failureText, type Totals, totalsLine, totalsOf } from './result.js';

export const reporterNames = ['pretty', 'tap', 'junit'] as const;
export type ReporterName = (typeof reporterNames)[number];

/** Tells a test run's course. */
export interface Reporter {
	/** What is going to be run: checks on the host, each with any number of results, and cases. */
	plan(hosts: number, cases: number): void;
	result(result: CaseResult): void;
	/** The last word; the totals' line is printed by it. */
	end(results: readonly CaseResult[]): Totals;
}

export interface ReporterOutput {
	/** Standard output. */
	print(text: string): void;
	/** Standard error. */
	say(text: string): void;
	colours: boolean;
}

export function createReporter(name: ReporterName, output: ReporterOutput): Reporter {
	return { pretty, tap, junit }[name](output);
}

function pretty({ print, colours }: ReporterOutput): Reporter {
	const paint = (code: number, text: string) => (colours ? `\x1b[${code}m${text}\x1b[0m` : text);
	const marks = {
		passed: paint(32, 'ok     '),
		failed: paint(31, 'FAILED '),
		skipped: paint(33, 'skipped'),
		todo: paint(33, 'todo   '),
	};
	return {
		plan: (hosts, cases) => print(`plan: ${hosts} checks on the host, ${cases} cases`),
		result: (result) => {
			const time = `${result.seconds.toFixed(1)} s`;
			const reason = result.reason === undefined ? '' : paint(33, ` (${result.reason})`);
			print(`${marks[result.status]} ${result.id}  ${result.title}${reason}  ${paint(2, time)}`);
			if (result.status === 'failed') print(failureText(result).replace(/^/gm, '        '));
		},
		end: (results) => {
			const failed = results.filter(({ status }) => status === 'failed');
			if (failed.length > 0) print(`\nfailed:\n${failed.map(({ id, rerun }) => `  ${id}  ${rerun ?? ''}`).join('\n')}`);
			const totals = totalsOf(results);
			print(totalsLine(totals));
			return totals;
		},
	};
}

function tap({ print }: ReporterOutput): Reporter {
	let number = 0;
	return {
		plan: () => print('TAP version 14'),
		result: (result) => {
			const { id, title, status, reason = '' } = result;
			const directive = { passed: '', failed: '', skipped: ` # SKIP ${reason}`, todo: ` # TODO ${reason}` }[status];
			const ok = status === 'passed' || status === 'skipped' ? 'ok' : 'not ok';
			print(`${ok} ${++number} - ${`${id}: ${title}`.replaceAll('#', '\\#')}${directive}`);
			if (status === 'failed') print(failureText(result).replace(/^/gm, '# '));
		},
		end: (results) => {
			const totals = totalsOf(results);
			print(`1..${number}`);
			print(totalsLine(totals));
			return totals;
		},
	};
}

function junit({ print, say }: ReporterOutput): Reporter {
	const xml = (text: string) =>
		text
			// biome-ignore lint/suspicious/noControlCharactersInRegex: XML has no way to say them
			.replace(/[\x00-\x08\x0b\x0c\x0e-\x1f]/g, '?')
			.replace(/[<>&"]/g, (c) => `&#${c.charCodeAt(0)};`);
	return {
		plan: () => {},
		result: (result) => say(`${result.status} ${result.id}`),
		end: (results) => {
			const totals = totalsOf(results);
			const cases = results.map((result) => {
				const [group = '', name = ''] = result.id.split(/\/(.*)/s);
				const inner = {
					passed: '',
					failed: `<failure>${xml(failureText(result))}</failure>`,
					skipped: `<skipped message="${xml(result.reason ?? '')}"/>`,
					todo: `<skipped message="todo: ${xml(result.reason ?? '')}"/>`,
				}[result.status];
				const attributes = `classname="${xml(group)}" name="${xml(name || result.title)}" time="${result.seconds}"`;
				return `\t<testcase ${attributes}>${inner}</testcase>`;
			});
			const counts = `tests="${results.length}" failures="${totals.failed}" skipped="${totals.skipped}"`;
			print(
				[
					'<?xml version="1.0" encoding="UTF-8"?>',
					`<testsuite name="imposos" ${counts}>`,
					...cases,
					'</testsuite>',
				].join('\n'),
			);
			say(totalsLine(totals));
			return totals;
		},
	};
}
