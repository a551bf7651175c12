/** What a volume lies on: a window of a file or a piece of memory, read and written synchronously at byte offsets. */
import { closeSync, fstatSync, fsyncSync, ftruncateSync, openSync, readSync, writeSync } from 'node:fs';
import { ImageError } from '../errors.js';

export interface Device {
	/** Bytes. */
	readonly size: number;
	readonly readonly: boolean;
	/** Fills `into` from `offset`; what lies beyond the end of the backing file reads as zeros. */
	read(into: Uint8Array, offset: number): void;
	/** @throws ImageError beyond the end, or if the device was opened read-only. */
	write(from: Uint8Array, offset: number): void;
	/** Returns when everything written is durable. */
	flush(): void;
	close(): void;
	/** Bytes that do not change as long as the device is in use, without a copy; undefined where they may. */
	view?(offset: number, length: number): Uint8Array | undefined;
	/** Checksums that were computed over such bytes, for whoever reads them again. */
	readonly known?: Map<number, number>;
}

function checkRange(device: Device, length: number, offset: number): void {
	if (offset < 0 || offset + length > device.size) {
		throw new ImageError(`access to bytes ${offset} to ${offset + length} of a device of ${device.size}`);
	}
}

export interface FileDeviceOptions {
	/** Where the window begins in the file; default 0. */
	offset?: number;
	/** Length of the window; default: the rest of the file. */
	size?: number;
	readonly?: boolean;
	/** Make the file, or lengthen it to hold the window. Needs `size`. */
	create?: boolean;
}

/** A window of a file. Errors of the host's file calls are passed on as they are. */
export class FileDevice implements Device {
	readonly size: number;
	readonly readonly: boolean;
	readonly #fd: number;
	readonly #offset: number;

	private constructor(fd: number, offset: number, size: number, readonly: boolean) {
		this.#fd = fd;
		this.#offset = offset;
		this.size = size;
		this.readonly = readonly;
	}

	static open(path: string, options: FileDeviceOptions = {}): FileDevice {
		const { offset = 0, readonly = false, create = false } = options;
		const fd = openSync(path, readonly ? 'r' : create ? 'a+' : 'r+');
		closeSync(fd);
		const handle = openSync(path, readonly ? 'r' : 'r+');
		try {
			const length = fstatSync(handle).size;
			const size = options.size ?? Math.max(0, length - offset);
			if (offset + size > length) {
				if (!create) throw new ImageError(`${path} has ${length} bytes, ${offset + size} are needed`);
				ftruncateSync(handle, offset + size);
			}
			return new FileDevice(handle, offset, size, readonly);
		} catch (error) {
			closeSync(handle);
			throw error;
		}
	}

	read(into: Uint8Array, offset: number): void {
		checkRange(this, into.length, offset);
		let done = 0;
		while (done < into.length) {
			const got = readSync(this.#fd, into, done, into.length - done, this.#offset + offset + done);
			if (got === 0) {
				into.fill(0, done);
				return;
			}
			done += got;
		}
	}

	write(from: Uint8Array, offset: number): void {
		if (this.readonly) throw new ImageError('the image is open for reading only');
		checkRange(this, from.length, offset);
		let done = 0;
		while (done < from.length)
			done += writeSync(this.#fd, from, done, from.length - done, this.#offset + offset + done);
	}

	flush(): void {
		if (!this.readonly) fsyncSync(this.#fd);
	}

	close(): void {
		closeSync(this.#fd);
	}
}

/** A volume in memory; tests and crash states live here. */
export class MemoryDevice implements Device {
	readonly bytes: Uint8Array;
	readonly readonly: boolean = false;

	/** Takes the bytes as they are, or begins with `size` zeros. */
	constructor(bytesOrSize: Uint8Array | number) {
		this.bytes = typeof bytesOrSize === 'number' ? new Uint8Array(bytesOrSize) : bytesOrSize;
	}

	get size(): number {
		return this.bytes.length;
	}

	read(into: Uint8Array, offset: number): void {
		checkRange(this, into.length, offset);
		into.set(this.bytes.subarray(offset, offset + into.length));
	}

	write(from: Uint8Array, offset: number): void {
		checkRange(this, from.length, offset);
		this.bytes.set(from, offset);
	}

	flush(): void {}

	close(): void {}
}
