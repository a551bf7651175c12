/** Contents of files: reading any range, and writing whole files in runs of neighbouring blocks. */
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { IMPFS, type Inode } from '../abi/impfs.js';
import { ImageError } from '../errors.js';
import type { ImpfsCore, Run } from './core.js';
import { ImpfsError } from './errors.js';
import { mapBlock, mapSet } from './map.js';

const BLOCK = IMPFS.BLOCK_SIZE;
/** Blocks that are copied at a time. */
const CHUNK = 256;

/** Where the contents of a file come from. */
export interface DataSource {
	/** Bytes. */
	readonly size: number;
	/** Fills `into` with the bytes from `offset`. */
	read(into: Uint8Array, offset: number): void;
}

/** A source that gives these bytes. */
export function fromBytes(bytes: Uint8Array): DataSource {
	return {
		size: bytes.length,
		read: (into, offset) => into.set(bytes.subarray(offset, offset + into.length)),
	};
}

/** A range of a file's bytes; holes read as zeros. The range must lie within the file. */
export function readRange(core: ImpfsCore, ino: number, inode: Inode, offset: number, length: number): Uint8Array {
	const out = new Uint8Array(length);
	const last = Math.ceil((offset + length) / BLOCK);
	const first = Math.floor(offset / BLOCK);
	const piece = new Uint8Array(CHUNK * BLOCK);
	for (let logical = first; logical < last; ) {
		const start = mapBlock(core, ino, inode, logical);
		let count = 1;
		const limit = Math.min(CHUNK, last - logical);
		while (count < limit && mapBlock(core, ino, inode, logical + count) === (start === 0 ? 0 : start + count)) count++;
		if (start !== 0) {
			if (start + count > core.superblock.blocks)
				throw new ImpfsError('EUCLEAN', `inode ${ino}`, 'points beyond the volume');
			const bytes = piece.subarray(0, count * BLOCK);
			core.device.read(bytes, start * BLOCK);
			for (let i = 0; i < count; i++) {
				const replayed = core.cached(start + i);
				if (replayed) bytes.set(replayed, i * BLOCK);
			}
			const skip = Math.max(0, offset - logical * BLOCK);
			const at = logical * BLOCK + skip - offset;
			out.set(bytes.subarray(skip, Math.min(bytes.length, skip + length - at)), at);
		}
		logical += count;
	}
	return out;
}

function isZero(bytes: Uint8Array): boolean {
	return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).equals(zeroBlock);
}
const zeroBlock = Buffer.alloc(BLOCK);

/**
 * Fills an empty file from a source. Blocks of zeros become holes. Sets size and block count; the caller writes the
 * inode.
 */
export function writeContents(core: ImpfsCore, ino: number, inode: Inode, source: DataSource): void {
	const total = Math.ceil(source.size / BLOCK);
	if (total > core.superblock.file_blocks_max) throw new ImpfsError('EFBIG', `inode ${ino}`);
	const buffer = new Uint8Array(Math.min(CHUNK, total) * BLOCK);
	for (let logical = 0; logical < total; logical += CHUNK) {
		const count = Math.min(CHUNK, total - logical);
		const bytes = buffer.subarray(0, count * BLOCK);
		const length = Math.min(bytes.length, source.size - logical * BLOCK);
		source.read(bytes.subarray(0, length), logical * BLOCK);
		bytes.fill(0, length);
		const zero = (i: number): boolean => isZero(bytes.subarray(i * BLOCK, (i + 1) * BLOCK));
		for (let i = 0; i < count; ) {
			if (zero(i)) {
				i++;
				continue;
			}
			let want = 1;
			while (i + want < count && !zero(i + want)) want++;
			const run = core.allocate(want);
			core.device.write(bytes.subarray(i * BLOCK, (i + run.count) * BLOCK), run.start * BLOCK);
			mapRun(core, ino, inode, logical + i, run);
			i += run.count;
		}
	}
	inode.size = source.size;
}

/** Maps a run of new blocks; those that cannot be mapped are given back. */
function mapRun(core: ImpfsCore, ino: number, inode: Inode, logical: number, run: Run): void {
	for (let n = 0; n < run.count; n++) {
		try {
			mapSet(core, ino, inode, logical + n, run.start + n);
		} catch (error) {
			for (let rest = n; rest < run.count; rest++) core.release(run.start + rest);
			throw error;
		}
	}
}

/** Calls `use` with a file of the host as a source, open only meanwhile. */
export function withHostFile<T>(path: string, use: (source: DataSource) => T): T {
	const fd = openSync(path, 'r');
	try {
		const { size } = fstatSync(fd);
		return use({
			size,
			read(into, offset) {
				for (let done = 0; done < into.length; ) {
					const got = readSync(fd, into, done, into.length - done, offset + done);
					if (got === 0) throw new ImageError(`${path} became shorter while it was read`);
					done += got;
				}
			},
		});
	} finally {
		closeSync(fd);
	}
}
