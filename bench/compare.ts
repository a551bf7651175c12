import type { MicroResult, MicroRow } from './rows.js';

/** What figures mean: costs of an operation, of which less is better, or operations (MiB of a `…m` row) a second. */
export type Unit = 'instructions' | 'nanoseconds' | 'throughput';

export interface ComparedRow {
	name: string;
	group: string;
	ours: number;
	linux?: number;
	/** Ours by Linux's. */
	ratio?: number;
	/** The same by processor time, where wall time is the measure. */
	cpuRatio?: number;
}

export interface Comparison {
	unit: Unit;
	rows: ComparedRow[];
	/** Geometric means of the ratios; absent without a peer. */
	mean?: number;
	means?: Record<string, number>;
}

function median(values: number[]): number {
	const sorted = values.toSorted((a, b) => a - b);
	return sorted[sorted.length >> 1] ?? Number.NaN;
}

/** The median of each row over several runs. Pure. */
export function medianRows(results: MicroResult[], value = ({ cost }: MicroRow, _: MicroResult) => cost): MicroRow[] {
	return (results[0]?.rows ?? []).map((row) => {
		const costs = results.map((result) => {
			const same = result.rows.find(({ name, group }) => name === row.name && group === row.group);
			return same === undefined ? Number.NaN : value(same, result);
		});
		return { ...row, cost: median(costs) };
	});
}

/** Nanoseconds of processor time an operation. Pure. */
export function cpuNanoseconds({ cost, share = Number.NaN }: MicroRow, { hertz }: MicroResult): number {
	return ((cost * share) / hertz) * 1e9;
}

/** Operations a second of wall time. Pure. */
export function perSecond({ cost }: MicroRow, { hertz }: MicroResult): number {
	return hertz / cost;
}

/** Rows that are shown but are no operation: the mean leaves them out. */
const notOperations = new Set(['reset-to-init']);

function geometricMean(ratios: number[]): number {
	return Math.exp(ratios.reduce((sum, ratio) => sum + Math.log(ratio), 0) / ratios.length);
}

/** Ratios of the rows that both have. Pure. */
export function compare(unit: Unit, ours: MicroRow[], linux: MicroRow[] | undefined): Comparison {
	const rows = ours.map(({ name, group, cost }): ComparedRow => {
		const peer = linux?.find((row) => row.name === name && row.group === group)?.cost;
		return { name, group, ours: cost, ...(peer === undefined ? {} : { linux: peer, ratio: cost / peer }) };
	});
	return withMeans({ unit, rows });
}

/** Adds the means. Pure. */
export function withMeans({ unit, rows }: Comparison): Comparison {
	const of = (wanted?: string) =>
		rows.flatMap(({ name, group, ratio }) =>
			ratio !== undefined && ratio > 0 && !notOperations.has(name) && (wanted ?? group) === group ? [ratio] : [],
		);
	if (of().length === 0) return { unit, rows };
	const groups = [...new Set(rows.map(({ group }) => group))].filter((group) => of(group).length > 0);
	const means = Object.fromEntries(groups.map((group) => [group, geometricMean(of(group))]));
	return { unit, rows, mean: geometricMean(of()), means };
}

/** Operations that cost over five percent more instructions than the kept figures say. Pure. */
export function worsened(
	now: Comparison,
	kept: Comparison | undefined,
): { name: string; before: number; now: number }[] {
	if (kept === undefined || now.unit !== 'instructions' || kept.unit !== 'instructions') return [];
	return now.rows.flatMap(({ name, ours }) => {
		const before = kept.rows.find((row) => row.name === name)?.ours;
		return before !== undefined && !(ours <= before * 1.05) ? [{ name, before, now: ours }] : [];
	});
}

/** A table for people. Pure. */
export function formatComparison({ unit, rows, mean, means = {} }: Comparison): string {
	const number = (value: number | undefined) =>
		value === undefined ? '' : Number.isNaN(value) ? 'failed' : value.toFixed(unit === 'throughput' ? 1 : 0);
	const cells = (name: string, ours: string, linux: string, ratio: string, cpu = '') =>
		`${name.padEnd(20)}${ours.padStart(12)}${linux.padStart(12)}${ratio.padStart(8)}${cpu.padStart(8)}`.trimEnd();
	const head = cells(
		unit,
		'ImposOS',
		'Linux',
		'ratio',
		rows.some(({ cpuRatio }) => cpuRatio !== undefined) ? 'CPU' : '',
	);
	const lines = rows.map(({ name, ours, linux, ratio, cpuRatio }) =>
		cells(name, number(ours), number(linux), ratio?.toFixed(2) ?? '', cpuRatio?.toFixed(2) ?? ''),
	);
	if (mean === undefined) return [head, ...lines].join('\n');
	const foot = Object.entries(means).length > 1 ? Object.entries(means) : [];
	return [
		head,
		...lines,
		...foot.map(([group, value]) => cells(`mean of ${group}`, '', '', value.toFixed(2))),
		cells('geometric mean', '', '', mean.toFixed(2)),
	].join('\n');
}
