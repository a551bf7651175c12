/** A share of an exploration that a worker takes: plain data in, plain data out. */
import { writeFileSync } from 'node:fs';
import { type BootState, chosen, encodePatches, listing } from './boot.js';
import { emptyVolume } from './disk.js';
import { explore, type Recording, type Violation } from './explore.js';
import { transformations } from './faults.js';
import { loadRecording, type Recorded } from './record.js';

export interface ExploreJob {
	recorded: Recorded;
	seed: number;
	samples: number;
	/** Most distinct states. */
	limit: number;
	part: { index: number; count: number };
	/** Stop after so many violations; the reports keep no more than 20 anyway. */
	violations?: number;
	/** What is done to the log first: a name in {@link transformations}. */
	transformation?: string;
	/** One state of so many is kept to be booted, in this file, as differences from the empty volume of a seed. */
	boots?: { share: number; file: string; seed: number };
}

export interface JobResult {
	epochs: number;
	checks: number;
	/** A number for each distinct disk. */
	numbers: BigUint64Array;
	violations: Violation[];
	/** How many there were. */
	violationCount: number;
	seconds: number;
	boots: BootState[];
}

/** The module of threads that run these. */
export const exploreWorker = new URL('./explore-worker.js', import.meta.url);

const time = { sec: 1_800_000_000, ns: 0 };

/** Explores one share of one recorded volume. */
export async function runJob(job: ExploreJob): Promise<JobResult> {
	let recording: Recording = loadRecording(job.recorded);
	if (job.transformation !== undefined) {
		const transform = transformations[job.transformation];
		if (transform === undefined) throw new RangeError(`there is no transformation ${job.transformation}`);
		recording = { ...recording, epochs: transform(recording.epochs) };
	}
	const { boots } = job;
	const before = boots && emptyVolume(boots.seed);
	const kept: BootState[] = [];
	if (boots) writeFileSync(boots.file, '');
	const { epochs, checks, numbers, violations, seconds } = await explore(recording, {
		...{ seed: job.seed, samples: job.samples, limit: job.limit, part: job.part, time },
		...(job.violations === undefined ? {} : { violations: job.violations }),
		onState: ({ number, epoch, crash, disk }) => {
			if (boots === undefined || before === undefined || !chosen(number, boots.share)) return undefined;
			writeFileSync(boots.file, encodePatches(before, disk), { flag: 'a' });
			const state: BootState = { epoch, crash, listing: [] };
			kept.push(state);
			return (volume) => {
				state.listing = listing(volume);
			};
		},
	});
	return {
		...{ epochs, checks, seconds, boots: kept, violationCount: violations.length },
		...{ numbers: BigUint64Array.from(numbers, (number) => BigInt.asUintN(64, number)) },
		violations: violations.slice(0, 20),
	};
}
