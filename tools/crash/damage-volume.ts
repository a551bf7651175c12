/** The volume whose copies are damaged: a bit of everything, a log that waits for its replay, and what is in it. */
import { createHash } from 'node:crypto';
import { ACL, ACL_ACCESS, ACL_DEFAULT } from '../abi/acl.js';
import { IMPFS, journalHeaderLayout, journalTagLayout } from '../abi/impfs.js';
import { encodeAcl } from '../impfs/acl.js';
import { type ImpfsCore, readSuperblock, sealSuperblock } from '../impfs/core.js';
import { crc32c, crc32cWords } from '../impfs/crc32c.js';
import { type Device, MemoryDevice } from '../impfs/device.js';
import { mapBlock, pointedBlock } from '../impfs/map.js';
import { mkfs } from '../impfs/mkfs.js';
import { ImpfsVolume, S_IFCHR, S_IFDIR, S_IFIFO, S_IFLNK, S_IFMT, S_IFREG } from '../impfs/volume.js';
import { VOLUME } from './disk.js';

const BLOCK = IMPFS.BLOCK_SIZE;
export const damageTime = { sec: 1_700_000_000, ns: 0 };

/** A file that a repair has to keep if none of its own bytes were damaged. */
export interface KeptFile {
	path: string;
	ino: number;
	/** Bytes of the volume that are its own: inode, data, indirect blocks, attributes. */
	ranges: { from: number; to: number }[];
	digest: string;
}

/** Metadata that can be damaged field by field, by what is in it. */
export interface Places {
	inodes: number[];
	directoryBlocks: { block: number; ino: number; generation: number }[];
	indirectBlocks: { block: number; ino: number; generation: number }[];
	xattrBlocks: { block: number; ino: number; generation: number }[];
	dataBlocks: number[];
}

export interface DamageVolume {
	bytes: Uint8Array;
	seed: number;
	files: KeptFile[];
	places: Places;
	/** First log blocks of the transactions, and their sequences. */
	log: { block: number; sequence: number }[];
}

function fill(volume: ImpfsVolume): void {
	const text = (name: string, length: number) => Buffer.alloc(length, `${name} `);
	for (let d = 0; d < 4; d++) {
		volume.mkdir(`/d${d}/deep/er`, { parents: true });
		for (let i = 0; i < 8; i++) volume.writeFile(`/d${d}/f${i}`, text(`file ${d} ${i}`, 1 + i * 2500));
		volume.writeFile(`/d${d}/deep/er/last`, text(`last ${d}`, 100));
	}
	volume.mkdir('/many');
	for (let i = 0; i < 220; i++) volume.symlink(`target ${i}`, `/many/a link with a longer name, number ${i}`);
	const large = new Uint8Array(4_400_000);
	for (const at of [0, 11, 12, 700, 1034, 1035, 1070]) large.fill(1 + (at % 250), at * BLOCK, at * BLOCK + 3000);
	volume.writeFile('/large', large);
	volume.writeFile('/d0/medium', text('medium', 20 * BLOCK));
	volume.link('/d0/medium', '/d1/medium too');
	volume.symlink('z/'.repeat(150), '/long link');
	volume.mknod('/null', S_IFCHR, { major: 1, minor: 3 });
	volume.mknod('/fifo', S_IFIFO);
	for (const path of ['/d2', '/d2/f3', '/large']) {
		volume.setxattr(path, 'user.old', text('value', 40));
		volume.setxattr(path, 'user.second', text('more', 300));
		volume.setxattr(path, ACL_ACCESS, list(volume.stat(path).mode));
	}
	volume.setxattr('/d2', ACL_DEFAULT, list(0o750));
}

/** A list that goes with a mode, with a user and groups of its own. */
function list(mode: number): Uint8Array {
	const entry = (tag: number, perm: number, id: number = ACL.NO_ID) => ({ tag, perm, id });
	return encodeAcl([
		...[entry(ACL.USER_OBJ, (mode >> 6) & 7), entry(ACL.USER, 0, 1000), entry(ACL.GROUP_OBJ, 4)],
		...[entry(ACL.GROUP, 7, 50), entry(ACL.GROUP, 1, 51), entry(ACL.MASK, (mode >> 3) & 7), entry(ACL.OTHER, mode & 7)],
	]);
}

/** Contents of a file as a text that tells files apart. */
export function digestOf(volume: ImpfsVolume, path: string): string {
	const { mode, size, rdev } = volume.stat(path);
	if ((mode & S_IFMT) === S_IFLNK) return `link ${volume.readlink(path)}`;
	if ((mode & S_IFMT) !== S_IFREG) return `node ${mode} ${rdev.major} ${rdev.minor}`;
	return `file ${size} ${createHash('md5').update(volume.readFile(path)).digest('hex')}`;
}

/** Calls `visit` with every path that is no folder. Folders that cannot be read are left out if `broken` is given. */
export function eachFile(volume: ImpfsVolume, visit: (path: string, ino: number) => void): void {
	const walk = (folder: string) => {
		for (const { name, type, ino } of volume.readdir(folder || '/')) {
			if (type === S_IFDIR) walk(`${folder}/${name}`);
			else visit(`${folder}/${name}`, ino);
		}
	};
	walk('');
}

