import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import t from 'tap';
import { hostTests } from '../../tools/suite/host-tests.js';

const root = mkdtempSync(path.join(tmpdir(), 'imposos-host-tests-'));
t.teardown(() => rmSync(root, { recursive: true, force: true }));
const { signal } = new AbortController();

/** What a test file comes to that runs these lines. */
async function resultOf(name: string, lines: string) {
	writeFileSync(path.join(root, `${name}.test.js`), lines);
	const [first] =
		(await hostTests(root)
			.find(({ id }) => id === `host/${name}`)
			?.run(signal)) ?? [];
	return first;
}

t.test('errors that come in the middle of a line of results are none of them', async (t) => {
	const lines = [
		`process.stdout.write('1..1\\n');`,
		`setTimeout(() => process.stderr.write('agent: '), 100);`,
		`setTimeout(() => process.stdout.write('ok 1 - its own\\n'), 300);`,
		`setTimeout(() => process.stderr.write('the line was hung up\\n'), 500);`,
	];
	t.match(await resultOf('noise', lines.join('\n')), { status: 'passed', title: 'its own' });
});

t.test('a file that ends before its plan has failed, and its end is shown', async (t) => {
	const lines = `console.log('1..200'); for (let i = 1; i < 200; i++) console.log('ok ' + i + ' - a'); console.error('the end');`;
	t.match(await resultOf('short', lines), { error: undefined, status: 'passed' });
	const all =
		(await hostTests(root)
			.find(({ id }) => id === 'host/short')
			?.run(signal)) ?? [];
	t.match(all.at(-1), { status: 'failed', error: /ok 199 - a\n(.|\n)*the end|the end\n(.|\n)*ok 199 - a/ });
});
