/** Goes through the crashes of a recorded volume and checks each distinct state. */
import type { Time } from '../impfs/core.js';
import type { ImpfsVolume } from '../impfs/volume.js';
import { type Claim, checkCrash } from './check.js';
import { DiskIdentity } from './identity.js';
import { expectations, possibleNames, possibleTags } from './oracle.js';
import { possibleMoments } from './oracle-logged.js';
import { OverlayDevice } from './overlay.js';
import { type Crash, crashesOf, type Epoch, seededRandom } from './states.js';
import { stepLine, type Workload } from './workload.js';

/** A recorded run. */
export interface Recording {
	/** The volume before the run. */
	disk: Uint8Array;
	epochs: readonly Epoch[];
	/** In the order in which they ran; steps are counted through. */
	workloads: readonly Workload[];
	/** File data went through the log. */
	logged?: boolean;
}

/** A distinct state, as it is before anything is done to it. */
export interface FoundState {
	number: bigint;
	/** Where it is from, for reports. */
	epoch: number;
	crash: string;
	disk: OverlayDevice;
}

export interface ExploreOptions {
	seed: number;
	/** Seeded combinations, and torn writes, of each large epoch. */
	samples: number;
	/** Stop after so many distinct states. */
	limit: number;
	time: Time;
	signal?: AbortSignal;
	onProgress?: (states: number, violations: number) => void;
	/** Only every so many-th epoch, beginning with `index`; the parts together are the whole. */
	part?: { index: number; count: number };
	/** Stop after so many violations. */
	violations?: number;
	/** Shown distinct states; may return what is shown the volume once its log has been replayed. */
	onState?: (state: FoundState) => ((volume: ImpfsVolume) => void) | undefined;
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
	/** What stands for each distinct disk. */
	numbers: ReadonlySet<bigint>;
}

/** Which workload a mark falls into, and the mark within it. The last mark is behind the last workload's steps. */
export function locateMark(
	workloads: readonly Workload[],
	mark: number,
): { workload: Workload; mark: number } | undefined {
	let base = 0;
	for (const [index, workload] of workloads.entries()) {
		const last = index === workloads.length - 1;
		if (mark >= 0 && mark < base + workload.steps.length + (last ? 1 : 0)) return { workload, mark: mark - base };
		base += workload.steps.length;
	}
	return undefined;
}

/** What must hold once a mark was seen; nothing before the first. */
function claimAt({ workloads, logged }: Recording, mark: number): Claim | undefined {
	const found = locateMark(workloads, mark);
	if (found === undefined) return undefined;
	const { workload } = found;
	return {
		...{ expected: expectations(workload.steps, found.mark), workload },
		names: possibleNames(workload.steps, found.mark),
		tags: possibleTags(workload.steps, found.mark),
		...(logged ? { moments: possibleMoments(workload.steps, found.mark) } : {}),
	};
}

/** The marks of an epoch from the one that holds when `begun` writes have been begun. */
function marksFrom({ marks }: Epoch, begun: number): number[] {
	const first = marks.findLastIndex(({ after }) => after < begun);
	// A mark that follows the last write at once: the crash may have come before it or after.
	return [...new Set(marks.slice(Math.max(0, first)).map(({ mark }) => mark))];
}

function describeMark(workloads: readonly Workload[], mark: number): { workload: string; step: string } {
	const found = locateMark(workloads, mark);
	const step = found?.workload.steps[found.mark];
	return { workload: found?.workload.name ?? '', step: step ? stepLine(step) : '' };
}

/** Checks the crash states of a recording in order. */
export async function explore(recording: Recording, options: ExploreOptions): Promise<Exploration> {
	const { workloads, epochs } = recording;
	const { part = { index: 0, count: 1 }, time } = options;
	const begin = performance.now();
	const disk = recording.disk.slice();
	const identity = new DiskIdentity(disk);
	const states = new Set<bigint>();
	const checked = new Set<string>();
	const violations: Violation[] = [];
	const enough = () => states.size >= options.limit || violations.length >= (options.violations ?? Infinity);
	for (const [index, epoch] of epochs.entries()) {
		if (enough()) break;
		if (index % part.count === part.index) {
			// Seeded by epoch, so that the parts draw what the whole would.
			const random = seededRandom(options.seed + index);
			const known = new Map<number, number>();
			const claims = new Map(epoch.marks.map(({ mark }) => [mark, claimAt(recording, mark)]));
			const check = (crash: Crash) => {
				const number = identity.with(crash.writes);
				const marks = marksFrom(epoch, crash.begun);
				const key = `${number} ${marks[0]} ${marks.at(-1)}`;
				if (checked.has(key)) return;
				checked.add(key);
				const overlay = new OverlayDevice(disk, known);
				overlay.apply(crash.writes);
				const look = states.has(number)
					? undefined
					: options.onState?.({ number, epoch: index, crash: crash.kind, disk: overlay });
				states.add(number);
				const some = marks.flatMap((mark) => claims.get(mark) ?? []);
				const problems = checkCrash(overlay, { claims: some, time, random }, look);
				if (problems.length > 0) {
					const mark = marks[0] ?? -1;
					violations.push({ epoch: index, crash: crash.kind, mark, problems, ...describeMark(workloads, mark) });
				}
			};
			for (const crash of crashesOf(epoch, options.samples, random)) {
				if (enough()) break;
				check(crash);
			}
			options.signal?.throwIfAborted();
			options.onProgress?.(states.size, violations.length);
			// Lets an interrupt and a time limit through.
			await new Promise((resolve) => setImmediate(resolve));
		}
		identity.advance(epoch.writes);
	}
	const seconds = (performance.now() - begin) / 1000;
	return {
		...{ epochs: epochs.length, states: states.size, checks: checked.size, numbers: states },
		...{ workloads: workloads.length, violations, seconds },
	};
}
