/** Access control lists as getfacl and setfacl write and read them, owners by number. */
import { ACL, type AclEntry } from '../abi/acl.js';
import type { Acls } from './acl-attributes.js';
import { ImpfsError } from './errors.js';
import type { ImpfsReader } from './reader.js';

const words = new Map<number, string>([
	[ACL.USER_OBJ, 'user'],
	[ACL.USER, 'user'],
	[ACL.GROUP_OBJ, 'group'],
	[ACL.GROUP, 'group'],
	[ACL.MASK, 'mask'],
	[ACL.OTHER, 'other'],
]);

function isNamed(tag: number): boolean {
	return tag === ACL.USER || tag === ACL.GROUP;
}

function entryText({ tag, perm, id }: AclEntry): string {
	const bits = [...'rwx'].map((letter, i) => (perm & (4 >> i) ? letter : '-')).join('');
	return `${words.get(tag) ?? `tag ${tag}`}:${isNamed(tag) ? id : ''}:${bits}`;
}

/** `user::rw-`, `user:1000:r--`, `default:mask::r-x`: a line for each entry. */
export function aclLines({ access, default: heirs }: Acls): string[] {
	return [...(access ?? []).map(entryText), ...(heirs ?? []).map((entry) => `default:${entryText(entry)}`)];
}

/** The lists of what a path names, or what is wrong with them. */
export function aclText(volume: ImpfsReader, path: string): string[] {
	try {
		return aclLines(volume.acls(path));
	} catch (error) {
		if (error instanceof ImpfsError && error.errno === 'EUCLEAN') return [error.message];
		throw error;
	}
}

function entryOf(word: string, id: string, bits: string): AclEntry {
	const tag =
		word === 'mask'
			? ACL.MASK
			: word === 'other'
				? ACL.OTHER
				: word === 'user'
					? id === ''
						? ACL.USER_OBJ
						: ACL.USER
					: id === ''
						? ACL.GROUP_OBJ
						: ACL.GROUP;
	const perm = [...bits].reduce((sum, letter, i) => sum + (letter === '-' ? 0 : 4 >> i), 0);
	return { tag, perm, id: id === '' ? ACL.NO_ID : Number(id) };
}

/** The lists that such lines stand for; other lines are passed over. */
export function parseAclLines(lines: readonly string[]): Acls {
	const access: AclEntry[] = [];
	const heirs: AclEntry[] = [];
	for (const line of lines) {
		const [, inherited, word, id, bits] = /^(default:)?(user|group|mask|other):(\d*):([r-][w-][x-])/.exec(line) ?? [];
		if (word === undefined || id === undefined || bits === undefined) continue;
		(inherited === undefined ? access : heirs).push(entryOf(word, id, bits));
	}
	return { ...(access.length > 0 ? { access } : {}), ...(heirs.length > 0 ? { default: heirs } : {}) };
}
