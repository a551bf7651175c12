/** What a guest's test program said, in the Test Anything Protocol. */
export interface TapResult {
	/** How many were announced; undefined if the plan is missing. */
	plan: number | undefined;
	/** The whole program was skipped, with this reason. */
	skipped?: string;
	tests: { number: number; ok: boolean; what: string; directive?: 'skip' | 'todo'; reason?: string; notes: string[] }[];
	/** Said `Bail out!`, with this reason. */
	bailout?: string;
}

/** Reads TAP (versions 12 to 14, without subtests). Other lines are diagnostics of the test before. */
export function parseTap(text: string): TapResult {
	const result: TapResult = { plan: undefined, tests: [] };
	for (const line of text.split(/\r?\n/)) {
		const plan = /^1\.\.(\d+)(?:\s*#\s*skip\S*\s*(.*))?$/i.exec(line);
		const test = /^(not )?ok\b(?:\s+(\d+))?\s*(?:-\s*)?([^#]*)(?:#\s*(?:(skip|todo)\S*\s*(.*)|.*))?$/i.exec(line);
		const bail = /^Bail out!\s*(.*)$/.exec(line);
		if (plan) {
			result.plan = Number(plan[1]);
			if (plan[2] !== undefined || /skip/i.test(line)) result.skipped = plan[2] ?? '';
		} else if (test) {
			const [, not, number, what = '', directive, reason] = test;
			result.tests.push({
				number: number === undefined ? result.tests.length + 1 : Number(number),
				ok: not === undefined,
				what: what.trim(),
				notes: [],
				...(directive === undefined ? {} : { directive: directive.toLowerCase() === 'skip' ? 'skip' : 'todo' }),
				...(reason === undefined ? {} : { reason }),
			});
		} else if (bail) {
			result.bailout = bail[1] ?? '';
		} else if (line.trim() !== '') {
			result.tests.at(-1)?.notes.push(line.replace(/^#\s?/, ''));
		}
	}
	return result;
}
