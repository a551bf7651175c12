/** Access control lists: taken apart, put together, what is wrong with one, and what can be kept of it. */
import { ACL, type AclEntry, aclEntryLayout, aclHeaderLayout } from '../abi/acl.js';

const tags: readonly number[] = [ACL.USER_OBJ, ACL.USER, ACL.GROUP_OBJ, ACL.GROUP, ACL.MASK, ACL.OTHER];

/** Whether it is about somebody by number. */
export function isNamed({ tag }: AclEntry): boolean {
	return tag === ACL.USER || tag === ACL.GROUP;
}

/** The entries that an attribute's value has, whatever they say, up to where it ends. */
export function decodeAcl(value: Uint8Array): AclEntry[] {
	const count = Math.max(0, Math.floor((value.length - aclHeaderLayout.size) / aclEntryLayout.size));
	return Array.from({ length: count }, (_, i) =>
		aclEntryLayout.decode(value, aclHeaderLayout.size + i * aclEntryLayout.size),
	);
}

export function encodeAcl(entries: readonly AclEntry[]): Uint8Array {
	const value = new Uint8Array(aclHeaderLayout.size + entries.length * aclEntryLayout.size);
	aclHeaderLayout.encode({ version: ACL.XATTR_VERSION }, value);
	for (const [i, entry] of entries.entries())
		aclEntryLayout.encode(entry, value, aclHeaderLayout.size + i * aclEntryLayout.size);
	return value;
}

function frameProblem(value: Uint8Array): string | undefined {
	if (value.length < aclHeaderLayout.size) return 'ends within its header';
	const { version } = aclHeaderLayout.decode(value);
	return version === ACL.XATTR_VERSION ? undefined : `has the unknown version ${version}`;
}

/** Whether the value ends where an entry does. */
function isWhole(value: Uint8Array): boolean {
	return (value.length - aclHeaderLayout.size) % aclEntryLayout.size === 0;
}

/** Why the kernel would make no use of a list, as what follows "access list"; the guest's fsck has the same words. */
export function aclProblem(value: Uint8Array): string | undefined {
	const frame = frameProblem(value);
	if (frame !== undefined) return frame;
	if (!isWhole(value)) return 'ends within an entry';
	const entries = decodeAcl(value);
	if (entries.length === 0) return 'has no entries';
	for (const [i, entry] of entries.entries()) {
		const { tag, perm, id } = entry;
		const earlier = entries.slice(0, i);
		if (!tags.includes(tag)) return `has the unknown tag ${tag} in entry ${i}`;
		if (perm > 7) return `has the impossible permissions ${perm} in entry ${i}`;
		if (isNamed(entry) && id === ACL.NO_ID) return `names nobody in entry ${i}`;
		if (earlier.some((other) => isSame(other, entry))) return `has entry ${i} twice`;
		if (earlier.some((other) => other.tag > tag)) return `has entry ${i} out of order`;
	}
	const has = (tag: number) => entries.some((entry) => entry.tag === tag);
	if (!has(ACL.USER_OBJ)) return 'has no entry of the owner';
	if (!has(ACL.GROUP_OBJ)) return 'has no entry of the group';
	if (!has(ACL.OTHER)) return 'has no entry of others';
	return entries.some(isNamed) && !has(ACL.MASK) ? 'has no mask' : undefined;
}

function isSame(one: AclEntry, other: AclEntry): boolean {
	return one.tag === other.tag && (!isNamed(one) || one.id === other.id);
}

/** How far each entry of a sound list is shifted in the mode; undefined for those that the mode does not show. */
function shiftOf(entry: AclEntry, entries: readonly AclEntry[]): number | undefined {
	if (entry.tag === ACL.USER_OBJ) return 6;
	if (entry.tag === ACL.OTHER) return 0;
	const group = entries.some(({ tag }) => tag === ACL.MASK) ? ACL.MASK : ACL.GROUP_OBJ;
	return entry.tag === group ? 3 : undefined;
}

