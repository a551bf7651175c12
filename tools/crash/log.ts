/**
 * Reads what QEMU's `blklogwrites` driver records: every write and flush of a disk, in order. The format is that of
 * Linux's dm-log-writes: a sector with the super, then for each entry a sector with its header and the data.
 */
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

/**
 * The entries of a log.
 *
 * @throws ImageError for a log that is cut short or is none
 */
export function parseLog(bytes: Uint8Array): LogEntry[] {
	const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
	if (bytes.length < SECTOR || view.getBigUint64(0, true) !== MAGIC)
		throw new ImageError('this is no log of blklogwrites: it has no magic number');
	if (view.getUint32(24, true) !== SECTOR)
		throw new ImageError(`the log has sectors of ${view.getUint32(24, true)} bytes, ${SECTOR} are expected`);
	const count = Number(view.getBigUint64(16, true));
	const entries: LogEntry[] = [];
	for (let at = SECTOR; entries.length < count; ) {
		if (at + SECTOR > bytes.length) throw new ImageError(`the log is cut short: ${entries.length} of ${count} entries`);
		const sector = Number(view.getBigUint64(at, true));
		const sectors = Number(view.getBigUint64(at + 8, true));
		const flags = view.getBigUint64(at + 16, true);
		at += SECTOR;
		const length = flags & DISCARD ? 0 : sectors * SECTOR;
		if (at + length > bytes.length)
			throw new ImageError(`the log is cut short: the data of entry ${entries.length} is missing`);
		entries.push({
			sector,
			data: bytes.subarray(at, at + length),
			flush: (flags & FLUSH) !== 0n,
			fua: (flags & FUA) !== 0n,
			discarded: flags & DISCARD ? sectors : 0,
		});
		at += length;
	}
	return entries;
}
