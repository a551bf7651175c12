import { PackageError } from '../errors.js';

export interface ArMember {
	name: string;
	data: Uint8Array;
}

const magic = '!<arch>\n';
const headerSize = 60;

/**
 * Reads the members of an `ar` archive in the common format that deb(5) prescribes: a 60 byte header of
 * blank-padded fields (name at 0, decimal size at 48, the bytes 0x60 0x0a at 58), data padded to even length.
 *
 * @throws PackageError when the archive is damaged
 */
export function readAr(archive: Uint8Array): ArMember[] {
	const text = (from: number, to: number) => Buffer.from(archive.subarray(from, to)).toString('latin1');
	if (text(0, magic.length) !== magic) throw new PackageError('not a Debian package: no ar archive');
	const members: ArMember[] = [];
	for (let at = magic.length; at < archive.length; ) {
		const header = text(at, at + headerSize);
		const size = Number(header.slice(48, 58).trim());
		const start = at + headerSize;
		if (header.slice(58) !== '`\n' || !Number.isSafeInteger(size) || size < 0 || start + size > archive.length) {
			throw new PackageError('damaged package: broken ar member');
		}
		members.push({ name: header.slice(0, 16).trim().replace(/\/$/, ''), data: archive.subarray(start, start + size) });
		at = start + size + (size % 2);
	}
	return members;
}
