/** fsck's passes over directories: each tree's shape and entries, then what the names add up to. */
import { IMPFS, inodeLayout } from '../abi/impfs.js';
import { ImpfsDir } from './dir.js';
import { DirBlock, type DirEntry } from './dir-block.js';
import { inlineTarget } from './fsck-shared.js';
import type { FsckState, KnownInode } from './fsck-state.js';
import { bucketKey } from './hash.js';
import { mapEach, mapTruncate } from './map.js';
import { S_IFDIR, S_IFMT } from './volume.js';

function isDirectory(known: KnownInode | undefined): boolean {
	return known !== undefined && (known.inode.mode & S_IFMT) === S_IFDIR;
}

/** What a walk over a directory's tree found: entries in order, and whether the tree is as it must be. */
function readTree(state: FsckState, ino: number, known: KnownInode): { entries: DirEntry[]; sound: boolean } {
	const { core } = state;
	const { inode } = known;
	const complain = (message: string): void => state.found('directories', `directory inode ${ino}: ${message}`);
	const blocks: Array<{ block: DirBlock; usable: boolean }> = [];
	let sound = true;
	for (const { logical, block } of mapEach(core, ino, inode)) {
		if (logical !== blocks.length) {
			complain(`block ${blocks.length} is missing`);
			return { entries: salvage(state, ino, blocks), sound: false };
		}
		const dirBlock = new DirBlock(core.block(block));
		const problem = core.tailOk(block, core.ownerSeed(ino, inode.generation, block))
			? dirBlock.problem(ino)
			: 'has a wrong checksum';
		if (problem) {
			complain(`block ${logical} ${problem}`);
			sound = false;
		}
		blocks.push({ block: dirBlock, usable: dirBlock.problem(ino) === undefined });
	}
	if (blocks.length * IMPFS.BLOCK_SIZE !== inode.size) {
		complain(`has ${blocks.length} blocks and the size ${inode.size}`);
		sound = false;
	}
	if (!sound) return { entries: salvage(state, ino, blocks), sound };

	const entries: DirEntry[] = [];
	const seen = new Set<number>();
	const walk = (logical: number, level: number | undefined, low: number, high: number): void => {
		const block = blocks[logical]?.block;
		if (!block || seen.has(logical) || (level !== undefined && block.level !== level)) {
			complain(`the index leads to the wrong block ${logical}`);
			sound = false;
			return;
		}
		seen.add(logical);
		for (let i = 0; i < block.count; i++) {
			const key = block.level > 0 ? (i === 0 ? low : block.indexKey(i)) : block.slotKey(i);
			if (key < low || key >= high) {
				complain(`block ${logical} has a key that belongs elsewhere`);
				sound = false;
				return;
			}
			if (block.level === 0) entries.push({ ...block.entry(i), name: block.entry(i).name.slice() });
			else walk(block.indexBlock(i), block.level - 1, key, i + 1 < block.count ? block.indexKey(i + 1) : high);
		}
	};
	walk(0, undefined, 0, Number.POSITIVE_INFINITY);
	if (sound && seen.size !== blocks.length) {
		complain(`${blocks.length - seen.size} blocks are not in the index`);
		sound = false;
	}
	return sound ? { entries, sound } : { entries: salvage(state, ino, blocks), sound };
}

/** Entries of all leaves that can be made out, for a directory whose tree cannot be trusted. */
function salvage(state: FsckState, ino: number, blocks: Array<{ block: DirBlock; usable: boolean }>): DirEntry[] {
	const entries: DirEntry[] = [];
	for (const { block, usable } of blocks) {
		if (!usable || block.level !== 0 || block.ino !== ino) continue;
		entries.push(...block.entries().filter((entry) => entryProblem(state, ino, entry) === undefined));
	}
	return entries;
}

