import t, { type Test } from 'tap';
import { ACL, ACL_ACCESS, ACL_DEFAULT, type AclEntry } from '../../tools/abi/acl.js';
import { aclMode, aclProblem, aclWithMode, decodeAcl, encodeAcl, mendAcl, ownersAlone } from '../../tools/impfs/acl.js';
import type { MemoryDevice } from '../../tools/impfs/device.js';
import { fsck } from '../../tools/impfs/fsck.js';
import { ImpfsVolume } from '../../tools/impfs/volume.js';
import { copy, time } from './sample.js';

type Short = [tag: number, perm: number, id?: number];
const list = (...entries: Short[]): AclEntry[] =>
	entries.map(([tag, perm, id = ACL.NO_ID]) => ({ tag, perm, id: id >>> 0 }));
const value = (...entries: Short[]): Uint8Array => encodeAcl(list(...entries));
const shown = (entries: readonly AclEntry[] | undefined): string =>
	entries?.map(({ tag, perm, id }) => `${tag}:${id === ACL.NO_ID ? '' : id}:${perm}`).join(' ') ?? 'none';

const MASKED: Short[] = [
	[1, 6],
	[2, 7, 1000],
	[4, 4],
	[8, 2, 50],
	[16, 6],
	[32, 4],
];

/** Puts an attribute and a mode into an inode as they are, whatever they say of each other. */
function plant(device: MemoryDevice, path: string, name: string, bytes: Uint8Array, mode?: number): number {
	const volume = ImpfsVolume.open(device, { clock: () => time });
	volume.setxattr(path, name, bytes);
	const { ino } = volume.stat(path);
	const inode = volume.core.inode(ino);
	if (mode !== undefined) inode.mode = (inode.mode & ~0o777) | mode;
	volume.core.writeInode(ino, inode);
	volume.close();
	return ino;
}

/** What fsck says of a planted list, and what it leaves of it and of the mode. */
function repaired(t: Test, path: string, name: string, bytes: Uint8Array, mode?: number): [string, string, string] {
	const device = copy();
	const ino = plant(device, path, name, bytes, mode);
	const before = device.bytes.slice();
	const found = fsck(device, { time }).problems.map(({ pass, message }) => `${pass}: ${message}`);
	t.ok(Buffer.from(before).equals(device.bytes), 'looking changes nothing');
	t.ok(fsck(device, { time, repair: true }).clean, 'clean after the repair');
	const volume = ImpfsVolume.open(device, { readonly: true });
	const after = volume.xattrs(path).get(name);
	const says = found.join('\n').replace(`inodes: inode ${ino}: `, '');
	const bits = (volume.stat(path).mode & 0o777).toString(8).padStart(3, '0');
	return [says, bits, after === undefined ? 'none' : shown(decodeAcl(after))];
}

t.test('a list and its mode say the same', async (t) => {
	t.equal(aclProblem(value(...MASKED)), undefined);
	t.equal(aclMode(list(...MASKED)), 0o664);
	t.equal(shown(aclWithMode(list(...MASKED), 0o710)), '1::7 2:1000:7 4::4 8:50:2 16::1 32::0');
	t.equal(shown(aclWithMode(list([1, 6], [4, 4], [32, 4]), 0o710)), '1::7 4::1 32::0');
	t.equal(shown(mendAcl(value(...MASKED), 0o664)), shown(list(...MASKED)), 'what is sound is left alone');
	t.same(repaired(t, '/d1/f1', ACL_ACCESS, value(...MASKED), 0o664), ['', '664', shown(list(...MASKED))]);
	t.same(
		repaired(t, '/d1/f1', ACL_ACCESS, value(...MASKED), 0o751),
		['access list says 0664, the mode 0751', '640', '1::6 2:1000:7 4::4 8:50:2 16::4 32::0'],
		'otherwise what both say is left',
	);
	t.same(repaired(t, '/d1/f1', ACL_ACCESS, value([1, 6], [4, 4], [32, 4]), 0o604), [
		'access list says 0644, the mode 0604',
		'604',
		'none',
	]);
});

