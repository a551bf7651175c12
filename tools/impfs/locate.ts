/** Finds the volume in a file: the file itself, or the first partition of a disk image. */
import { closeSync, openSync, readSync } from 'node:fs';
import { IMPFS } from '../abi/impfs.js';
import { ImageError } from '../errors.js';
import { FileDevice } from './device.js';

const SECTOR = 512;
const imageHint = 'imposos build --image base makes an image';

/** Where a volume lies in a file; without `size`, to the end of it. */
export interface Window {
	offset: number;
	size?: number;
}

/** @throws ImageError if the file cannot be read or has neither a volume nor a partition for one */
export function locateVolume(file: string): Window {
	const head = new Uint8Array(IMPFS.SUPER_OFFSET + SECTOR);
	let fd: number;
	try {
		fd = openSync(file, 'r');
	} catch (cause) {
		const why = cause instanceof Error ? cause.message : cause;
		throw new ImageError(`${file} cannot be opened: ${why}`, { cause, hint: imageHint });
	}
	try {
		const length = readSync(fd, head, 0, head.length, 0);
		if (length < head.length)
			throw new ImageError(`${file} is too short for a filesystem: ${length} bytes`, { hint: imageHint });
	} finally {
		closeSync(fd);
	}
	const view = new DataView(head.buffer);
	if (view.getUint32(IMPFS.SUPER_OFFSET, true) === IMPFS.MAGIC) return { offset: 0 };
	// The classic partition table: four entries from 446; type at 4, first sector at 8, sectors at 12 of each.
	if (view.getUint16(510, true) === 0xaa55 && view.getUint8(450) !== 0) {
		const first = view.getUint32(454, true);
		const count = view.getUint32(458, true);
		if (first > 0 && count > 0) return { offset: first * SECTOR, size: count * SECTOR };
	}
	return { offset: 0 };
}

/** Opens the volume's part of a file as a device. */
export function openImage(file: string, options: { readonly: boolean }): FileDevice {
	return FileDevice.open(file, { ...locateVolume(file), ...options });
}
