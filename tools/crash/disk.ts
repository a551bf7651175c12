/**
 * The disk that workloads are recorded on: many regions, each with a volume of its own in a partition and a block for
 * marks behind it, so that one machine and one log serve many recordings. Pure.
 */
import { type Device, FileDevice, MemoryDevice } from '../impfs/device.js';
import { mkfs } from '../impfs/mkfs.js';
import { deviceWindow } from '../machine/partition.js';
import { SECTOR } from './log.js';

const MIB = 2 ** 20;

/** Bytes of a volume. */
export const VOLUME = 16 * MIB;
/** A region: the sector of its partition's entry, the volume, the marks; each on a boundary of its own. */
const STRIDE = VOLUME + 2 * MIB;
/** Partitions within an extended one have the numbers from here on, and the kernel knows 15. */
const FIRST_PARTITION = 5;
export const MAX_REGIONS = 11;

export interface Region {
	/** Byte at which the volume lies on the disk. */
	start: number;
	/** Byte of the block of marks. */
	marks: number;
	/** Number of the partition. */
	partition: number;
}

export function regionAt(index: number): Region {
	const start = 2 * MIB + index * STRIDE;
	return { start, marks: start + VOLUME, partition: FIRST_PARTITION + index };
}

/** One entry of a partition table, in sectors. */
function entry(sector: Buffer, at: number, { type, first, count }: { type: number; first: number; count: number }) {
	sector.writeUInt8(type, at + 4);
	sector.writeUInt32LE(first, at + 8);
	sector.writeUInt32LE(count, at + 12);
}

function tableSector(): Buffer {
	const sector = Buffer.alloc(SECTOR);
	sector.writeUInt16LE(0xaa55, 510);
	return sector;
}

/** A region's volume before the recording: the same bytes for the same seed. */
export function emptyVolume(seed: number): Uint8Array {
	const device = new MemoryDevice(VOLUME);
	formatVolume(device, seed);
	return device.bytes;
}

function formatVolume(device: Device, seed: number): void {
	const id = new Uint8Array(16);
	new DataView(id.buffer).setUint32(0, seed >>> 0, true);
	mkfs(device, { uuid: id, hashSeed: id, time: { sec: 1_700_000_000, ns: 0 } });
}

/** Seed of a region's volume. */
export function regionSeed(seed: number, index: number): number {
	return (Math.imul(seed, 0x9e3779b1) + index) >>> 0;
}

/** Makes the disk of a recording: a sparse file with a partition table and empty volumes. */
export function makeDisk(file: string, regions: number, seed: number): void {
	const size = MIB + regions * STRIDE;
	const device = FileDevice.open(file, { size, create: true });
	try {
		const first = MIB / SECTOR;
		const table = tableSector();
		entry(table, 446, { type: 5, first, count: (regions * STRIDE) / SECTOR });
		device.write(table, 0);
		for (let index = 0; index < regions; index++) {
			const { start } = regionAt(index);
			const link = tableSector();
			entry(link, 446, { type: 0x83, first: MIB / SECTOR, count: VOLUME / SECTOR });
			if (index + 1 < regions)
				entry(link, 462, { type: 5, first: ((index + 1) * STRIDE) / SECTOR, count: STRIDE / SECTOR });
			device.write(link, start - MIB);
			formatVolume(deviceWindow(device, start, VOLUME), regionSeed(seed, index));
		}
	} finally {
		device.close();
	}
}
