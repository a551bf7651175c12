import { PackageError } from '../errors.js';

export type TarType = 'file' | 'directory' | 'symlink' | 'hardlink' | 'char' | 'block' | 'fifo';

/** An entry of a tar archive; its data stays where it is. */
export interface TarEntry {
	/** As in the archive, without a leading `./` and trailing slash; empty for the root. */
	path: string;
	type: TarType;
	/** Permission bits with set-id and sticky bits. */
	mode: number;
	uid: number;
	gid: number;
	/** Seconds since 1970. */
	mtime: number;
	/** Target of a symbolic link, or path of the entry that a hard link repeats. */
	target: string;
	major: number;
	minor: number;
	/** Where the data begins in the archive, in bytes. */
	offset: number;
	/** Length of the data in bytes. */
	size: number;
}

const blockSize = 512;
const types: Record<string, TarType> = {
	'\0': 'file',
	'0': 'file',
	'7': 'file',
	'1': 'hardlink',
	'2': 'symlink',
	'3': 'char',
	'4': 'block',
	'5': 'directory',
	'6': 'fifo',
};

/**
 * Reads the entries of a tar archive: ustar, GNU long names (`L`, `K`, base-256 numbers) and POSIX extended
 * headers (`x`: path, linkpath, size, uid, gid, mtime), which is what Debian packages use.
 *
 * @throws PackageError when the archive is damaged or uses a type of entry that is not known
 */
export function readTar(archive: Uint8Array): TarEntry[] {
	const data = Buffer.from(archive.buffer, archive.byteOffset, archive.byteLength);
	const entries: TarEntry[] = [];
	let longPath: string | undefined;
	let longTarget: string | undefined;
	let extended = new Map<string, string>();
	for (let at = 0; at + blockSize <= data.length; ) {
		const header = data.subarray(at, at + blockSize);
		if (header.every((byte) => byte === 0)) return entries;
		checkHeader(header);
		const flag = header.toString('latin1', 156, 157);
		const size = Number(extended.get('size') ?? number(header, 124, 12));
		const offset = at + blockSize;
		if (!Number.isSafeInteger(size) || size < 0 || offset + size > data.length)
			throw new PackageError('damaged tar archive: data ends early');
		at = offset + Math.ceil(size / blockSize) * blockSize;
		const body = () => data.subarray(offset, offset + size);
		if (flag === 'L') longPath = cString(body(), 0, size);
		else if (flag === 'K') longTarget = cString(body(), 0, size);
		else if (flag === 'x') extended = readExtended(body());
		else if (flag !== 'g') {
			const type = types[flag];
			if (type === undefined)
				throw new PackageError(`tar archive has an entry of unknown type ${JSON.stringify(flag)}`);
			entries.push({
				path: normalise(extended.get('path') ?? longPath ?? ustarPath(header)),
				type,
				mode: number(header, 100, 8) & 0o7777,
				uid: Number(extended.get('uid') ?? number(header, 108, 8)),
				gid: Number(extended.get('gid') ?? number(header, 116, 8)),
				mtime: Math.floor(Number(extended.get('mtime') ?? number(header, 136, 12))),
				target:
					type === 'hardlink'
						? normalise(extended.get('linkpath') ?? longTarget ?? cString(header, 157, 100))
						: (extended.get('linkpath') ?? longTarget ?? cString(header, 157, 100)),
				major: type === 'char' || type === 'block' ? number(header, 329, 8) : 0,
				minor: type === 'char' || type === 'block' ? number(header, 337, 8) : 0,
				offset,
				size: type === 'file' ? size : 0,
			});
			longPath = undefined;
			longTarget = undefined;
			extended = new Map();
		}
	}
	throw new PackageError('damaged tar archive: it has no end');
}

function checkHeader(header: Buffer): void {
	let sum = 0;
	for (let at = 0; at < blockSize; at++) sum += at >= 148 && at < 156 ? 0x20 : (header[at] ?? 0);
	if (sum !== number(header, 148, 8)) throw new PackageError('damaged tar archive: header checksum differs');
}

function cString(data: Buffer, from: number, length: number): string {
	const end = data.indexOf(0, from);
	return data.toString('utf8', from, end < 0 || end > from + length ? from + length : end);
}

/** Octal text, or big-endian binary when the first bit is set (GNU). */
function number(header: Buffer, from: number, length: number): number {
	const first = header[from] ?? 0;
	if ((first & 0x80) === 0)
		return Number.parseInt(header.toString('latin1', from, from + length).replace(/[\0 ]/g, ''), 8) || 0;
	let value = first & 0x7f;
	for (const byte of header.subarray(from + 1, from + length)) value = value * 256 + byte;
	return value;
}

function ustarPath(header: Buffer): string {
	const prefix = header.toString('latin1', 257, 262) === 'ustar' && header[262] === 0 ? cString(header, 345, 155) : '';
	const name = cString(header, 0, 100);
	return prefix === '' ? name : `${prefix}/${name}`;
}

function normalise(name: string): string {
	return name
		.split('/')
		.filter((part) => part !== '' && part !== '.')
		.join('/');
}

/** POSIX pax records: `LENGTH KEY=VALUE\n`, the length counting itself. */
function readExtended(data: Buffer): Map<string, string> {
	const records = new Map<string, string>();
	for (let at = 0; at < data.length; ) {
		const blank = data.indexOf(0x20, at);
		const length = Number(data.toString('latin1', at, blank));
		if (blank < 0 || !Number.isSafeInteger(length) || length <= 0 || at + length > data.length)
			throw new PackageError('damaged tar archive: broken extended header');
		const record = data.toString('utf8', blank + 1, at + length - 1);
		const equals = record.indexOf('=');
		records.set(record.slice(0, equals), record.slice(equals + 1));
		at += length;
	}
	return records;
}
