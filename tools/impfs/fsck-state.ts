/** What the passes of fsck share: the volume, what they know of it so far, and the list of findings. */
import type { Inode } from '../abi/impfs.js';
import { IMPFS } from '../abi/impfs.js';
import type { ImpfsCore } from './core.js';
import type { GroupGeometry } from './geometry.js';

/** Something wrong with a volume. */
export interface Problem {
	/** The pass that found it. */
	pass: 'superblock' | 'journal' | 'groups' | 'inodes' | 'bitmaps' | 'directories' | 'links' | 'orphans' | 'backup';
	message: string;
}

/** An inode in use. */
export interface KnownInode {
	inode: Inode;
	/** Entries that name it. */
	names: number;
	/** Directories: the directories right below. */
	subdirectories: number;
	/** Directories: the one whose entry was reached first; 0 while none was. */
	parent: number;
	/** On the orphan list: having no name is right. */
	orphan: boolean;
	/** Directories: entries as the pass over directories accepted them. */
	entries?: Array<{ name: Uint8Array; ino: number }>;
}

export class FsckState {
	readonly core: ImpfsCore;
	readonly repair: boolean;
	readonly problems: Problem[] = [];
	readonly places: GroupGeometry[];
	/** One bit a block: held by the format's tables or by a file. */
	readonly held: Uint8Array;
	readonly inodes = new Map<number, KnownInode>();
	/** Data blocks that more than one file holds, by the later holder. */
	readonly shared: Array<{ ino: number; logical: number }> = [];
	/** Blocks held by those whom their checksums name, and those of them that somebody held as data before. */
	readonly owned = new Set<number>();
	readonly reclaimed = new Set<number>();
	readonly #report: (problem: Problem) => void;

	constructor(core: ImpfsCore, places: GroupGeometry[], repair: boolean, report: (problem: Problem) => void) {
		this.core = core;
		this.places = places;
		this.repair = repair;
		this.held = new Uint8Array(Math.ceil(core.superblock.blocks / 8));
		this.#report = report;
	}

	found(pass: Problem['pass'], message: string): void {
		const problem = { pass, message };
		this.problems.push(problem);
		this.#report(problem);
	}

	/** Takes note that a block is held; false if it was already. */
	hold(block: number): boolean {
		const mask = 1 << (block & 7);
		const byte = this.held[block >>> 3] as number;
		if (byte & mask) return false;
		this.held[block >>> 3] = byte | mask;
		return true;
	}

	holdRange(start: number, count: number): void {
		for (let i = 0; i < count; i++) this.hold(start + i);
	}

	/** Writes an inode if this is a repair. */
	writeInode(ino: number, inode: Inode): void {
		if (this.repair) this.core.writeInode(ino, inode);
	}

	groupOf(ino: number): number {
		return Math.floor((ino - 1) / this.core.superblock.group_inodes);
	}

	/** Marks what the format itself holds. */
	holdTables(): void {
		const { superblock } = this.core;
		this.holdRange(0, 1);
		this.holdRange(superblock.desc_start, superblock.desc_blocks);
		this.holdRange(superblock.backup_start, superblock.desc_blocks + 1);
		this.holdRange(superblock.journal_start, superblock.journal_blocks);
		for (const place of this.places) {
			this.holdRange(place.blockBitmap, 2);
			this.holdRange(place.inodeTable, superblock.group_inodes / IMPFS.INODES_PER_BLOCK);
		}
	}
}
