/** The crash explorer as a command: boots a machine, records, explores. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Lifetime } from '../lifetime.js';
import type { Log } from '../log.js';
import { startMachine } from '../machine/machine.js';
import { type MachineRequest, prepareMachine } from '../machine/prepare.js';
import { createOverlay } from '../machine/qemu-img.js';
import type { MachineSpec } from '../machine/spec.js';
import { type Exploration, explore } from './explore.js';
import { record } from './record.js';
import { seededRandom } from './states.js';
import { pairWorkloads, singleWorkloads } from './workload.js';

export interface CrashOptions {
	request: MachineRequest;
	seed: number;
	samples: number;
	/** Most distinct states. */
	limit: number;
	/** Most workloads of one change. */
	count: number;
	/** Workloads of two changes beside them. */
	pairs: number;
}

/** @throws BuildError, ImageError, BootError, GuestFailure */
export async function crashInMachine(
	{ request, seed, samples, limit, count, pairs }: CrashOptions,
	{ lifetime, signal, log }: { lifetime: Lifetime; signal: AbortSignal; log: Log },
): Promise<Exploration> {
	const folder = mkdtempSync(path.join(tmpdir(), 'imposos-crash-'));
	lifetime.defer(() => rmSync(folder, { recursive: true, force: true }));
	const spec = await prepareMachine(request, { signal, log });
	const workloads = [...singleWorkloads(count), ...pairWorkloads(pairs, seededRandom(seed))];
	log.info(`recording ${workloads.length} workloads`);
	const recording = await record({
		...{ folder, workloads, seed, signal },
		boot: async (extra) => {
			const machine = await startMachine(await throwAway(spec, folder, extra), { folder, lifetime, signal });
			return { control: await machine.connectAgent(120_000, signal), end: () => machine.dispose() };
		},
	});
	log.info(`exploring ${recording.epochs.length} epochs`);
	const time = { sec: 1_800_000_000, ns: 0 };
	return explore(recording, { seed, samples, limit, time, signal });
}

/** The machine with an overlay on its first disk, so that the image stays as it is. */
async function throwAway(spec: MachineSpec, folder: string, extra: string[]): Promise<MachineSpec> {
	const [first, ...others] = spec.disks;
	if (first === undefined) return { ...spec, extra };
	const file = path.join(folder, 'disk.qcow2');
	await createOverlay(first, file);
	return { ...spec, disks: [{ file, format: 'qcow2' }, ...others], extra: [...spec.extra, ...extra] };
}
