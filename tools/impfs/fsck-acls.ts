/** fsck's look into access control lists: whether the kernel can use them, and whether the mode shows what they say. */
import { ACL_ACCESS, ACL_DEFAULT } from '../abi/acl.js';
import type { Inode } from '../abi/impfs.js';
import { IMPFS } from '../abi/impfs.js';
import { aclMode, aclProblem, aclWithMode, decodeAcl, encodeAcl, isMoreThanMode, mendAcl, ownersAlone } from './acl.js';
import { ImpfsError } from './errors.js';
import type { FsckState } from './fsck-state.js';
import { S_IFDIR, S_IFLNK, S_IFMT } from './volume.js';
import { decodeXattrs, encodeXattrs, type Xattrs } from './xattr.js';

const PERMISSIONS = 0o777;
const octal = (mode: number): string => `0${mode.toString(8)}`;

/**
 * Looks at the lists in an inode's xattr block, which is sound. A repair writes the block and changes the mode.
 *
 * @returns whether the inode is to be written
 */
export function checkAcls(state: FsckState, ino: number, inode: Inode): boolean {
	const attributes = decodeXattrs(state.core.block(inode.xattr_block), ino);
	const access = checkAccess(state, ino, inode, attributes);
	const byDefault = checkDefault(state, ino, inode, attributes);
	if (!access && !byDefault) return false;
	if (state.repair) store(state, ino, inode, attributes);
	return true;
}

function set(attributes: Xattrs, name: string, value: Uint8Array | undefined): void {
	if (value === undefined) attributes.delete(name);
	else attributes.set(name, value);
}

/** Whether there was a finding. Mode and list have what both say afterwards. */
function checkAccess(state: FsckState, ino: number, inode: Inode, attributes: Xattrs): boolean {
	const value = attributes.get(ACL_ACCESS);
	if (value === undefined) return false;
	const mode = inode.mode & PERMISSIONS;
	if ((inode.mode & S_IFMT) === S_IFLNK) {
		state.found('inodes', `inode ${ino}: access list on a symbolic link`);
		attributes.delete(ACL_ACCESS);
		return true;
	}
	const problem = aclProblem(value);
	if (problem !== undefined) state.found('inodes', `inode ${ino}: access list ${problem}`);
	else if (aclMode(decodeAcl(value)) !== mode) {
		const says = octal(aclMode(decodeAcl(value)));
		state.found('inodes', `inode ${ino}: access list says ${says}, the mode ${octal(mode)}`);
	} else return false;
	const list = mendAcl(value, mode);
	const both = list === undefined ? mode & 0o700 : mode & aclMode(list);
	inode.mode = (inode.mode & ~PERMISSIONS) | both;
	const kept = list && isMoreThanMode(list) ? encodeAcl(aclWithMode(list, both)) : undefined;
	set(attributes, ACL_ACCESS, kept);
	return true;
}

function checkDefault(state: FsckState, ino: number, inode: Inode, attributes: Xattrs): boolean {
	const value = attributes.get(ACL_DEFAULT);
	if (value === undefined) return false;
	if ((inode.mode & S_IFMT) !== S_IFDIR) {
		state.found('inodes', `inode ${ino}: default list on what is no directory`);
		attributes.delete(ACL_DEFAULT);
		return true;
	}
	const problem = aclProblem(value);
	if (problem === undefined) return false;
	state.found('inodes', `inode ${ino}: default list ${problem}`);
	set(attributes, ACL_DEFAULT, encodeAcl(mendAcl(value) ?? ownersAlone));
	return true;
}

/** Writes the attributes into the block that the inode has, which stays its own even if none are left. */
function store(state: FsckState, ino: number, inode: Inode, attributes: Xattrs): void {
	const { core } = state;
	const block = new Uint8Array(IMPFS.BLOCK_SIZE);
	try {
		encodeXattrs(attributes, ino, block);
	} catch (error) {
		if (!(error instanceof ImpfsError)) throw error;
		// Whole lists may be longer than what was there: then they go, and the group and others with them.
		for (const name of [ACL_ACCESS, ACL_DEFAULT]) attributes.delete(name);
		inode.mode &= ~0o077;
		encodeXattrs(attributes, ino, block);
	}
	core.block(inode.xattr_block).set(block);
	core.dirty(inode.xattr_block, core.ownerSeed(ino, inode.generation, inode.xattr_block));
}