/** The permissions that the mode of a sound list's inode has: owner, mask, others. */
export function aclMode(entries: readonly AclEntry[]): number {
	return entries.reduce((mode, entry) => {
		const shift = shiftOf(entry, entries);
		return shift === undefined ? mode : mode | (entry.perm << shift);
	}, 0);
}

/** A sound list after chmod(). */
export function aclWithMode(entries: readonly AclEntry[], mode: number): AclEntry[] {
	return entries.map((entry) => {
		const shift = shiftOf(entry, entries);
		return shift === undefined ? entry : { ...entry, perm: (mode >> shift) & 7 };
	});
}

/** Whether a sound list says what a mode cannot. */
export function isMoreThanMode(entries: readonly AclEntry[]): boolean {
	return entries.length > 3;
}

/** The list that says what a mode does. */
export function listOfMode(mode: number): AclEntry[] {
	const entry = (tag: number, shift: number): AclEntry => ({ tag, perm: (mode >> shift) & 7, id: ACL.NO_ID });
	return [entry(ACL.USER_OBJ, 6), entry(ACL.GROUP_OBJ, 3), entry(ACL.OTHER, 0)];
}

/** For default lists that cannot be read: what is new is its owner's alone. */
export const ownersAlone: readonly AclEntry[] = listOfMode(0o700);

/**
 * What can be kept of a list. It lets nobody do what the entries that can be read do not: the order is put right and what
 * the mode shows as well is taken from there, but when entries may have been about somebody unknown, the mask and the
 * entry of others become empty, so that it is for the owner to open the file again. A sound list stays as it is.
 *
 * @param mode of the inode for an access list; a default list has none, and what it lacks is empty but for owners, who
 *   can help themselves
 * @returns undefined if there is nothing to go by
 */
export function mendAcl(value: Uint8Array, mode?: number): AclEntry[] | undefined {
	if (frameProblem(value) !== undefined) return undefined;
	let doubtful = !isWhole(value);
	let masked = false;
	const kept: AclEntry[] = [];
	const take = (entry: AclEntry): void => {
		const there = kept.find((other) => isSame(other, entry));
		if (!there) kept.push(entry);
		else if (there.perm !== entry.perm || there.id !== entry.id) {
			there.perm &= entry.perm;
			doubtful = true;
		}
	};
	for (const entry of decodeAcl(value)) {
		const readable = tags.includes(entry.tag) && !(isNamed(entry) && entry.id === ACL.NO_ID);
		if (!readable) doubtful = true;
		else if (entry.perm <= 7) take(entry);
		else if (isNamed(entry)) take({ ...entry, perm: 0 });
		else if (entry.tag === ACL.MASK) masked = true;
	}
	if (kept.length === 0) return undefined;
	const has = (tag: number) => kept.some((entry) => entry.tag === tag);
	const complete = (tag: number, perm: number): void => {
		if (!has(tag)) kept.push({ tag, perm, id: ACL.NO_ID });
	};
	// One that is missing is just that; with two a piece may be missing that named somebody as well.
	const needed = [ACL.USER_OBJ, ACL.GROUP_OBJ, ACL.OTHER, ...(kept.some(isNamed) || !has(ACL.OTHER) ? [ACL.MASK] : [])];
	if (needed.filter((tag) => !has(tag)).length > 1) doubtful = true;
	complete(ACL.USER_OBJ, mode === undefined ? 7 : (mode >> 6) & 7);
	complete(ACL.GROUP_OBJ, 0);
	if (doubtful || masked || kept.some(isNamed)) complete(ACL.MASK, ((mode ?? 0) >> 3) & 7);
	complete(ACL.OTHER, (mode ?? 0) & 7);
	kept.sort((one, other) => one.tag - other.tag);
	return kept.map((entry) =>
		doubtful && (entry.tag === ACL.MASK || entry.tag === ACL.OTHER) ? { ...entry, perm: 0 } : entry,
	);
}
