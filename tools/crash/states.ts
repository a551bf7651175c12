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

/** What was written between two flushes, and how far the workload came meanwhile. */
export interface Epoch {
	writes: Write[];
	/**
	 * Marks in the order in which they came, each with the number of writes before it: all steps below a mark had
	 * returned then. The first is that of the epoch's beginning; -1 before any.
	 */
	marks: readonly { mark: number; after: number }[];
}

/** A crash within an epoch: which of its writes were carried out. */
export interface Crash {
	/** How it came to be, for reports: `prefix 3`, `without 2`. */
	kind: string;
	writes: readonly Write[];
	/** It came when at least so many of the epoch's writes had been begun. */
	begun: number;
}

export interface EpochOptions {
	/** Sector of the volume; the writes of epochs are counted from it. */
	start?: number;
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
export function epochsOf(log: readonly LogEntry[], { start = 0, markSector, markOf }: EpochOptions): Epoch[] {
	const epochs: Epoch[] = [];
	let mark = -1;
	let writes: Write[] = [];
	let marks = [{ mark, after: 0 }];
	const end = () => {
		// Flushes while nothing happened here are nobody's.
		if (writes.length > 0 || marks.length > 1) epochs.push({ writes, marks });
		writes = [];
		marks = [{ mark, after: 0 }];
	};
	for (const entry of log) {
		if (entry.fua || entry.discarded > 0)
			throw new ImageError('the log has FUA writes or discards, which the explorer has no model of');
		if (entry.flush) end();
		if (entry.data.length === 0) continue;
		if (entry.sector === markSector) {
			mark = Math.max(mark, markOf(entry.data) ?? mark);
			marks.push({ mark, after: writes.length });
			continue;
		}
		writes.push({ sector: entry.sector - start, data: entry.data });
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
	const kept = (kind: string, keep: (index: number) => boolean): Crash => {
		const indexes = [...writes.keys()].filter(keep);
		const some = indexes.map((index) => writes[index] as Write);
		return { kind: `${kind} of ${count}`, writes: some, begun: (indexes.at(-1) ?? -1) + 1 };
	};
	for (let i = 0; i <= count; i++) yield kept(`prefix ${i}`, (index) => index < i);
	for (let i = 1; i < count; i++) yield kept(`only ${i}`, (index) => index === i);
	for (let i = 0; i < count - 1; i++) yield kept(`without ${i}`, (index) => index !== i);
	if (count <= EXHAUSTIVE) {
		for (let bits = 1; bits < 2 ** count; bits++)
			yield kept(`subset ${bits.toString(2)}`, (index) => (bits & (1 << index)) !== 0);
	} else {
		for (let i = 0; i < samples; i++) {
			const part = random();
			yield kept(`sample ${i}`, () => random() < part);
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
		const begun = i % 2 ? writes.length : index + 1;
		yield { kind: `torn ${index} of ${writes.length}`, writes: [...others, ...pieces], begun };
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