t.test('what can be told of a list is kept', async (t) => {
	const access = (bytes: Uint8Array) => repaired(t, '/d1/f1', ACL_ACCESS, bytes, 0o664);
	const [owner, user, group, named, mask, other] = MASKED as [Short, Short, Short, Short, Short, Short];
	const whole = shown(list(...MASKED));
	t.same(access(value(owner, group, user, named, mask, other)), ['access list has entry 2 out of order', '664', whole]);
	t.same(access(value(owner, user, user, group, named, mask, other)), ['access list has entry 2 twice', '664', whole]);
	t.same(access(value(owner, user, group, named, other)), ['access list has no mask', '664', whole]);
	t.same(access(value(user, group, named, mask, other)), ['access list has no entry of the owner', '664', whole]);
	t.same(access(value(owner, user, group, named, mask)), ['access list has no entry of others', '664', whole]);
	t.same(access(value(owner, user, named, mask, other)), [
		'access list has no entry of the group',
		'664',
		'1::6 2:1000:7 4::0 8:50:2 16::6 32::4',
	]);
	t.same(access(value(owner, [2, 8, 1000], group, named, mask, other)), [
		'access list has the impossible permissions 8 in entry 1',
		'664',
		'1::6 2:1000:0 4::4 8:50:2 16::6 32::4',
	]);
	t.same(access(value(owner, user, group, named, [16, 999], other)), [
		'access list has the impossible permissions 999 in entry 4',
		'664',
		whole,
	]);
});

t.test('a list in doubt is closed to all but the owner', async (t) => {
	const access = (bytes: Uint8Array) => repaired(t, '/d1/f1', ACL_ACCESS, bytes, 0o664);
	const [owner, user, group, named, mask, other] = MASKED as [Short, Short, Short, Short, Short, Short];
	t.same(access(value(owner, [3, 0, 1000], group, named, mask, other)), [
		'access list has the unknown tag 3 in entry 1',
		'600',
		'1::6 4::4 8:50:2 16::0 32::0',
	]);
	t.same(access(value(owner, [2, 0], group, [64, 1], other)), [
		'access list names nobody in entry 1',
		'600',
		'1::6 4::4 16::0 32::0',
	]);
	t.same(access(value(owner, user, [2, 3, 1000], group, named, mask, other)), [
		'access list has entry 2 twice',
		'600',
		'1::6 2:1000:3 4::4 8:50:2 16::0 32::0',
	]);
	t.same(access(value(...MASKED).subarray(0, 45)), [
		'access list ends within an entry',
		'600',
		'1::6 2:1000:7 4::4 8:50:2 16::0 32::0',
	]);
	t.same(access(value(...MASKED).fill(9, 1, 2)), ['access list has the unknown version 2306', '600', 'none']);
	t.same(access(value()), ['access list has no entries', '600', 'none']);
	t.same(access(new Uint8Array(3)), ['access list ends within its header', '600', 'none']);
	t.same(access(value([9, 9])), ['access list has the unknown tag 9 in entry 0', '600', 'none']);
});

t.test('default lists, and lists where none belong', async (t) => {
	const folder = (bytes: Uint8Array) => repaired(t, '/d1', ACL_DEFAULT, bytes);
	const [owner, user, group, named, mask, other] = MASKED as [Short, Short, Short, Short, Short, Short];
	t.same(folder(value(...MASKED)), ['', '755', shown(list(...MASKED))], 'the mode is nothing to it');
	t.same(folder(value(owner, group, user, named, mask, other)), [
		'default list has entry 2 out of order',
		'755',
		shown(list(...MASKED)),
	]);
	t.same(folder(value(owner, user, group, other)), [
		'default list has no mask',
		'755',
		'1::6 2:1000:7 4::4 16::0 32::4',
	]);
	t.same(folder(value(user, group, mask)), [
		'default list has no entry of the owner',
		'755',
		'1::7 2:1000:7 4::4 16::0 32::0',
	]);
	t.same(folder(new Uint8Array(9)), ['default list has the unknown version 0', '755', '1::7 4::0 32::0']);
	t.same(repaired(t, '/d1/f1', ACL_DEFAULT, value(...MASKED)), ['default list on what is no directory', '644', 'none']);
	t.same(repaired(t, '/long', ACL_ACCESS, value(...MASKED)), ['access list on a symbolic link', '777', 'none']);
});

