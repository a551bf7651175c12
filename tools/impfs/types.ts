/** What callers of a volume see of its inodes. */
import type { Time } from './core.js';

export const S_IFMT = 0o170000;
export const S_IFSOCK = 0o140000;
export const S_IFLNK = 0o120000;
export const S_IFREG = 0o100000;
export const S_IFBLK = 0o060000;
export const S_IFDIR = 0o040000;
export const S_IFCHR = 0o020000;
export const S_IFIFO = 0o010000;

/** What a new or changed inode is given; what is left out keeps its value, or is 0, or is the clock's time. */
export interface Attributes {
	/** Permissions, without the type. */
	mode?: number;
	uid?: number;
	gid?: number;
	atime?: Time;
	mtime?: Time;
}

export interface ImpfsStat {
	ino: number;
	/** Type and permissions. */
	mode: number;
	links: number;
	uid: number;
	gid: number;
	size: number;
	/** Blocks of 4096 bytes that the file holds, its indirect and xattr blocks included. */
	blocks: number;
	rdev: { major: number; minor: number };
	atime: Time;
	mtime: Time;
	ctime: Time;
	btime: Time;
	flags: number;
	generation: number;
}

export interface ImpfsDirent {
	name: string;
	/** The name's bytes; names need not be UTF-8. */
	raw: Uint8Array;
	ino: number;
	/** S_IFMT bits of the entry. */
	type: number;
}
