/** Access control lists as getfacl and setfacl write and read them, owners by number. */
import { ACL, type AclEntry } from '../abi/acl.js';
import { isNamed } from './acl.js';
import type { Acls } from './acl-attributes.js';
import { ImpfsError } from './errors.js';
import type { ImpfsReader } from './reader.js';

/** The tag that a word stands for alone, and with an owner's number. */
const tagsOf: Readonly<Record<string, readonly [alone: number, named?: number]>> = {
	user: [ACL.USER_OBJ, ACL.USER],
	group: [ACL.GROUP_OBJ, ACL.GROUP],
	mask: [ACL.MASK],
	other: [ACL.OTHER],
};

function entryText(entry: AclEntry): string {
	const { tag, perm, id } = entry;
	const bits = [...'rwx'].map((letter, i) => (perm & (4 >> i) ? letter : '-')).join('');
	const word = Object.keys(tagsOf).find((key) => tagsOf[key]?.includes(tag));
	return `${word ?? `tag ${tag}`}:${isNamed(entry) ? id : ''}:${bits}`;
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

/** Undefined for a word that takes no number and has one. */
function entryOf(word: string, id: string, bits: string): AclEntry | undefined {
	const tag = tagsOf[word]?.[id === '' ? 0 : 1];
	if (tag === undefined) return undefined;
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
		const entry = entryOf(word, id, bits);
		if (entry) (inherited === undefined ? access : heirs).push(entry);
	}
	return { ...(access.length > 0 ? { access } : {}), ...(heirs.length > 0 ? { default: heirs } : {}) };
}
