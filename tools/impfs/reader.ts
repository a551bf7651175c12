/** A volume as a tree of files, the reading half: paths, attributes, directories and contents. */
import { IMPFS, type Inode, inodeLayout } from '../abi/impfs.js';
import { type Acls, aclsOf } from './acl-attributes.js';
import type { ImpfsCore } from './core.js';
import { ImpfsDir } from './dir.js';
import { ImpfsError } from './errors.js';
import { readRange } from './file.js';
import { type ImpfsDirent, type ImpfsStat, S_IFDIR, S_IFLNK, S_IFMT } from './types.js';
import { decodeXattrs, type Xattrs } from './xattr.js';

/** Where a path leads. */
export interface Found {
	/** The directory that the last component is in. */
	parent: number;
	name: Uint8Array;
	/** The inode, or 0 if there is none of that name. */
	ino: number;
}

export class ImpfsReader {
	readonly core: ImpfsCore;

	protected constructor(core: ImpfsCore) {
		this.core = core;
	}

	protected dirOf(ino: number, inode: Inode, what: string): ImpfsDir {
		if ((inode.mode & S_IFMT) !== S_IFDIR) throw new ImpfsError('ENOTDIR', what);
		return new ImpfsDir(this.core, ino, inode);
	}

	protected resolve(path: string, follow: boolean, hops = 0, start: number = IMPFS.ROOT_INO): Found {
		const parts = path.split('/').filter((part) => part !== '' && part !== '.');
		let ino = path.startsWith('/') ? IMPFS.ROOT_INO : start;
		let found: Found = { parent: ino, name: new Uint8Array(), ino };
		for (const [i, part] of parts.entries()) {
			if (ino === 0) throw new ImpfsError('ENOENT', path);
			const inode = this.core.inode(ino);
			const dir = this.dirOf(ino, inode, path);
			if (part === '..') {
				ino = inode.parent;
				found = { parent: ino, name: new Uint8Array(), ino };
				continue;
			}
			const name = new TextEncoder().encode(part);
			if (name.length > this.core.superblock.name_max) throw new ImpfsError('ENAMETOOLONG', path);
			const parent = ino;
			ino = dir.lookup(name)?.ino ?? 0;
			found = { parent, name, ino };
			if (ino === 0 || (i === parts.length - 1 && !follow)) continue;
			const target = this.core.inode(ino);
			if ((target.mode & S_IFMT) !== S_IFLNK) continue;
			if (hops >= 40) throw new ImpfsError('ELOOP', path);
			const rest = parts.slice(i + 1).join('/');
			return this.resolve(`${this.targetOf(ino, target)}/${rest}`, follow, hops + 1, parent);
		}
		return found;
	}

	protected find(path: string, follow = false): { ino: number; inode: Inode } {
		const { ino } = this.resolve(path, follow);
		if (ino === 0) throw new ImpfsError('ENOENT', path);
		return { ino, inode: this.core.inode(ino) };
	}

	protected targetOf(ino: number, inode: Inode): string {
		if (inode.size > IMPFS.INLINE_MAX)
			return Buffer.from(readRange(this.core, ino, inode, 0, inode.size)).toString('utf8');
		const bytes = new Uint8Array(inodeLayout.size);
		inodeLayout.encode(inode, bytes);
		const at = inodeLayout.offset('map');
		return Buffer.from(bytes.subarray(at, at + inode.size)).toString('utf8');
	}

	exists(path: string): boolean {
		try {
			return this.resolve(path, false).ino !== 0;
		} catch (error) {
			if (error instanceof ImpfsError && (error.errno === 'ENOENT' || error.errno === 'ENOTDIR')) return false;
			throw error;
		}
	}

	/** Attributes of what the path names; of a symbolic link itself unless `follow`. */
	stat(path: string, options: { follow?: boolean } = {}): ImpfsStat {
		const { ino, inode } = this.find(path, options.follow);
		return {
			ino,
			mode: inode.mode,
			links: inode.links,
			uid: inode.uid,
			gid: inode.gid,
			size: inode.size,
			blocks: inode.blocks,
			rdev: { major: inode.rdev_major, minor: inode.rdev_minor },
			atime: { sec: inode.atime, ns: inode.atime_ns },
			mtime: { sec: inode.mtime, ns: inode.mtime_ns },
			ctime: { sec: inode.ctime, ns: inode.ctime_ns },
			btime: { sec: inode.btime, ns: inode.btime_ns },
			flags: inode.flags,
			generation: inode.generation,
		};
	}

	/** The entries of a directory sorted by name, without "." and "..". */
	readdir(path: string): ImpfsDirent[] {
		const { ino, inode } = this.find(path, true);
		const entries = [...this.dirOf(ino, inode, path).entries()].map(({ ino, type, name }) => {
			const raw = name.slice();
			return { name: Buffer.from(raw).toString('utf8'), raw, ino, type: type << 12 };
		});
		return entries.sort((a, b) => Buffer.compare(a.raw, b.raw));
	}

	/** Contents of a regular file, or a part of it. */
	readFile(path: string, options: { offset?: number; length?: number } = {}): Buffer {
		const { ino, inode } = this.find(path, true);
		if ((inode.mode & S_IFMT) === S_IFDIR) throw new ImpfsError('EISDIR', path);
		const offset = options.offset ?? 0;
		const length = Math.max(0, Math.min(options.length ?? inode.size, inode.size - offset));
		return Buffer.from(readRange(this.core, ino, inode, offset, length).buffer);
	}

	readlink(path: string): string {
		const { ino, inode } = this.find(path);
		if ((inode.mode & S_IFMT) !== S_IFLNK) throw new ImpfsError('EINVAL', path, 'is no symbolic link');
		return this.targetOf(ino, inode);
	}

	/** The extended attributes by name, prefix included. */
	xattrs(path: string): Xattrs {
		const { ino, inode } = this.find(path);
		return this.xattrsOf(ino, inode);
	}

	/** The access control lists. @throws ImpfsError EUCLEAN for one that makes no sense */
	acls(path: string): Acls {
		return aclsOf(this.xattrs(path), path);
	}

	protected xattrsOf(ino: number, inode: Inode): Xattrs {
		const number = inode.xattr_block;
		if (number === 0) return new Map();
		if (!this.core.tailOk(number, this.core.ownerSeed(ino, inode.generation, number))) {
			throw new ImpfsError('EUCLEAN', `inode ${ino}`, 'its xattr block has a wrong checksum');
		}
		return decodeXattrs(this.core.block(number), ino);
	}

	/** Sizes in blocks and inodes, as statfs(2) gives them. */
	statfs(): { blockSize: number; blocks: number; free: number; available: number; inodes: number; freeInodes: number } {
		const { superblock, groups } = this.core;
		const free = groups.reduce((sum, group) => sum + group.free_blocks, 0);
		return {
			blockSize: IMPFS.BLOCK_SIZE,
			blocks: superblock.blocks,
			free,
			available: Math.max(0, free - superblock.reserved_blocks),
			inodes: this.core.inodes,
			freeInodes: groups.reduce((sum, group) => sum + group.free_inodes, 0),
		};
	}
}