function entryProblem(state: FsckState, ino: number, entry: DirEntry): string | undefined {
	const name = Buffer.from(entry.name);
	if (name.includes(0) || name.includes('/') || name.equals(Buffer.from('.')) || name.equals(Buffer.from('..'))) {
		return 'has an impossible name';
	}
	if (entry.key >>> IMPFS.KEY_SHIFT !== bucketKey(state.core.superblock.hash_seed, entry.name) >>> IMPFS.KEY_SHIFT) {
		return 'has a key that is not its hash';
	}
	const target = state.inodes.get(entry.ino);
	if (!target) return `names the unused inode ${entry.ino}`;
	if (entry.ino === ino || entry.ino === IMPFS.ROOT_INO) return `names the directory inode ${entry.ino}`;
	if (target.inode.mode >> 12 !== entry.type) return `has a type that is not that of inode ${entry.ino}`;
	return undefined;
}

/** Checks every directory's tree and entries, and rebuilds the ones that need it. */
export function checkDirectories(state: FsckState): void {
	for (const [ino, known] of state.inodes) {
		if (!isDirectory(known)) continue;
		const { entries, sound } = readTree(state, ino, known);
		let rebuild = !sound;
		const names = new Set<string>();
		const good = entries.filter((entry) => {
			const text = Buffer.from(entry.name).toString('latin1');
			let problem = entryProblem(state, ino, entry);
			if (problem === undefined && names.has(text)) problem = 'is there twice';
			const target = state.inodes.get(entry.ino);
			if (problem?.startsWith('has a type') && target) {
				entry.type = target.inode.mode >> 12;
				names.add(text);
				state.found('directories', `directory inode ${ino}: entry "${text}" ${problem}`);
				rebuild = true;
				return true;
			}
			if (problem) {
				state.found('directories', `directory inode ${ino}: entry "${text}" ${problem}`);
				rebuild = true;
				return false;
			}
			names.add(text);
			return true;
		});
		known.entries = good;
		if (rebuild && state.repair) rebuildDirectory(state, ino, known);
	}
}

function rebuildDirectory(state: FsckState, ino: number, known: KnownInode): void {
	const { core } = state;
	const { inode } = known;
	mapTruncate(core, ino, inode, 0);
	inode.size = 0;
	const dir = new ImpfsDir(core, ino, inode);
	dir.format();
	for (const { name, ino: target } of known.entries ?? []) {
		dir.insert(name, target, (state.inodes.get(target)?.inode.mode ?? 0) >> 12);
	}
	core.writeInode(ino, inode);
}

/** Walks the tree from the root, ties what hangs loose to lost+found, and corrects link counts and parents. */
export function checkLinks(state: FsckState): void {
	const { core, inodes } = state;
	const root = inodes.get(IMPFS.ROOT_INO);
	if (!root) return;
	root.parent = IMPFS.ROOT_INO;
	walkFrom(state, IMPFS.ROOT_INO);

	const named = new Set<number>();
	for (const known of inodes.values()) for (const entry of known.entries ?? []) named.add(entry.ino);
	const loose = [...inodes].filter(([, known]) => isDirectory(known) && known.parent === 0 && !known.orphan);
	// First those that nothing names, with all below them; what is left then are rings, cut at their first member.
	for (const onlyUnnamed of [true, false]) {
		for (const [ino, known] of loose) {
			if (known.parent !== 0 || (onlyUnnamed && named.has(ino))) continue;
			state.found('links', `directory inode ${ino} is not connected to the root`);
			attach(state, ino, known);
			walkFrom(state, ino);
		}
	}
	for (const [ino, known] of inodes) {
		if (isDirectory(known) || known.names > 0 || known.orphan) continue;
		if (known.inode.links === 0) {
			state.found('links', `inode ${ino} has neither name nor links and is not free`);
			if (state.repair) freeInode(state, ino, known);
			continue;
		}
		state.found('links', `inode ${ino} has no name`);
		attach(state, ino, known);
	}
	for (const [ino, known] of inodes) {
		if (known.orphan) continue;
		const { inode } = known;
		const directory = isDirectory(known);
		const links = directory ? 2 + known.subdirectories : known.names;
		let changed = false;
		if (links !== 0 && inode.links !== links) {
			state.found('links', `inode ${ino} counts ${inode.links} links and has ${links}`);
			inode.links = links;
			changed = true;
		}
		if (directory && inode.parent !== known.parent) {
			state.found('links', `directory inode ${ino} has the parent ${inode.parent} and lies in ${known.parent}`);
			inode.parent = known.parent;
			changed = true;
		}
		if (changed && inodes.has(ino)) state.writeInode(ino, inode);
	}
	if (state.repair) core.sync();
}