t.test('other attributes stay, and a list that needs more room than there is goes', async (t) => {
	const device = copy();
	plant(device, '/d1/f1', ACL_ACCESS, value([1, 6], [2, 7, 1000], [4, 4]), 0o664);
	plant(device, '/d1/f1', 'user.other', new Uint8Array(4000).fill(3));
	t.ok(fsck(device, { time, repair: true }).clean);
	const volume = ImpfsVolume.open(device, { readonly: true });
	t.same([...volume.xattrs('/d1/f1').keys()], ['user.other']);
	t.equal(volume.stat('/d1/f1').mode & 0o777, 0o600);
	const both = copy();
	plant(both, '/d1/f1', 'user.other', new Uint8Array(9).fill(3));
	plant(both, '/d1/f1', ACL_ACCESS, value([1, 6], [2, 7, 1000], [4, 4]), 0o664);
	t.ok(fsck(both, { time, repair: true }).clean);
	t.same([...ImpfsVolume.open(both, { readonly: true }).xattrs('/d1/f1').keys()].sort(), [ACL_ACCESS, 'user.other']);
});

/** Who asks, of a file of nobody asked about here and of group 10. */
interface Asker {
	uid: number;
	groups: number[];
}

/** What acl(5)'s algorithm lets somebody who is not the owner do, as bits. */
function granted(entries: readonly AclEntry[], { uid, groups }: Asker): number {
	const mask = entries.find(({ tag }) => tag === ACL.MASK)?.perm ?? 7;
	const user = entries.find(({ tag, id }) => tag === ACL.USER && id === uid);
	if (user) return user.perm & mask;
	const through = entries.filter(
		({ tag, id }) => (tag === ACL.GROUP_OBJ && groups.includes(10)) || (tag === ACL.GROUP && groups.includes(id)),
	);
	if (through.length > 0) return through.reduce((bits, { perm }) => bits | (perm & mask), 0);
	return entries.find(({ tag }) => tag === ACL.OTHER)?.perm ?? 0;
}

t.test('no repair lets anybody do more than the list did', async (t) => {
	let state = 5;
	const below = (limit: number): number => {
		state = (Math.imul(state, 1103515245) + 12345) >>> 0;
		return Math.floor((state / 2 ** 32) * limit);
	};
	const askers = [1, 2, 3, 4].flatMap((uid) =>
		[[], [10], [20], [21], [10, 20], [20, 21]].map((groups) => ({ uid, groups })),
	);
	const wrong: string[] = [];
	let mended = 0;
	for (let round = 0; round < 4000; round++) {
		const perm = () => below(8);
		const names: Short[] = [
			[2, perm(), 1],
			[2, perm(), 2],
			[8, perm(), 20],
			[8, perm(), 21],
		];
		const picked = names.filter(() => below(3) > 0);
		const users = picked.filter(([tag]) => tag === 2);
		const groups = picked.filter(([tag]) => tag === 8);
		const mask: Short[] = picked.length > 0 || below(2) > 0 ? [[16, perm()]] : [];
		const sound = list([1, perm()], ...users, [4, perm()], ...groups, ...mask, [32, perm()]);
		const mode = aclMode(sound);
		const broken = sound.map((entry) => ({ ...entry }));
		const at = below(broken.length);
		const entry = broken[at] as AclEntry;
		const kind = below(7);
		if (kind === 0) entry.tag = [0, 3, 64, 65535][below(4)] ?? 0;
		else if (kind === 1) entry.perm = 8 + below(65528);
		else if (kind === 2) entry.id = ACL.NO_ID;
		else if (kind === 3) broken.splice(below(broken.length), 0, { ...entry, perm: perm() });
		else if (kind === 4) broken.reverse();
		else if (kind === 5 && (entry.tag & (ACL.USER | ACL.GROUP)) === 0) broken.splice(at, 1);
		const bytes = kind === 6 ? encodeAcl(broken).subarray(0, 4 + 8 * at + below(8)) : encodeAcl(broken);
		if (aclProblem(bytes) === undefined) continue;
		mended++;
		const result = mendAcl(bytes, mode);
		const left = result ?? list([1, 7], [4, 0], [32, 0]);
		if (result !== undefined && aclProblem(encodeAcl(result)) !== undefined) wrong.push(`unsound: ${shown(result)}`);
		const kept = aclWithMode(left, aclMode(left) & mode);
		const heirs = mendAcl(bytes) ?? ownersAlone;
		for (const asker of askers) {
			const more = (granted(kept, asker) | granted(heirs, asker)) & ~granted(sound, asker);
			if (more !== 0)
				wrong.push(`${shown(sound)} | ${shown(decodeAcl(bytes))} | ${shown(kept)} to ${asker.uid} ${asker.groups}`);
		}
	}
	t.ok(mended > 2500, `${mended} were broken`);
	t.same(wrong.slice(0, 5), []);
});
