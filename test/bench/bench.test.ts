import { readFileSync } from 'node:fs';
import path from 'node:path';
import t from 'tap';
import { compare, cpuNanoseconds, formatComparison, medianRows, perSecond, worsened } from '../../bench/compare.js';
import { mergeFigures } from '../../bench/kept.js';
import { writeProgramRoot } from '../../bench/linux.js';
import { parseMicro, RowReader } from '../../bench/rows.js';

const group = 'g';

t.test('rows are read from a console', async (t) => {
	const console =
		'[    0.1] starting\r\nbench-group g\r\nbench getppid 1000 380000\r\nbench stat error 38\nbench half 4 10\nbench done\r\n';
	t.same(parseMicro(console), [
		{ name: 'getppid', group, cost: 380 },
		{ name: 'stat', group, cost: Number.NaN, error: 38 },
		{ name: 'half', group, cost: 2.5 },
	]);
	t.same(parseMicro('no rows, and bench x 1 2 within a line\n'), []);
});

t.test('wall time and processor time come from when lines were seen', async (t) => {
	const reader = new RowReader();
	reader.push('bench-group g\nbench-start a 1000\nbe', { seconds: 1, cpu: 5 });
	reader.push('nch a 10 2000\nbench-start end 5000\n', { seconds: 3, cpu: 6 });
	t.strictSame(reader.rows, [{ name: 'a', group, cost: 200, share: 0.5 }]);
	t.equal(reader.hertz, 2000);
	t.equal(reader.cpuSeconds, 1);
	const [row] = reader.rows;
	if (row === undefined) throw new Error('no row');
	t.equal(perSecond(row, { rows: [], cpuSeconds: 1, hertz: 2000 }), 10);
	t.equal(cpuNanoseconds(row, { rows: [], cpuSeconds: 1, hertz: 2000 }), 5e7);
});

t.test('the median of several runs counts', async (t) => {
	const run = (...costs: number[]) => ({
		cpuSeconds: 1,
		hertz: 1,
		rows: costs.map((cost, at) => ({ name: `row ${at}`, group, cost })),
	});
	t.same(medianRows([run(3, 10), run(1, 30), run(2, 20)]), [
		{ name: 'row 0', group, cost: 2 },
		{ name: 'row 1', group, cost: 20 },
	]);
	t.same(medianRows([]), []);
});

t.test('ratios, their geometric mean, and the table', async (t) => {
	const ours = [
		{ name: 'fast', group, cost: 50 },
		{ name: 'slow', group, cost: 200 },
		{ name: 'own', group, cost: 7 },
		{ name: 'broken', group, cost: Number.NaN, error: 38 },
	];
	const linux = ['fast', 'slow', 'broken'].map((name) => ({ name, group, cost: 100 }));
	const both = compare('instructions', ours, linux);
	t.match(both.rows, [{ ratio: 0.5 }, { ratio: 2 }, { name: 'own', ours: 7 }, { name: 'broken' }]);
	t.equal(both.mean?.toFixed(6), '1.000000', 'rows that only one has, or that failed, do not count');
	const table = formatComparison(both).split('\n');
	t.match(table[0], /^instructions +ImposOS +Linux +ratio$/);
	t.match(table[1], /^fast +50 +100 +0\.50$/);
	t.match(table[4], /^broken +failed +100/);
	t.match(table.at(-1), /^geometric mean +1\.00$/);
	const alone = compare('nanoseconds', ours, undefined);
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
	const at = (ours: number, unit: 'instructions' | 'nanoseconds' = 'instructions') => ({
		unit,
		rows: [{ name: 'stat', group, ours }],
	});
	t.strictSame(worsened(at(106), at(100)), [{ name: 'stat', before: 100, now: 106 }]);
	t.strictSame(worsened(at(105), at(100)), []);
	t.strictSame(worsened(at(Number.NaN), at(100)).length, 1, 'a row that fails is worse');
	t.strictSame(worsened(at(500, 'nanoseconds'), at(100)), [], 'time depends on the host');
	t.strictSame(worsened(at(500), undefined), []);
});

t.test('kept figures of rows that were not measured stay', async (t) => {
	const rows = (...names: string[]) =>
		names.map((name) => ({ name, group: name.slice(0, 1), ours: 1, linux: 2, ratio: 0.5 }));
	const kept = compare('instructions', [], undefined);
	const merged = mergeFigures(
		{ ...kept, rows: rows('a1', 'a2', 'b1') },
		{ ...kept, rows: [{ name: 'a1', group: 'a', ours: 9 }] },
	);
	t.match(merged.rows, [{ name: 'a2' }, { name: 'a1', ours: 9, linux: 2, ratio: 4.5 }, { name: 'b1' }]);
	t.equal(merged.means?.['a']?.toFixed(6), '1.500000');
});
