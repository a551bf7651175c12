/** Volumes and ways to damage them, on which the host's fsck and the guest's must say the same. */
import { ACL, ACL_ACCESS, ACL_DEFAULT } from '../../tools/abi/acl.js';
import type { Inode } from '../../tools/abi/impfs.js';
import { IMPFS } from '../../tools/abi/impfs.js';
import { encodeAcl } from '../../tools/impfs/acl.js';
import { MemoryDevice } from '../../tools/impfs/device.js';
import { resetJournal } from '../../tools/impfs/journal.js';
import { type MkfsOptions, mkfs } from '../../tools/impfs/mkfs.js';
import { ImpfsVolume } from '../../tools/impfs/volume.js';

const MIB = 2 ** 20;
const BLOCK = IMPFS.BLOCK_SIZE;
const time = { sec: 1_700_000_000, ns: 0 };

export const SAMPLE_SIZE = 16 * MIB;

/** What both mkfs are told, so that they make the same bytes. */
export const sameOptions: MkfsOptions = {
	uuid: Buffer.from('00112233445566778899aabbccddeeff', 'hex'),
	hashSeed: Buffer.from('0123456789abcdef0123456789abcdef', 'hex'),
	time,
	label: 'same',
};

/** A volume with folders, a large one among them, links, attributes and a file with indirect blocks. */
export function sampleVolume(): MemoryDevice {
	const device = new MemoryDevice(SAMPLE_SIZE);
	mkfs(device, sameOptions);
	const volume = ImpfsVolume.open(device, { clock: () => time });
	for (let d = 0; d < 6; d++) {
		volume.mkdir(`/d${d}/e`, { parents: true });
		for (let i = 0; i < 30; i++) volume.writeFile(`/d${d}/f${i}`, `contents of ${d} ${i}`);
	}
	for (let i = 0; i < 400; i++) volume.symlink('somewhere', `/d0/link-${i}`);
	volume.writeFile('/large', new Uint8Array(5 * MIB).fill(5));
	volume.link('/large', '/d1/large');
	volume.symlink('z'.repeat(200), '/long');
	volume.setxattr('/d2', 'user.a', new Uint8Array(10));
	volume.close();
	return device;
}

const list = (...entries: [tag: number, perm: number, id?: number][]): Uint8Array =>
	encodeAcl(entries.map(([tag, perm, id = ACL.NO_ID]) => ({ tag, perm, id })));

/** Lists of every kind that makes no sense, and some that do. */
const oddLists: readonly Uint8Array[] = [
	list([1, 6], [2, 4, 1000], [4, 0], [16, 4], [32, 0]),
	list([1, 6], [2, 4, 1000], [4, 0], [8, 7, 50], [16, 5], [32, 4]),
	list([1, 6], [4, 4], [32, 4]),
	list([1, 6], [4, 4], [16, 4], [32, 4]),
	new Uint8Array(3),
	list([1, 6], [4, 4], [32, 4]).fill(7, 0, 1),
	list([1, 6], [2, 4, 1000], [4, 0], [16, 4], [32, 0]).subarray(0, 31),
	list(),
	list([1, 6], [3, 4, 1000], [4, 0], [16, 4], [32, 0]),
	list([1, 6], [0, 4, 1000], [4, 0], [16, 4], [32, 0]),
	list([1, 6], [2, 4, 1000], [4, 0], [16, 4], [64, 0]),
	list([1, 6], [2, 8, 1000], [4, 0], [16, 4], [32, 0]),
	list([1, 6], [2, 4], [4, 0], [16, 4], [32, 0]),
	list([1, 6], [2, 4, 7], [2, 4, 8], [2, 5, 7], [4, 0], [16, 4], [32, 0]),
	list([1, 6], [4, 4], [4, 4], [32, 4]),
	list([1, 6], [4, 0], [2, 4, 1000], [16, 4], [32, 0]),
	list([2, 4, 1000], [4, 0], [16, 4], [32, 0]),
	list([1, 6], [2, 4, 1000], [16, 4], [32, 0]),
	list([1, 6], [2, 4, 1000], [4, 4], [16, 4]),
	list([1, 6], [2, 4, 1000], [4, 4], [32, 0]),
];

/** Gives files, folders and a link lists, as a defective kernel would: past all that keeps mode and list in step. */
const lists =
	(name: string): Damage =>
	(device) => {
		const volume = ImpfsVolume.open(device, { clock: () => time });
		volume.setxattr('/long', name, list([1, 7], [4, 7], [32, 7]));
		for (const [i, value] of oddLists.entries()) {
			volume.mkdir(`/d1/g${i}`);
			for (const path of [`/d1/f${i}`, `/d1/g${i}`]) volume.setxattr(path, name, value);
		}
		volume.close();
	};

