/**
 * Which states a crash may leave on a disk with a volatile cache. What was written before a flush is there; of what
 * was written since, any part may be, and the sectors of one write may have come apart. All of it is pure.
 */
import { ImageError } from '../errors.js';
import { type LogEntry, SECTOR } from './log.js';

/** A write of an epoch. */
export interface Write {
	sector: number;
	data: Uint8Array;
}

/** What was written between two flushes, and how far the workload had come by the second of them. */
export interface Epoch {
	writes: Write[];
	/** Highest mark seen before the epoch ended: all steps below it had returned; -1 before the first. */
	mark: number;
}

/** A crash within an epoch: which of its writes were carried out. */
export interface Crash {
	/** How it came to be, for reports: `prefix 3`, `without 2`. */
	kind: string;
	writes: readonly Write[];
}

export interface EpochOptions {
	/** Sector of the marks. */
	markSector: number;
	/** The number in a mark's data. */
	markOf(data: Uint8Array): number | undefined;
}

/**
 * Cuts a log at its flushes. Marks are left out; they only say how far the workload had come.
 *
 * @throws ImageError for what the model of a volatile cache does not cover: FUA, and discards
 */
export function epochsOf(log: readonly LogEntry[], { markSector, markOf }: EpochOptions): Epoch[] {
	const epochs: Epoch[] = [];
	let mark = -1;
	let writes: Write[] = [];
	const end = () => {
		epochs.push({ writes, mark });
		writes = [];
	};
	for (const entry of log) {
		if (entry.fua || entry.discarded > 0)
			throw new ImageError('the log has FUA writes or discards, which the explorer has no model of');
		if (entry.flush) end();
		if (entry.data.length === 0) continue;
		if (entry.sector === markSector) {
			mark = Math.max(mark, markOf(entry.data) ?? mark);
			continue;
		}
		writes.push({ sector: entry.sector, data: entry.data });
	}
	end();
	return epochs;
}

/** Numbers that look random and are the same for the same seed (mulberry32). */
export function seededRandom(seed: number): () => number {
	let state = seed >>> 0;
	return () => {
		state = (state + 0x6d2b79f5) >>> 0;
		let t = Math.imul(state ^ (state >>> 15), state | 1);
		t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
		return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
	};
}

/** A write of several sectors is torn about so many times. */
const TEARS = 6;

/** Epochs of up to this many writes are tried in every combination. */
export const EXHAUSTIVE = 8;

/**
 * The crashes of an epoch: every prefix, every write alone, every write left out, then all combinations of a small
 * epoch or `samples` seeded ones of a large one, and as many with a write torn between its sectors.
 */
export function* crashesOf({ writes }: Epoch, samples: number, random: () => number): Generator<Crash> {
	const count = writes.length;
	for (let i = 0; i <= count; i++) yield { kind: `prefix ${i} of ${count}`, writes: writes.slice(0, i) };
	for (let i = 1; i < count; i++) {
		const one = writes[i];
		if (one) yield { kind: `only ${i} of ${count}`, writes: [one] };
	}
	for (let i = 0; i < count - 1; i++)
		yield { kind: `without ${i} of ${count}`, writes: writes.filter((_, index) => index !== i) };
	if (count <= EXHAUSTIVE) {
		for (let bits = 1; bits < 2 ** count; bits++) {
			const kept = writes.filter((_, index) => bits & (1 << index));
			yield { kind: `subset ${bits.toString(2)} of ${count}`, writes: kept };
		}
	} else {
		for (let i = 0; i < samples; i++) {
			const part = random();
			yield { kind: `sample ${i} of ${count}`, writes: writes.filter(() => random() < part) };
		}
	}
	yield* tornCrashes(writes, samples, random);
}

function* tornCrashes(writes: readonly Write[], samples: number, random: () => number): Generator<Crash> {
	const long = writes.flatMap((write, index) => (write.data.length > SECTOR ? [index] : []));
	for (let i = 0; i < Math.min(samples, long.length * TEARS); i++) {
		const index = long[Math.floor(random() * long.length)] ?? 0;
		const pieces = tear(writes[index], random);
		// Half of the time what came before is there, half of the time all the others are.
		const others = i % 2 ? writes.filter((_, other) => other !== index) : writes.slice(0, index);
		yield { kind: `torn ${index} of ${writes.length}`, writes: [...others, ...pieces] };
	}
}

/** Some of a write's sectors: its head, its tail, or any. */
function tear(write: Write | undefined, random: () => number): Write[] {
	if (write === undefined) return [];
	const sectors = write.data.length / SECTOR;
	const cut = 1 + Math.floor(random() * (sectors - 1));
	const how = Math.floor(random() * 3);
	const pieces: Write[] = [];
	for (let i = 0; i < sectors; i++) {
		const kept = how === 0 ? i < cut : how === 1 ? i >= cut : random() < 0.5;
		if (kept)
			pieces.push({
				...write,
				sector: write.sector + i,
				data: write.data.subarray(i * SECTOR, (i + 1) * SECTOR),
			});
	}
	return pieces;
}
