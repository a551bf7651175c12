import { closeSync, openSync, readSync } from 'node:fs';
import path from 'node:path';
import { ImageError } from '../errors.js';
import type { Device } from '../impfs/device.js';

const MAGIC = 0x514649fb;
/** Bits 9 to 55 of a table entry are an offset in the file. */
const OFFSET_MASK = 0x00ff_ffff_ffff_fe00n;
const COMPRESSED = 1n << 62n;
const ZERO = 1n;

/**
 * A qcow2 overlay as a device to read, with the raw image below it: what a machine left behind can be checked without
 * converting it. Format: QEMU's docs/interop/qcow2.txt. Compressed, encrypted and external-data files are refused.
 */
export class Qcow2Device implements Device {
	readonly size: number;
	readonly readonly = true;
	readonly #fd: number;
	readonly #below: number | undefined;
	readonly #clusterSize: number;
	readonly #l1: BigUint64Array;
	readonly #l2 = new Map<bigint, BigUint64Array>();

	private constructor(fd: number, file: string) {
		this.#fd = fd;
		const header = Buffer.alloc(104);
		readSync(fd, header, 0, header.length, 0);
		const version = header.readUInt32BE(4);
		if (header.readUInt32BE(0) !== MAGIC || version < 2 || version > 3) throw new ImageError(`${file} is not qcow2`);
		if (header.readUInt32BE(32) !== 0 || (version === 3 && (header.readBigUInt64BE(72) & ~1n) !== 0n))
			throw new ImageError(`${file} uses features of qcow2 that are not supported here`);
		this.#clusterSize = 2 ** header.readUInt32BE(20);
		this.size = Number(header.readBigUInt64BE(24));
		this.#l1 = this.#table(Number(header.readBigUInt64BE(40)), header.readUInt32BE(36));
		const nameSize = header.readUInt32BE(16);
		if (nameSize > 0) {
			const name = Buffer.alloc(nameSize);
			readSync(fd, name, 0, nameSize, Number(header.readBigUInt64BE(8)));
			this.#below = openSync(path.resolve(path.dirname(file), name.toString()), 'r');
		}
	}

	/** @throws ImageError */
	static open(file: string): Qcow2Device {
		const fd = openSync(file, 'r');
		try {
			return new Qcow2Device(fd, file);
		} catch (error) {
			closeSync(fd);
			throw error;
		}
	}

	read(into: Uint8Array, offset: number): void {
		if (offset < 0 || offset + into.length > this.size)
			throw new ImageError(`access to bytes ${offset} to ${offset + into.length} of a disk of ${this.size}`);
		for (let done = 0; done < into.length; ) {
			const at = offset + done;
			const length = Math.min(into.length - done, this.#clusterSize - (at % this.#clusterSize));
			this.#readWithin(into.subarray(done, done + length), at);
			done += length;
		}
	}

	write(): void {
		throw new ImageError('a qcow2 overlay is open for reading only');
	}

	flush(): void {}

	close(): void {
		closeSync(this.#fd);
		if (this.#below !== undefined) closeSync(this.#below);
	}

	/** Reads from one cluster. */
	#readWithin(into: Uint8Array, at: number): void {
		const entry = this.#entry(Math.floor(at / this.#clusterSize));
		if ((entry & COMPRESSED) !== 0n) throw new ImageError('compressed clusters are not supported here');
		const host = entry & OFFSET_MASK;
		if ((entry & ZERO) !== 0n) into.fill(0);
		else if (host !== 0n) fill(this.#fd, into, Number(host) + (at % this.#clusterSize));
		else if (this.#below !== undefined) fill(this.#below, into, at);
		else into.fill(0);
	}

	#entry(cluster: number): bigint {
		const perTable = this.#clusterSize / 8;
		const offset = (this.#l1[Math.floor(cluster / perTable)] ?? 0n) & OFFSET_MASK;
		if (offset === 0n) return 0n;
		let table = this.#l2.get(offset);
		if (table === undefined) {
			table = this.#table(Number(offset), perTable);
			this.#l2.set(offset, table);
		}
		return table[cluster % perTable] ?? 0n;
	}

	#table(offset: number, entries: number): BigUint64Array {
		const bytes = Buffer.alloc(entries * 8);
		fill(this.#fd, bytes, offset);
		return BigUint64Array.from({ length: entries }, (_, index) => bytes.readBigUInt64BE(index * 8));
	}
}

/** Reads the whole of `into`; beyond the end of the file there are zeros. */
function fill(fd: number, into: Uint8Array, offset: number): void {
	let done = 0;
	while (done < into.length) {
		const got = readSync(fd, into, done, into.length - done, offset + done);
		if (got === 0) {
			into.fill(0, done);
			return;
		}
		done += got;
	}
}
