/** A disk in memory whose states are cheap: what a crash wrote lies in blocks above a base that is left alone. */
import { ImageError } from '../errors.js';
import type { Device } from '../impfs/device.js';
import { SECTOR } from './log.js';
import type { Write } from './states.js';

const BLOCK = 4096;

/** Writes above a base; reading sees both. */
export class OverlayDevice implements Device {
	readonly readonly = false;
	readonly known?: Map<number, number>;
	readonly #base: Uint8Array;
	readonly #blocks = new Map<number, Uint8Array>();

	/**
	 * The base must not change while this is in use.
	 *
	 * @param known checksums of the base's bytes, shared by all that lie over it
	 */
	constructor(base: Uint8Array, known?: Map<number, number>) {
		this.#base = base;
		if (known !== undefined) this.known = known;
	}

	view(offset: number, length: number): Uint8Array | undefined {
		const start = offset - (offset % BLOCK);
		if (offset + length > start + BLOCK || this.#blocks.has(start)) return undefined;
		return this.#base.subarray(offset, offset + length);
	}

	get size(): number {
		return this.#base.length;
	}

	read(into: Uint8Array, offset: number): void {
		this.#check(into.length, offset);
		for (let done = 0; done < into.length; ) {
			const at = offset + done;
			const within = at % BLOCK;
			const count = Math.min(BLOCK - within, into.length - done);
			const block = this.#blocks.get(at - within);
			into.set(block ? block.subarray(within, within + count) : this.#base.subarray(at, at + count), done);
			done += count;
		}
	}

	write(from: Uint8Array, offset: number): void {
		this.#check(from.length, offset);
		for (let done = 0; done < from.length; ) {
			const at = offset + done;
			const within = at % BLOCK;
			const count = Math.min(BLOCK - within, from.length - done);
			this.#block(at - within).set(from.subarray(done, done + count), within);
			done += count;
		}
	}

	apply(writes: readonly Write[]): void {
		for (const { sector, data } of writes) this.write(data, sector * SECTOR);
	}

	flush(): void {}

	close(): void {}

	#block(start: number): Uint8Array {
		let block = this.#blocks.get(start);
		if (block === undefined) {
			block = new Uint8Array(BLOCK);
			block.set(this.#base.subarray(start, Math.min(start + BLOCK, this.#base.length)));
			this.#blocks.set(start, block);
		}
		return block;
	}

	#check(length: number, offset: number): void {
		if (offset < 0 || offset + length > this.size)
			throw new ImageError(`access to bytes ${offset} to ${offset + length} of a disk of ${this.size}`);
	}
}
