/** Tells crash states apart by what is on the disk, so that none is checked twice. */
import { createHash } from 'node:crypto';
import { SECTOR } from './log.js';
import type { Write } from './states.js';

/** Hash of one sector's place and contents. */
function sectorHash(sector: number, data: Uint8Array): bigint {
	const place = Buffer.alloc(8);
	place.writeBigUInt64LE(BigInt(sector));
	return createHash('sha1').update(place).update(data).digest().readBigUInt64LE(0);
}

/**
 * The durable disk with a number that stands for its contents: the sum, without carry, of its sectors' hashes, so that
 * the number of a state above it follows from what the state changes.
 */
export class DiskIdentity {
	readonly #bytes: Uint8Array;
	#sum = 0n;
	readonly #hashes = new Map<string, bigint>();

	/** @param bytes the disk; {@link advance} changes it */
	constructor(bytes: Uint8Array) {
		this.#bytes = bytes;
	}

	/** Number of the disk with these writes on it. */
	with(writes: readonly Write[]): bigint {
		let sum = this.#sum;
		for (const [sector, data] of finalSectors(writes))
			sum ^= this.#hash(sector, this.#sector(sector)) ^ this.#hash(sector, data);
		return sum;
	}

	/** Makes writes durable. */
	advance(writes: readonly Write[]): void {
		this.#sum = this.with(writes);
		for (const { sector, data } of writes) this.#bytes.set(data, sector * SECTOR);
		this.#hashes.clear();
	}

	#sector(sector: number): Uint8Array {
		return this.#bytes.subarray(sector * SECTOR, (sector + 1) * SECTOR);
	}

	/** The same piece of memory hashes once an epoch. */
	#hash(sector: number, data: Uint8Array): bigint {
		const key = `${sector} ${data.byteOffset} ${data.buffer === this.#bytes.buffer}`;
		let hash = this.#hashes.get(key);
		if (hash === undefined) {
			hash = sectorHash(sector, data);
			this.#hashes.set(key, hash);
		}
		return hash;
	}
}

/** What writes leave in each sector that they touch. */
function finalSectors(writes: readonly Write[]): Map<number, Uint8Array> {
	const last = new Map<number, Uint8Array>();
	for (const { sector, data } of writes)
		for (let at = 0; at < data.length; at += SECTOR) last.set(sector + at / SECTOR, data.subarray(at, at + SECTOR));
	return last;
}
