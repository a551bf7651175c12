/** The extended attributes of one inode, in its xattr block. */
import { IMPFS, xattrEntryLayout, xattrHeaderLayout } from '../abi/impfs.js';
import { ImpfsError } from './errors.js';

const prefixes: ReadonlyArray<readonly [string, number]> = [
	['user.', IMPFS.XATTR_USER],
	['trusted.', IMPFS.XATTR_TRUSTED],
	['security.', IMPFS.XATTR_SECURITY],
	['system.', IMPFS.XATTR_SYSTEM],
];

/** An attribute: its whole name with the prefix, and the value. */
export type Xattrs = Map<string, Uint8Array>;

/** Takes the attributes out of a block. @throws ImpfsError EUCLEAN */
export function decodeXattrs(block: Uint8Array, ino: number): Xattrs {
	const header = xattrHeaderLayout.decode(block);
	const damaged = (detail: string): ImpfsError => new ImpfsError('EUCLEAN', `inode ${ino}`, `xattr block ${detail}`);
	if (header.magic !== IMPFS.XATTR_MAGIC) throw damaged('has no magic number');
	if (header.ino !== ino) throw damaged(`belongs to inode ${header.ino}`);
	if (header.used < IMPFS.XATTR_HEADER || header.used > IMPFS.CSUM_OFFSET) throw damaged('has an impossible length');
	const attributes: Xattrs = new Map();
	let at: number = IMPFS.XATTR_HEADER;
	for (let i = 0; i < header.count; i++) {
		if (at + xattrEntryLayout.size > header.used) throw damaged('ends within an entry');
		const entry = xattrEntryLayout.decode(block, at);
		const nameAt = at + xattrEntryLayout.size;
		const valueAt = nameAt + entry.name_len;
		const prefix = prefixes.find(([, space]) => space === entry.space)?.[0];
		if (valueAt + entry.value_len > header.used) throw damaged('ends within an entry');
		if (prefix === undefined || entry.name_len === 0) throw damaged('has an impossible name');
		const name = prefix + Buffer.from(block.subarray(nameAt, valueAt)).toString('utf8');
		// Of two of one name the kernel sees the first.
		if (!attributes.has(name)) attributes.set(name, block.slice(valueAt, valueAt + entry.value_len));
		at = (valueAt + entry.value_len + 3) & ~3;
	}
	if (at !== header.used) throw damaged('has a wrong length');
	return attributes;
}

/** Fills a block of zeros. @throws ImpfsError EINVAL for a name without a known prefix, ENOSPC if they do not fit */
export function encodeXattrs(attributes: Xattrs, ino: number, block: Uint8Array): void {
	let at: number = IMPFS.XATTR_HEADER;
	for (const [name, value] of attributes) {
		const known = prefixes.find(([prefix]) => name.startsWith(prefix));
		const bare = Buffer.from(name.slice(known?.[0].length ?? 0));
		if (!known || bare.length === 0) throw new ImpfsError('EINVAL', name, 'is no name for an extended attribute');
		if (bare.length > 255) throw new ImpfsError('ERANGE', name, 'name too long');
		const next = (at + xattrEntryLayout.size + bare.length + value.length + 3) & ~3;
		if (next > IMPFS.CSUM_OFFSET) throw new ImpfsError('ENOSPC', name, 'the attributes do not fit one block');
		xattrEntryLayout.encode({ name_len: bare.length, space: known[1], value_len: value.length }, block, at);
		block.set(bare, at + xattrEntryLayout.size);
		block.set(value, at + xattrEntryLayout.size + bare.length);
		at = next;
	}
	xattrHeaderLayout.encode(
		{ magic: IMPFS.XATTR_MAGIC, ino, count: attributes.size, used: at, reserved: [0, 0, 0] },
		block,
	);
}
