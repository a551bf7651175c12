import { IMPFS } from '../abi/impfs.js';
import { ImageError } from '../errors.js';
import { readSuperblock } from '../impfs/core.js';
import type { Device } from '../impfs/device.js';

const SECTOR = 512;
const hint = 'imposos build --image NAME makes images, imposos image build FILE -o OUT your own';
/** Where a boot sector has its partition table, and an entry its fields. */
const TABLE = 446;
const TYPE = 4;
const FIRST = 8;
const COUNT = 12;

/** A device that is a part of another. */
export function deviceWindow(device: Device, offset: number, size: number): Device {
	const check = (length: number, at: number) => {
		if (at < 0 || at + length > size)
			throw new ImageError(`access to bytes ${at} to ${at + length} of a partition of ${size}`);
	};
	return {
		size,
		readonly: device.readonly,
		read: (into, at) => {
			check(into.length, at);
			device.read(into, offset + at);
		},
		write: (from, at) => {
			check(from.length, at);
			device.write(from, offset + at);
		},
		flush: () => device.flush(),
		close: () => device.close(),
	};
}

/** Where a disk's first partition lies, in bytes. @throws ImageError when there is none */
export function rootPartition(device: Device, name: string): { offset: number; size: number } {
	if (device.size < SECTOR)
		throw new ImageError(`${name} is too short for a disk image: ${device.size} bytes`, { hint });
	const sector = Buffer.alloc(SECTOR);
	device.read(sector, 0);
	if (sector.readUInt16LE(510) !== 0xaa55)
		throw new ImageError(`${name} is no disk image: it has no boot sector`, { hint });
	const offset = sector.readUInt32LE(TABLE + FIRST) * SECTOR;
	const size = sector.readUInt32LE(TABLE + COUNT) * SECTOR;
	if (sector[TABLE + TYPE] === 0 || size === 0) throw new ImageError(`${name} has no partition`, { hint });
	if (offset + size > device.size)
		throw new ImageError(`${name} is cut short: its partition ends at ${offset + size}, the file at ${device.size}`, {
			hint,
		});
	return { offset, size };
}

/** Refuses a disk that cannot be booted from. @throws ImageError saying why */
export function checkDisk(device: Device, name: string): void {
	const { offset, size } = rootPartition(device, name);
	const { problem } = readSuperblock(deviceWindow(device, offset, size), IMPFS.SUPER_OFFSET);
	if (problem !== undefined) {
		throw new ImageError(`${name} is damaged: its filesystem ${problem}`, { hint: `imposos fsck ${name}` });
	}
}