/** Changes an inode and seals it again, as a defective kernel would. */
function changeInode(device: MemoryDevice, where: string, change: (inode: Inode) => void): void {
	const volume = ImpfsVolume.open(device, { clock: () => time });
	const { ino } = volume.stat(where);
	const inode = volume.core.inode(ino);
	change(inode);
	volume.core.writeInode(ino, inode);
	volume.close();
}

function blockOf(device: MemoryDevice, where: string, logical: number): number {
	const volume = ImpfsVolume.open(device, { readonly: true });
	return volume.core.inode(volume.stat(where).ino).map[logical] ?? 0;
}

function fill(device: MemoryDevice, block: number, from: number, to: number, value: number): void {
	device.bytes.fill(value, block * BLOCK + from, block * BLOCK + to);
}

type Damage = (device: MemoryDevice) => void;

const inode =
	(where: string, change: (inode: Inode) => void): Damage =>
	(device) =>
		changeInode(device, where, change);

const set =
	(where: string, values: Partial<Inode>): Damage =>
	(device) =>
		changeInode(device, where, (found) => Object.assign(found, values));

const within =
	(where: string, logical: number, from: number, to: number): Damage =>
	(device) =>
		fill(device, blockOf(device, where, logical), from, to, 0xaa);

/** Damage of every kind, by name. */
export function damages(): Record<string, Damage> {
	const { superblock, group } = (() => {
		const { core } = ImpfsVolume.open(sampleVolume(), { readonly: true });
		return { superblock: core.superblock, group: core.group(0) };
	})();
	return {
		none: () => {},
		superblock: (d) => d.bytes.fill(0, 1024, 1100),
		descriptor: (d) => d.bytes.fill(9, BLOCK + 8, BLOCK + 12),
		'block bitmap': (d) => fill(d, group.block_bitmap, 0, BLOCK, 0xff),
		'inode bitmap': (d) => fill(d, group.inode_bitmap, 0, 4, 0),
		journal: (d) => fill(d, superblock.journal_start, 0, 9, 7),
		'journal sequence': (d) => resetJournal(d, superblock, IMPFS.JOURNAL_SEQUENCE_MAX + 1, 1),
		backup: (d) => fill(d, superblock.backup_start + 1, 1024, 1100, 0),
		'inode table': (d) => fill(d, group.inode_table + 2, 0, 2000, 0xee),
		links: set('/d1/f1', { links: 7 }),
		blocks: set('/d1/f1', { blocks: 9 }),
		time: set('/d1/f1', { mtime_ns: 2e9 }),
		flags: set('/d1/f1', { flags: 1 }),
		mode: set('/d1/f1', { mode: 0o150644 }),
		size: set('/d1/f1', { size: 2 ** 50 }),
		'directory size': set('/d3', { size: 12345 }),
		pointer: inode('/d1/f1', (found) => {
			found.map[0] = 0x7fffffff;
		}),
		'unwritten pointer': inode('/d1/f1', (found) => {
			found.map[0] = IMPFS.PTR_UNWRITTEN;
		}),
		'indirect pointer': inode('/large', (found) => {
			found.map[12] = 700;
		}),
		'indirect block': within('/large', 12, 100, 140),
		'link length': set('/long', { size: 9999 }),
		attributes: set('/d2', { xattr_block: 5 }),
		parent: set('/d3/e', { parent: 2 }),
		'no links': set('/d3/f3', { links: 0 }),
		shared: (d) => {
			const block = blockOf(d, '/d1/f2', 0);
			changeInode(d, '/d1/f5', (found) => {
				found.map[0] = block;
			});
		},
		leaf: within('/d4', 0, 0, 64),
		record: within('/d0', 2, 100, 200),
		index: within('/d0', 0, 0, 300),
		'access lists': lists(ACL_ACCESS),
		'default lists': lists(ACL_DEFAULT),
		orphans: (d) => {
			const volume = ImpfsVolume.open(d, { clock: () => time });
			volume.core.superblock.orphan_head = 9999;
			volume.core.superDirty();
			volume.core.sync();
		},
	};
}

/** Damage at random places, the same for the same seed. */
export function randomDamage(device: MemoryDevice, seed: number): void {
	let state = seed * 2654435761 + 1;
	const random = (limit: number): number => {
		state = (Math.imul(state, 1103515245) + 12345) >>> 0;
		return Math.floor((state / 2 ** 32) * limit);
	};
	for (let hit = random(5); hit >= 0; hit--) {
		const at = random(3) === 0 ? random(300 * BLOCK) : random(2000 * BLOCK);
		for (let i = random(100); i >= 0; i--) device.bytes[at + i] = random(256);
	}
}
