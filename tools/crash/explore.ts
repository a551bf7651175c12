/** Goes through the crashes of a recorded disk and checks each distinct state. */
import type { Time } from '../impfs/core.js';
import { deviceWindow } from '../machine/partition.js';
import { checkCrash } from './check.js';
import { DiskIdentity } from './identity.js';
import { expectations } from './oracle.js';
import { OverlayDevice } from './overlay.js';
import { type Crash, crashesOf, type Epoch, seededRandom } from './states.js';
import { stepLine, type Workload } from './workload.js';

/** A recorded run. */
export interface Recording {
	/** The disk before the run. */
	disk: Uint8Array;
	/** Bytes of the volume, which lies at the disk's beginning. */
	volume: number;
	epochs: readonly Epoch[];
	/** In the order in which they ran; steps are counted through. */
	workloads: readonly Workload[];
}

export interface ExploreOptions {
	seed: number;
	/** Seeded combinations, and torn writes, of each large epoch. */
	samples: number;
	/** Stop after so many distinct states. */
	limit: number;
	time: Time;
	signal: AbortSignal;
	onProgress?: (states: number, violations: number) => void;
}

export interface Violation {
	epoch: number;
	crash: string;
	mark: number;
	workload: string;
	step: string;
	problems: string[];
}

export interface Exploration {
	epochs: number;
	/** Distinct disks. */
	states: number;
	/** Disks with distinct claims: the same disk may have to satisfy more, later. */
	checks: number;
	workloads: number;
	violations: Violation[];
	seconds: number;
}

/** Which workload a mark falls into, and the mark within it. */
export function locateMark(
	workloads: readonly Workload[],
	mark: number,
): { workload: Workload; mark: number } | undefined {
	let base = 0;
	for (const workload of workloads) {
		if (mark >= 0 && mark < base + workload.steps.length) return { workload, mark: mark - base };
		base += workload.steps.length;
	}
	return undefined;
}

/** Checks the crash states of a recording in order. */
export async function explore(recording: Recording, options: ExploreOptions): Promise<Exploration> {
	const { workloads, epochs } = recording;
	const begin = performance.now();
	const disk = recording.disk.slice();
	const identity = new DiskIdentity(disk);
	const random = seededRandom(options.seed);
	const states = new Set<bigint>();
	const checked = new Set<string>();
	const violations: Violation[] = [];
	for (const [index, epoch] of epochs.entries()) {
		const found = locateMark(workloads, epoch.mark);
		const claim = {
			expected: found ? expectations(found.workload.steps, found.mark) : [],
			workload: found?.workload,
			time: options.time,
		};
		const check = (crash: Crash) => {
			const number = identity.with(crash.writes);
			const key = `${number} ${epoch.mark}`;
			if (checked.has(key)) return;
			checked.add(key);
			states.add(number);
			const overlay = new OverlayDevice(disk);
			overlay.apply(crash.writes);
			const problems = checkCrash(deviceWindow(overlay, 0, recording.volume), claim);
			const step = found?.workload.steps[found.mark];
			if (problems.length > 0)
				violations.push({
					...{ epoch: index, crash: crash.kind, mark: epoch.mark, problems },
					...{ workload: found?.workload.name ?? '', step: step ? stepLine(step) : '' },
				});
		};
		for (const crash of crashesOf(epoch, options.samples, random)) {
			if (states.size >= options.limit) break;
			check(crash);
		}
		options.signal.throwIfAborted();
		options.onProgress?.(states.size, violations.length);
		// Lets an interrupt and a time limit through.
		await new Promise((resolve) => setImmediate(resolve));
		if (states.size >= options.limit) break;
		identity.advance(epoch.writes);
	}
	const seconds = (performance.now() - begin) / 1000;
	return {
		...{ epochs: epochs.length, states: states.size, checks: checked.size },
		...{ workloads: workloads.length, violations, seconds },
	};
}
