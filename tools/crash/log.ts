/**
 * Reads what QEMU's `blklogwrites` driver records: every write and flush of a disk, in order. The format is that of
 * Linux's dm-log-writes: a sector with the super, then for each entry a sector with its header and the data.
 */
import { closeSync, openSync, readSync } from 'node:fs';
import { ImageError } from '../errors.js';

/** Sectors of the log and of the disk have this size; QEMU is told so. */
export const SECTOR = 512;

const MAGIC = 0x6a736677736872n;
const FLUSH = 1n;
const FUA = 2n;
const DISCARD = 4n;

/** One request that the disk has carried out. */
export interface LogEntry {
	/** First sector; 0 for a flush. */
	sector: number;
	/** Bytes that were written; none for a flush or a discard. */
	data: Uint8Array;
	flush: boolean;
	fua: boolean;
	/** Sectors that were discarded. */
	discarded: number;
}

/** QEMU's options for a disk whose writes are recorded. Pure. */
export function loggedDisk(id: string, { file, log, bus }: { file: string; log: string; bus: string }): string[] {
	const quote = (name: string) => name.replaceAll(',', ',,');
	return [
		...['-blockdev', `driver=file,node-name=${id}-file,filename=${quote(file)},cache.no-flush=on`],
		...['-blockdev', `driver=file,node-name=${id}-log,filename=${quote(log)},cache.no-flush=on`],
		'-blockdev',
		`driver=blklogwrites,node-name=${id},file=${id}-file,log=${id}-log,log-sector-size=${SECTOR},log-super-update-interval=1`,
		...['-device', `ide-hd,drive=${id},${bus}`],
	];
}

/** Where a log is read from: a part of it, or undefined beyond its end. */
type Source = (at: number, length: number) => Uint8Array | undefined;

/** Sectors of the disk, the last not included. */
export interface SectorRange {
	from: number;
	to: number;
}

/**
 * The entries of a log.
 *
 * @throws ImageError for a log that is cut short or is none
 */
export function parseLog(bytes: Uint8Array): LogEntry[] {
	const source: Source = (at, length) => (at + length > bytes.length ? undefined : bytes.subarray(at, at + length));
	return [...entriesOf(source)];
}

/**
 * The entries of a log file that lie in a range of the disk, and all flushes.
 *
 * @throws ImageError for a log that is cut short or is none
 */
export function readLog(file: string, range: SectorRange): LogEntry[] {
	const fd = openSync(file, 'r');
	try {
		const source: Source = (at, length) => {
			const into = new Uint8Array(length);
			let done = 0;
			while (done < length) {
				const got = readSync(fd, into, done, length - done, at + done);
				if (got === 0) return undefined;
				done += got;
			}
			return into;
		};
		return [...entriesOf(source, range)];
	} finally {
		closeSync(fd);
	}
}

function* entriesOf(source: Source, range?: SectorRange): Generator<LogEntry> {
	const first = source(0, SECTOR);
	const top = first && new DataView(first.buffer, first.byteOffset, SECTOR);
	if (top === undefined || top.getBigUint64(0, true) !== MAGIC)
		throw new ImageError('this is no log of blklogwrites: it has no magic number');
	if (top.getUint32(24, true) !== SECTOR)
		throw new ImageError(`the log has sectors of ${top.getUint32(24, true)} bytes, ${SECTOR} are expected`);
	const count = Number(top.getBigUint64(16, true));
	let at = SECTOR;
	for (let number = 0; number < count; number++) {
		const header = source(at, SECTOR);
		if (header === undefined) throw new ImageError(`the log is cut short: ${number} of ${count} entries`);
		const view = new DataView(header.buffer, header.byteOffset, SECTOR);
		const sector = Number(view.getBigUint64(0, true));
		const sectors = Number(view.getBigUint64(8, true));
		const flags = view.getBigUint64(16, true);
		at += SECTOR;
		const length = flags & DISCARD ? 0 : sectors * SECTOR;
		const outside = range !== undefined && length > 0 && (sector < range.from || sector >= range.to);
		const data = outside ? new Uint8Array() : source(at, length);
		if (data === undefined) throw new ImageError(`the log is cut short: the data of entry ${number} is missing`);
		at += length;
		if (outside && !(flags & FLUSH)) continue;
		yield {
			...{ sector, data, flush: (flags & FLUSH) !== 0n, fua: (flags & FUA) !== 0n },
			discarded: flags & DISCARD ? sectors : 0,
		};
	}
}
