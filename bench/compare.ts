import type { Variant } from '../tools/build/paths.js';
import { kernelPath } from '../tools/build/paths.js';
import type { Lifetime } from '../tools/lifetime.js';
import type { Log } from '../tools/log.js';
import { fetchLinux, fetchLinuxModules } from '../tools/machine/linux-kernel.js';
import { linuxPeerMachine } from '../tools/machine/linux-peer.js';
import { defaultMachine, type MachineSpec } from '../tools/machine/spec.js';
import { diskModules, makeExt3, writeProgramRoot } from './linux.js';
import { buildMicro, type MicroResult, type MicroRow, runMicro } from './micro.js';

export interface Comparison {
	unit: 'instructions' | 'cycles';
	rows: { name: string; ours: number; linux?: number; ratio?: number }[];
	/** Geometric mean of the ratios; absent without a peer. */
	mean?: number;
}

export interface BenchOptions {
	variant: Variant;
	/** Count guest instructions instead of cycles. */
	icount: boolean;
	versus: 'linux' | undefined;
	runs: number;
	lifetime: Lifetime;
	signal: AbortSignal;
	log: Log;
}

/** The machine that both kernels run on. */
function bareMachine(icount: boolean): MachineSpec {
	return {
		...defaultMachine,
		network: false,
		audio: false,
		...(icount ? { icount: 'shift=0,sleep=on' } : {}),
	};
}

/** The median of each row over several runs. Pure. */
export function medianRows(results: MicroResult[]): MicroRow[] {
	return (results[0]?.rows ?? []).map((row) => {
		const costs = results
			.map(({ rows }) => rows.find(({ name }) => name === row.name)?.cost ?? Number.NaN)
			.sort((a, b) => a - b);
		return { ...row, cost: costs[costs.length >> 1] ?? Number.NaN };
	});
}

/** Rows that are shown but are no operation: the mean leaves them out. */
const notOperations = new Set(['reset-to-init']);

/** Ratios of the rows that both have. Pure. */
export function compare(unit: Comparison['unit'], ours: MicroRow[], linux: MicroRow[] | undefined): Comparison {
	const rows = ours.map(({ name, cost }) => {
		const peer = linux?.find((row) => row.name === name)?.cost;
		return { name, ours: cost, ...(peer === undefined ? {} : { linux: peer, ratio: cost / peer }) };
	});
	const ratios = rows.flatMap(({ name, ratio }) =>
		ratio !== undefined && ratio > 0 && !notOperations.has(name) ? [ratio] : [],
	);
	if (ratios.length === 0) return { unit, rows };
	return { unit, rows, mean: Math.exp(ratios.reduce((sum, ratio) => sum + Math.log(ratio), 0) / ratios.length) };
}

/**
 * Measures our kernel, and Debian's on the same machine when asked for.
 *
 * @throws BuildError, ImageError, PackageError, BootError, GuestFailure, TimeoutError
 */
export async function bench(options: BenchOptions): Promise<Comparison> {
	const { variant, icount, versus, runs, lifetime, signal, log } = options;
	const { buildImage } = await import('../tools/image/build.js');
	const program = await buildMicro(signal);
	const { path: disk } = await buildImage({ name: 'bench', variant, signal, log });
	const machine = bareMachine(icount);
	const ours: MachineSpec = {
		...machine,
		kernel: kernelPath(variant),
		append: 'root=/dev/sda1 rootfstype=impfs init=/init console=ttyS0 quiet',
		disks: [{ file: disk, format: 'raw', readonly: false }],
		extra: ['-snapshot'],
	};
	const measure = async (name: string, spec: MachineSpec) => {
		const results: MicroResult[] = [];
		for (let run = 0; run < runs; run++) {
			log.info(`${name}, run ${run + 1} of ${runs}`);
			results.push(await runMicro(spec, { lifetime, signal }));
		}
		return medianRows(results);
	};
	const oursRows = await measure('ImposOS', ours);
	const unit = icount ? 'instructions' : 'cycles';
	if (versus === undefined) return compare(unit, oursRows, undefined);
	const linux = await fetchLinux({ signal, log });
	const root = writeProgramRoot(program, await fetchLinuxModules(diskModules, { signal, log }));
	const peer: MachineSpec = {
		...linuxPeerMachine(linux.kernel, root),
		...machine,
		disks: [{ file: await makeExt3(signal), format: 'raw' }],
		extra: ['-snapshot'],
	};
	return compare(unit, oursRows, await measure('Linux', peer));
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
export function formatComparison({ unit, rows, mean }: Comparison): string {
	const number = (value: number | undefined) =>
		value === undefined ? '' : Number.isNaN(value) ? 'failed' : value.toFixed(0);
	const lines = rows.map(({ name, ours, linux, ratio }) =>
		[
			name.padEnd(20),
			number(ours).padStart(12),
			number(linux).padStart(12),
			(ratio?.toFixed(2) ?? '').padStart(8),
		].join(''),
	);
	const head = `${unit.padEnd(20)}${'ImposOS'.padStart(12)}${'Linux'.padStart(12)}${'ratio'.padStart(8)}`;
	const foot = mean === undefined ? [] : [`${'geometric mean'.padEnd(44)}${mean.toFixed(2).padStart(8)}`];
	return [head, ...lines, ...foot].join('\n');
}
