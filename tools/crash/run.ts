/** The crash explorer as a command: boots a machine, records, explores. */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Lifetime } from '../lifetime.js';
import type { Log } from '../log.js';
import { startMachine } from '../machine/machine.js';
import { type MachineRequest, prepareMachine } from '../machine/prepare.js';
import { createOverlay } from '../machine/qemu-img.js';
import type { MachineSpec } from '../machine/spec.js';
import { type CampaignResult, campaign } from './campaign.js';
import { seededRandom } from './states.js';
import { sequenceWorkloads, singleWorkloads, type Workload } from './workload.js';

export interface CrashOptions {
	request: MachineRequest;
	seed: number;
	samples: number;
	/** Most distinct states; all when left out. */
	limit?: number;
	/** Most workloads of one change; all when left out. */
	count?: number;
	/** Workloads of two changes beside them, and of three. */
	pairs: number;
	triples: number;
	/** One state of so many is booted; none when left out. */
	bootShare?: number;
	/** File data goes through the log. */
	logged?: boolean;
	/** Where it keeps what is done, to go on from there; a temporary folder when left out. */
	folder?: string;
}

/** Workloads of one, two and three changes. */
export function workloadsOf({
	count,
	pairs,
	triples,
	seed,
}: Pick<CrashOptions, 'count' | 'pairs' | 'triples' | 'seed'>) {
	const random = seededRandom(seed);
	const list: Workload[] = [
		...singleWorkloads(count),
		...sequenceWorkloads(2, pairs, random),
		...sequenceWorkloads(3, triples, random),
	];
	return list;
}

/** @throws BuildError, ImageError, BootError, GuestFailure */
export async function crashInMachine(
	options: CrashOptions,
	{ lifetime, signal, log }: { lifetime: Lifetime; signal: AbortSignal; log: Log },
): Promise<CampaignResult> {
	const temporary = mkdtempSync(path.join(tmpdir(), 'imposos-crash-'));
	lifetime.defer(() => rmSync(temporary, { recursive: true, force: true }));
	const folder = options.folder ?? temporary;
	mkdirSync(folder, { recursive: true });
	const spec = await prepareMachine(options.request, { signal, log });
	const workloads = workloadsOf(options);
	const { seed, samples, limit, bootShare } = options;
	const regions = Math.ceil(workloads.length / 140);
	const spread = { workloads, regions };
	return campaign({
		...(options.logged ? { workloads: [], regions: 0, logged: spread } : spread),
		...{ folder, seed, samples, signal },
		...(limit === undefined ? {} : { limit }),
		...(bootShare === undefined ? {} : { bootShare }),
		boot: async (extra) => {
			const machine = await startMachine(await throwAway(spec, temporary, extra), {
				folder: temporary,
				...{ lifetime, signal },
			});
			return { control: await machine.connectAgent(120_000, signal), end: () => machine.dispose() };
		},
		onProgress: (what) => log.info(what),
	});
}

/** The machine with an overlay on its first disk, so that the image stays as it is. */
async function throwAway(spec: MachineSpec, folder: string, extra: string[]): Promise<MachineSpec> {
	const [first, ...others] = spec.disks;
	if (first === undefined) return { ...spec, extra };
	const file = path.join(folder, 'disk.qcow2');
	rmSync(file, { force: true });
	await createOverlay(first, file);
	return { ...spec, disks: [{ file, format: 'qcow2' }, ...others], extra: [...spec.extra, ...extra] };
}
