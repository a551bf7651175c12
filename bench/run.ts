import type { Variant } from '../tools/build/paths.js';
import { kernelPath } from '../tools/build/paths.js';
import { buildUserland } from '../tools/build/userland.js';
import type { Lifetime } from '../tools/lifetime.js';
import type { Log } from '../tools/log.js';
import { fetchLinux, fetchLinuxModules } from '../tools/machine/linux-kernel.js';
import { linuxPeerMachine } from '../tools/machine/linux-peer.js';
import { type DiskSpec, defaultMachine, type MachineSpec } from '../tools/machine/spec.js';
import { type Comparison, compare, cpuNanoseconds, medianRows, perSecond } from './compare.js';
import { DiskFolder } from './disks.js';
import { diskModules, writeProgramRoot, writeTreeArchive } from './linux.js';
import { writeLoadingRoots } from './loading.js';
import { buildMicro, runMicro } from './micro.js';
import type { MicroResult } from './rows.js';

export interface BenchOptions {
	variant: Variant;
	/** Count guest instructions instead of processor time. */
	icount: boolean;
	versus: 'linux' | undefined;
	/** Names of rows or groups; all but the groups `disk` and `swap` when empty. Those stand alone: wall time is their measure. */
	rows: readonly string[];
	runs: number;
	lifetime: Lifetime;
	signal: AbortSignal;
	log: Log;
}

/** A kernel, and how its machine is made for one run. */
interface Contender {
	name: string;
	machine(): Promise<MachineSpec>;
	results: MicroResult[];
}

/** Groups of rows with a second disk of their own, measured by wall time. */
export type DiskGroup = 'disk' | 'swap';

/** The group of that kind that is among the rows. Pure. */
export function diskGroup(rows: readonly string[]): DiskGroup | undefined {
	return rows.includes('disk') ? 'disk' : rows.includes('swap') ? 'swap' : undefined;
}

/** The machine that both kernels run on. */
function bareMachine(icount: boolean, disks: DiskSpec[], memory = defaultMachine.memory): MachineSpec {
	return {
		...defaultMachine,
		memory,
		network: false,
		audio: false,
		disks,
		...(icount ? { icount: 'shift=0,sleep=on' } : {}),
	};
}

/**
 * Measures our kernel, and Debian's on the same machine when asked for; in turns, so that both see the same host.
 *
 * @throws BuildError, ImageError, PackageError, BootError, GuestFailure, TimeoutError
 */
export async function bench(options: BenchOptions): Promise<Comparison> {
	const { variant, versus, rows, runs, lifetime, signal, log } = options;
	const group = diskGroup(rows);
	const icount = options.icount && group === undefined;
	/** What swap holds is three times that. */
	const memory = group === 'swap' ? 128 : defaultMachine.memory;
	const { buildImage } = await import('../tools/image/build.js');
	const program = await buildMicro(signal);
	const linux = await fetchLinux({ signal, log });
	const archive = await writeTreeArchive(linux.busybox, signal);
	await buildUserland({ variant, signal, log });
	const loading = await writeLoadingRoots(variant, signal);
	const { path: root } = await buildImage({ name: 'bench', variant, signal, log });
	const images = new DiskFolder(lifetime);
	const wanted = rows.length === 0 ? '' : `rows=${rows.join(',')}`;
	const second = (): DiskSpec[] => (group === 'swap' ? [images.swap()] : group === 'disk' ? [images.impfs()] : []);
	const contenders: Contender[] = [
		{
			name: 'ImposOS',
			results: [],
			machine: async () => ({
				...bareMachine(icount, [images.copy(root), ...second()], memory),
				kernel: kernelPath(variant),
				append: `root=/dev/sda1 rootfstype=impfs init=/init console=ttyS0 quiet ${wanted}`.trim(),
			}),
		},
	];
	if (versus === 'linux') {
		const modules = await fetchLinuxModules(diskModules, { signal, log });
		// The tree would take much of a small machine's memory.
		const files = group === 'swap' ? undefined : { busybox: linux.busybox, archive, tree: loading.linux };
		const initrd = writeProgramRoot(program, modules, files);
		contenders.push({
			name: 'Linux',
			results: [],
			machine: async () => ({
				...linuxPeerMachine(linux.kernel, initrd, wanted),
				...bareMachine(
					icount,
					[
						await images.ext3('root', signal),
						...(group === 'disk' ? [await images.ext3('scratch', signal)] : second()),
					],
					memory,
				),
			}),
		});
	}
	for (let run = 0; run < runs; run++) {
		for (const { name, machine, results } of contenders) {
			log.info(`${name}, run ${run + 1} of ${runs}`);
			// A peer that thrashes takes its time.
			const timeout = group === 'swap' ? 3_600_000 : 900_000;
			results.push(await runMicro(await machine(), { lifetime, signal, timeout }));
			images.clear();
		}
	}
	const [ours = [], theirs] = contenders.map(({ results }) => results);
	if (group !== undefined) return throughput(group, ours, theirs);
	const value = icount ? undefined : cpuNanoseconds;
	const table = medianRows(ours, value);
	return compare(icount ? 'instructions' : 'nanoseconds', table, theirs && medianRows(theirs, value));
}

/** Operations a second, with the ratios by processor time beside those by wall time. Pure. */
function throughput(of: DiskGroup, ours: MicroResult[], theirs: MicroResult[] | undefined): Comparison {
	const rows = (results: MicroResult[], value: typeof perSecond) =>
		medianRows(results, value).filter(({ group }) => group === of);
	const wall = compare('throughput', rows(ours, perSecond), theirs && rows(theirs, perSecond));
	const cpu = compare('nanoseconds', rows(ours, cpuNanoseconds), theirs && rows(theirs, cpuNanoseconds));
	return {
		...wall,
		rows: wall.rows.map((row) => {
			const ratio = cpu.rows.find(({ name }) => name === row.name)?.ratio;
			return ratio === undefined ? row : { ...row, cpuRatio: 1 / ratio };
		}),
	};
}
