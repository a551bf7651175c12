import { closeSync, ftruncateSync, openSync, writeSync } from 'node:fs';
import { ImageError } from '../errors.js';
import type { BootLoader } from './grub.js';

const sectorSize = 512;
const mebibyte = 2 ** 20;
/** First byte of the kernel; GRUB's core image has the space before. */
const kernelOffset = mebibyte;
/** The kernel's space grows in steps, so that the partition rarely moves. */
const kernelStep = 16 * mebibyte;
const linuxPartition = 0x83;

/** Where things lie on a disk image, in bytes. */
export interface DiskLayout {
	kernelOffset: number;
	kernelSize: number;
	partitionOffset: number;
	partitionSize: number;
	size: number;
}

/**
 * Lays out a disk:
 *
 *     0          boot sector with the partition table
 *     512        GRUB's core image
 *     1 MiB      the kernel, in a reserved area of a multiple of 16 MiB
 *     17 MiB ..  partition 1: the root filesystem
 */
export function layoutDisk(kernelSize: number, partitionSize: number): DiskLayout {
	if (partitionSize <= 0 || partitionSize % mebibyte !== 0)
		throw new ImageError('the size of a root filesystem is a multiple of 1 MiB');
	const partitionOffset = kernelOffset + Math.max(1, Math.ceil(kernelSize / kernelStep)) * kernelStep;
	const size = partitionOffset + partitionSize;
	if (size / sectorSize > 0xffffffff)
		throw new ImageError('a disk with a partition table of this kind has at most 2 TiB');
	return { kernelOffset, kernelSize, partitionOffset, partitionSize, size };
}

/**
 * Writes all of a disk but the contents of its partition into a file of the full size.
 *
 * @param signature disk signature, 32 bits
 */
export function writeDisk(
	file: string,
	layout: DiskLayout,
	loader: BootLoader,
	kernel: Uint8Array,
	signature: number,
): void {
	if (sectorSize + loader.core.length > layout.kernelOffset)
		throw new ImageError("GRUB's core image does not fit before the kernel");
	const sector = loader.bootSector.slice();
	writePartitionTable(sector, layout, signature);
	const disk = openSync(file, 'w');
	try {
		ftruncateSync(disk, layout.size);
		writeSync(disk, sector, 0, sector.length, 0);
		writeSync(disk, loader.core, 0, loader.core.length, sectorSize);
		writeSync(disk, kernel, 0, kernel.length, layout.kernelOffset);
	} finally {
		closeSync(disk);
	}
}

/**
 * Fills in the classic partition table: disk signature at 440, four entries of 16 bytes at 446 (status, first
 * sector as cylinder/head/sector, type, last sector, first sector, sectors; little-endian), 0x55 0xaa at 510.
 */
function writePartitionTable(
	sector: Uint8Array,
	{ partitionOffset, partitionSize }: DiskLayout,
	signature: number,
): void {
	const view = new DataView(sector.buffer, sector.byteOffset, sector.byteLength);
	const first = partitionOffset / sectorSize;
	const count = partitionSize / sectorSize;
	sector.fill(0, 446, 510);
	view.setUint32(440, signature >>> 0, true);
	view.setUint8(446, 0x80);
	writeChs(view, 447, first);
	view.setUint8(450, linuxPartition);
	writeChs(view, 451, first + count - 1);
	view.setUint32(454, first, true);
	view.setUint32(458, count, true);
	view.setUint16(510, 0xaa55, true);
}

/** Cylinder, head and sector for 255 heads of 63 sectors; the highest values for what lies beyond. */
function writeChs(view: DataView, at: number, sector: number): void {
	const cylinder = Math.floor(sector / (255 * 63));
	const beyond = cylinder > 1023;
	const head = beyond ? 254 : Math.floor(sector / 63) % 255;
	const place = beyond ? 63 : (sector % 63) + 1;
	const shown = beyond ? 1023 : cylinder;
	view.setUint8(at, head);
	view.setUint8(at + 1, place | ((shown >> 2) & 0xc0));
	view.setUint8(at + 2, shown & 0xff);
}