/** Makes the volume. The same bytes each time. */
export function damageVolume(): DamageVolume {
	const device = new MemoryDevice(VOLUME);
	const id = new Uint8Array(16).fill(7);
	mkfs(device, { uuid: id, hashSeed: id, time: damageTime });
	const volume = ImpfsVolume.open(device, { clock: () => damageTime });
	fill(volume);
	volume.close();
	const { core } = volume;
	const places: Places = { inodes: [], directoryBlocks: [], indirectBlocks: [], xattrBlocks: [], dataBlocks: [] };
	const files = new Map<number, KeptFile>();
	const perGroup = core.group(0);
	for (let ino = 1; ino <= perGroup.inodes_ready; ino++) {
		const inode = core.inode(ino);
		if (inode.mode === 0) continue;
		places.inodes.push(ino);
		const slot = perGroup.inode_table * BLOCK + (ino - 1) * IMPFS.INODE_SIZE;
		const file: KeptFile = { path: '', ino, ranges: [{ from: slot, to: slot + IMPFS.INODE_SIZE }], digest: '' };
		const hold = (block: number) => file.ranges.push({ from: block * BLOCK, to: (block + 1) * BLOCK });
		const owned = (block: number) => ({ block, ino, generation: inode.generation });
		if (inode.xattr_block !== 0) {
			hold(inode.xattr_block);
			places.xattrBlocks.push(owned(inode.xattr_block));
		}
		const kind = inode.mode & S_IFMT;
		const mapped = kind === S_IFREG || kind === S_IFDIR || (kind === S_IFLNK && inode.size > IMPFS.INLINE_MAX);
		for (let logical = 0; mapped && logical * BLOCK < inode.size; logical++) {
			const block = pointedBlock(mapBlock(core, ino, inode, logical));
			if (block === 0) continue;
			hold(block);
			if (kind === S_IFDIR) places.directoryBlocks.push(owned(block));
			else places.dataBlocks.push(block);
		}
		for (const block of mapped ? indirectBlocks(core, inode.map) : []) {
			hold(block);
			places.indirectBlocks.push(owned(block));
		}
		if (kind !== S_IFDIR) files.set(ino, file);
	}
	eachFile(volume, (path, ino) => {
		const file = files.get(ino);
		if (file === undefined) return;
		file.path = path;
		file.digest = digestOf(volume, path);
	});
	const log = writeLog(device, [
		[places.directoryBlocks[0]?.block ?? 0, perGroup.inode_table],
		[perGroup.block_bitmap, perGroup.inode_bitmap, places.directoryBlocks[3]?.block ?? 0],
	]);
	return { bytes: device.bytes, seed: core.seed, files: [...files.values()], places, log };
}

function indirectBlocks(core: ImpfsCore, map: readonly number[]): number[] {
	const list: number[] = [];
	const visit = (block: number, level: number) => {
		if (block === 0 || level === 0) return;
		list.push(block);
		const bytes = core.block(block);
		const view = new DataView(bytes.buffer, bytes.byteOffset);
		for (let i = 0; level > 1 && i < IMPFS.PTRS; i++) visit(view.getUint32(i * 4, true), level - 1);
	};
	for (let level = 1; level <= 3; level++) visit(map[IMPFS.DIRECT + level - 1] ?? 0, level);
	return list;
}

/**
 * Puts transactions into an empty log, and says that the log matters.
 *
 * @param contentsOf what a block is to have; as it is when left out
 */
export function writeLog(
	device: Device,
	transactions: readonly number[][],
	contentsOf?: (home: number) => Uint8Array,
): { block: number; sequence: number }[] {
	const { superblock } = readSuperblock(device, IMPFS.SUPER_OFFSET);
	if (superblock === undefined) throw new RangeError('the volume has no superblock');
	const seed = crc32c(0xffffffff, superblock.uuid);
	const places: { block: number; sequence: number }[] = [];
	let at = 1;
	const put = (bytes: Uint8Array) => device.write(bytes, (superblock.journal_start + at++) * BLOCK);
	for (const [index, homes] of transactions.entries()) {
		const sequence = index + 1;
		const begin = crc32cWords(seed, sequence, 0);
		const header = (type: number, count: number) => {
			const bytes = new Uint8Array(BLOCK);
			const magic = IMPFS.JOURNAL_MAGIC;
			journalHeaderLayout.encode({ magic, type, sequence, count, time_ns: 0, time: damageTime.sec }, bytes);
			return bytes;
		};
		const contents = homes.map((home) => {
			if (contentsOf !== undefined) return contentsOf(home);
			const bytes = new Uint8Array(BLOCK);
			device.read(bytes, home * BLOCK);
			return bytes;
		});
		const head = header(IMPFS.JOURNAL_DESC, homes.length);
		for (const [i, block] of homes.entries()) {
			const checksum = crc32c(begin, contents[i] ?? new Uint8Array());
			journalTagLayout.encode(
				{ block, flags: 0, checksum, reserved: 0 },
				head,
				IMPFS.JOURNAL_HEADER + i * journalTagLayout.size,
			);
		}
		places.push({ block: at, sequence });
		put(sealTail(head, begin));
		for (const bytes of contents) put(bytes);
		put(sealTail(header(IMPFS.JOURNAL_COMMIT, homes.length + 1), begin));
	}
	superblock.incompat |= IMPFS.INCOMPAT_RECOVER;
	superblock.state &= ~IMPFS.STATE_CLEAN;
	device.write(sealSuperblock(superblock), IMPFS.SUPER_OFFSET);
	return places;
}

/** Puts the checksum at a block's end. */
export function sealTail(block: Uint8Array, begin: number): Uint8Array {
	const sum = crc32c(begin, block, 0, IMPFS.CSUM_OFFSET);
	new DataView(block.buffer, block.byteOffset).setUint32(IMPFS.CSUM_OFFSET, sum, true);
	return block;
}
