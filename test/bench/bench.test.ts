import { readFileSync } from 'node:fs';
import path from 'node:path';
import t from 'tap';
import { compare, formatComparison, medianRows, worsened } from '../../bench/compare.js';
import { writeProgramRoot } from '../../bench/linux.js';
import { parseMicro } from '../../bench/micro.js';

t.test('rows are read from a console', async (t) => {
	const console =
		'[    0.1] starting\r\nbench getppid 1000 380000\r\nbench stat error 38\nbench half 4 10\nbench done\r\n';
	t.same(parseMicro(console), [
		{ name: 'getppid', cost: 380 },
		{ name: 'stat', cost: Number.NaN, error: 38 },
		{ name: 'half', cost: 2.5 },
	]);
	t.same(parseMicro('no rows, and bench x 1 2 within a line\n'), []);
});

t.test('the median of several runs counts', async (t) => {
	const run = (...costs: number[]) => ({ cpuSeconds: 1, rows: costs.map((cost, at) => ({ name: `row ${at}`, cost })) });
	t.same(medianRows([run(3, 10), run(1, 30), run(2, 20)]), [
		{ name: 'row 0', cost: 2 },
		{ name: 'row 1', cost: 20 },
	]);
	t.same(medianRows([]), []);
});

t.test('ratios, their geometric mean, and the table', async (t) => {
	const ours = [
		{ name: 'fast', cost: 50 },
		{ name: 'slow', cost: 200 },
		{ name: 'own', cost: 7 },
		{ name: 'broken', cost: Number.NaN, error: 38 },
	];
	const linux = ['fast', 'slow', 'broken'].map((name) => ({ name, cost: 100 }));
	const both = compare('instructions', ours, linux);
	t.match(both.rows, [{ ratio: 0.5 }, { ratio: 2 }, { name: 'own', ours: 7 }, { name: 'broken' }]);
	t.equal(both.mean?.toFixed(6), '1.000000', 'rows that only one has, or that failed, do not count');
	const table = formatComparison(both).split('\n');
	t.match(table[0], /^instructions +ImposOS +Linux +ratio$/);
	t.match(table[1], /^fast +50 +100 +0\.50$/);
	t.match(table[4], /^broken +failed +100/);
	t.match(table.at(-1), /^geometric mean +1\.00$/);
	const alone = compare('cycles', ours, undefined);
	t.equal(alone.mean, undefined);
	t.notMatch(formatComparison(alone), /geometric/);
});

t.test('a RAM disk whose init is the program', async (t) => {
	const program = path.join(import.meta.dirname, 'bench.test.js');
	const archive = readFileSync(writeProgramRoot(program));
	t.equal(archive.subarray(0, 6).toString(), '070701', 'a cpio archive as Linux takes it');
	t.ok(archive.includes(readFileSync(program)), 'with the program in it');
	t.ok(archive.includes('dev/console'), 'and a console');
});

t.test('an operation that costs over five percent more is named', async (t) => {
	const at = (ours: number, unit: 'instructions' | 'cycles' = 'instructions') => ({
		unit,
		rows: [{ name: 'stat', ours }],
	});
	t.strictSame(worsened(at(106), at(100)), [{ name: 'stat', before: 100, now: 106 }]);
	t.strictSame(worsened(at(105), at(100)), []);
	t.strictSame(worsened(at(Number.NaN), at(100)).length, 1, 'a row that fails is worse');
	t.strictSame(worsened(at(500, 'cycles'), at(100)), [], 'cycles depend on the host');
	t.strictSame(worsened(at(500), undefined), []);
});
