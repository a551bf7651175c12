import t from 'tap';
import { defineSuite } from '../../tools/suite/declaration.js';
import { loadSuites } from '../../tools/suite/phases.js';
import { keptPage, phaseTitles, plan, planPage, planTable, stepsWithoutCases } from '../../tools/suite/plan.js';
import { syscallsFile, syscallsPage } from '../../tools/suite/syscalls-page.js';

const suites = await loadSuites();

t.test('docs/plan.md is what the suites say', async (t) => {
	t.equal(keptPage(), planPage(plan(suites)), 'imposos phases --write brings it up to date');
});

t.test('docs/syscalls.md is what the table says', async (t) => {
	t.equal(keptPage(syscallsFile), syscallsPage(), 'imposos phases --write brings it up to date');
});

t.test('every step of a phase that has been started has a case', async (t) => {
	t.strictSame(stepsWithoutCases(plan(suites)), []);
});

t.test('the table shows results, and phases that have not been started', async (t) => {
	const run = async () => {};
	const suite = defineSuite({
		phase: 1,
		title: 'Filesystem',
		steps: [
			{ number: '1.1', title: 'One', state: 'open' },
			{ number: '1.2', title: 'Two', state: 'closed' },
		],
		image: 'base',
		note: '',
		cases: [
			{ id: '1.1/a', title: 'a holds', tier: 'quick', run },
			{ id: '1.1/b', title: 'b holds', tier: 'full', todo: 'later', run },
		],
	});
	const last = { '1.1/a': { status: 'passed' as const, when: '2026-01-01T00:00:00Z', seconds: 1 } };
	const phases = plan([{ ...suite, name: '01-filesystem' }], last);
	t.equal(phases.length, phaseTitles.length);
	t.strictSame(stepsWithoutCases(phases), ['1.2']);
	const table = planTable(phases);
	t.match(table, /^ 0 {2}Foundation: not started$/m);
	t.match(table, /1\.1 +One +open +2 cases: 1 passed, 1 not run/);
	t.match(table, /1\.2 +Two +closed +0 cases$/m);
	const page = planPage(phases);
	t.match(page, /^- `1\.1\/b`: b holds \(full; to do: later\)$/m);
	t.match(page, /^### 1\.2 Two \(closed\)\n\nNo case yet\.$/m);
});