/** Counts the names below a directory whose place is known. A second name of a directory is taken away. */
function walkFrom(state: FsckState, start: number): void {
	const queue = [start];
	for (let ino = queue.shift(); ino !== undefined; ino = queue.shift()) {
		const known = state.inodes.get(ino);
		for (const { name, ino: target } of [...(known?.entries ?? [])]) {
			const child = state.inodes.get(target);
			if (!known || !child) continue;
			if (isDirectory(child)) {
				if (child.parent !== 0) {
					state.found('links', `directory inode ${target} has a second name in ${ino}`);
					known.entries = known.entries?.filter((entry) => entry.name !== name) ?? [];
					if (state.repair) {
						new ImpfsDir(state.core, ino, known.inode).remove(name);
					}
					continue;
				}
				child.parent = ino;
				known.subdirectories++;
				queue.push(target);
			}
			child.names++;
		}
	}
}

/** Gives an inode without a name one in lost+found, which is made if there is none. */
function attach(state: FsckState, ino: number, known: KnownInode): void {
	const found = lostAndFound(state);
	known.parent = found?.ino ?? IMPFS.ROOT_INO;
	known.names++;
	const above = found?.known ?? state.inodes.get(IMPFS.ROOT_INO);
	if (above && isDirectory(known)) above.subdirectories++;
	if (!state.repair || !found) return;
	const dir = new ImpfsDir(state.core, found.ino, found.known.inode);
	let name = Buffer.from(`#${ino}`);
	while (dir.lookup(name)) name = Buffer.concat([name, Buffer.from('~')]);
	dir.insert(name, ino, known.inode.mode >> 12);
	state.core.writeInode(found.ino, found.known.inode);
}

function lostAndFound(state: FsckState): { ino: number; known: KnownInode } | undefined {
	const { core, inodes } = state;
	const root = inodes.get(IMPFS.ROOT_INO);
	const name = Buffer.from('lost+found');
	const entry = root?.entries?.find((candidate) => Buffer.from(candidate.name).equals(name));
	if (entry) {
		const known = inodes.get(entry.ino);
		return known && isDirectory(known) ? { ino: entry.ino, known } : root && { ino: IMPFS.ROOT_INO, known: root };
	}
	if (!root || !state.repair) return undefined;
	const ino = core.allocateInode(IMPFS.ROOT_INO, true);
	const inode = { ...inodeLayout.blank(), mode: S_IFDIR | 0o700, links: 2, parent: IMPFS.ROOT_INO };
	for (const at of ['atime', 'mtime', 'ctime', 'btime'] as const) inode[at] = core.superblock.check_time;
	new ImpfsDir(core, ino, inode).format();
	core.writeInode(ino, inode);
	const known: KnownInode = { inode, names: 1, subdirectories: 0, parent: IMPFS.ROOT_INO, orphan: false, entries: [] };
	inodes.set(ino, known);
	new ImpfsDir(core, IMPFS.ROOT_INO, root.inode).insert(name, ino, S_IFDIR >> 12);
	root.entries?.push({ name, ino });
	root.subdirectories++;
	core.writeInode(IMPFS.ROOT_INO, root.inode);
	return { ino, known };
}

/** Frees an inode and what it holds. */
export function freeInode(state: FsckState, ino: number, known: KnownInode): void {
	const { core } = state;
	if (!inlineTarget(known.inode)) mapTruncate(core, ino, known.inode, 0);
	if (known.inode.xattr_block !== 0) core.release(known.inode.xattr_block);
	core.writeInode(ino, { ...inodeLayout.blank(), generation: known.inode.generation });
	core.releaseInode(ino, isDirectory(known));
	state.inodes.delete(ino);
}
