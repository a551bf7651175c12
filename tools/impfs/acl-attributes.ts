/** Access control lists among an inode's attributes: what becomes of them as modes change and as files are made. */
import { ACL_ACCESS, ACL_DEFAULT, type AclEntry } from '../abi/acl.js';
import { aclMode, aclProblem, aclWithMode, decodeAcl, encodeAcl, isMoreThanMode } from './acl.js';
import { ImpfsError } from './errors.js';
import type { Xattrs } from './xattr.js';

const PERMISSIONS = 0o777;

/** An inode's lists; what is left out there is not. */
export interface Acls {
	access?: readonly AclEntry[];
	default?: readonly AclEntry[];
}

/** @throws ImpfsError EUCLEAN for a list that the kernel would make no use of */
function listOf(attributes: Xattrs, name: string, what: string): AclEntry[] | undefined {
	const value = attributes.get(name);
	if (value === undefined) return undefined;
	const problem = aclProblem(value);
	const kind = name === ACL_ACCESS ? 'access' : 'default';
	if (problem !== undefined) throw new ImpfsError('EUCLEAN', what, `its ${kind} list ${problem}`);
	return decodeAcl(value);
}

/** @throws ImpfsError EUCLEAN as {@link chmodAcl} */
export function aclsOf(attributes: Xattrs, what: string): Acls {
	const [access, heirs] = [ACL_ACCESS, ACL_DEFAULT].map((name) => listOf(attributes, name, what));
	return { ...(access ? { access } : {}), ...(heirs ? { default: heirs } : {}) };
}

/**
 * Brings the access list in step with a mode.
 *
 * @returns false if there is none
 * @throws ImpfsError EUCLEAN for a list that cannot be used: the kernel refuses too
 */
export function chmodAcl(attributes: Xattrs, mode: number, what: string): boolean {
	const list = listOf(attributes, ACL_ACCESS, what);
	if (list === undefined) return false;
	attributes.set(ACL_ACCESS, encodeAcl(aclWithMode(list, mode)));
	return true;
}

/**
 * Replaces the lists.
 *
 * @param mode the inode's, type included
 * @returns the mode that goes with them
 * @throws ImpfsError EINVAL for a list that makes no sense
 */
export function replaceAcls(attributes: Xattrs, mode: number, acls: Acls, what: string): number {
	for (const [name, list] of [
		[ACL_ACCESS, acls.access],
		[ACL_DEFAULT, acls.default],
	] as const) {
		const value = encodeAcl(list ?? []);
		const problem = list === undefined ? undefined : aclProblem(value);
		if (problem !== undefined) throw new ImpfsError('EINVAL', what, `the list ${problem}`);
		if (list === undefined || (name === ACL_ACCESS && !isMoreThanMode(list))) attributes.delete(name);
		else attributes.set(name, value);
	}
	return acls.access === undefined ? mode : (mode & ~PERMISSIONS) | aclMode(acls.access);
}

/**
 * What something new is given by its folder's default list.
 *
 * @param mode what was asked for, with the type
 */
export function inheritAcls(
	folder: Xattrs,
	mode: number,
	directory: boolean,
	what: string,
): { mode: number; attributes: Xattrs } {
	const attributes: Xattrs = new Map();
	const list = listOf(folder, ACL_DEFAULT, what);
	if (list === undefined) return { mode, attributes };
	const left = mode & (aclMode(list) | ~PERMISSIONS);
	if (isMoreThanMode(list)) attributes.set(ACL_ACCESS, encodeAcl(aclWithMode(list, left)));
	if (directory) attributes.set(ACL_DEFAULT, encodeAcl(list));
	return { mode: left, attributes };
}
