/**
 * A volume as a tree of files: the operations by path that image assembly, `imposos image` and the suites use. Paths
 * are absolute; symbolic links on the way are followed inside the volume, the last component's is not, unless said.
 * Nothing is written to the device before `sync()` or `close()` except file data.
 */
import { IMPFS, type Inode, inodeLayout } from '../abi/impfs.js';
import { type Acls, chmodAcl, inheritAcls, replaceAcls } from './acl-attributes.js';
import type { ImpfsCore, Time } from './core.js';
import type { Device } from './device.js';
import { ImpfsDir } from './dir.js';
import { ImpfsError } from './errors.js';
import { type DataSource, fromBytes, writeContents } from './file.js';
import type { JournalScan } from './journal.js';
import { mapTruncate } from './map.js';
import { openCore } from './opening.js';
import { ImpfsReader } from './reader.js';
import { type Attributes, S_IFBLK, S_IFCHR, S_IFDIR, S_IFIFO, S_IFLNK, S_IFMT, S_IFREG, S_IFSOCK } from './types.js';
import { encodeXattrs, type Xattrs } from './xattr.js';

export * from './types.js';

export interface OpenOptions {
	readonly?: boolean;
	/** The time that changes are stamped with; default: the host's. */
	clock?: () => Time;
	/** The log as it is on the device, if the caller has scanned it already. */
	scan?: JournalScan;
}

function hostClock(): Time {
	const ms = Date.now();
	return { sec: Math.floor(ms / 1000), ns: (ms % 1000) * 1e6 };
}

export class ImpfsVolume extends ImpfsReader {
	readonly #clock: () => Time;

	private constructor(core: ImpfsCore, clock: () => Time) {
		super(core);
		this.#clock = clock;
	}

	/**
	 * Opens a volume; for writing, the log is replayed, the orphans are freed and the volume counts as mounted until
	 * `close()`. For reading, the log is replayed in memory.
	 * @throws ImpfsError EUCLEAN if superblock, descriptors or journal are damaged; EROFS for unknown features
	 */
	static open(device: Device, options: OpenOptions = {}): ImpfsVolume {
		const readonly = options.readonly ?? device.readonly;
		const clock = options.clock ?? hostClock;
		const core = openCore(device, readonly, options.scan);
		const volume = new ImpfsVolume(core, clock);
		if (!readonly) volume.#begin();
		return volume;
	}

	#begin(): void {
		const { superblock } = this.core;
		superblock.state &= ~IMPFS.STATE_CLEAN;
		superblock.incompat &= ~IMPFS.INCOMPAT_RECOVER;
		this.core.superDirty();
		this.core.sync();
		for (let ino = superblock.orphan_head, count = 0; ino !== 0; count++) {
			if (count > this.core.inodes) throw new ImpfsError('EUCLEAN', 'orphan list', 'has a loop');
			const inode = this.core.inode(ino);
			const next = inode.next_orphan;
			inode.next_orphan = 0;
			if (inode.links === 0) this.#free(ino, inode);
			else {
				mapTruncate(this.core, ino, inode, Math.ceil(inode.size / IMPFS.BLOCK_SIZE));
				this.core.writeInode(ino, inode);
			}
			ino = next;
		}
		superblock.orphan_head = 0;
	}

	/** Writes all changes and waits until they are durable. */
	sync(): void {
		this.core.sync();
	}

	/** Writes all changes and marks the volume as unmounted in order. The device stays open. */
	close(): void {
		if (this.core.readonly) return;
		this.core.sync();
		this.core.superblock.state |= IMPFS.STATE_CLEAN;
		this.core.superblock.write_time = this.#clock().sec;
		this.core.superDirty();
		this.core.sync();
	}

	#stamp(inode: Inode, ...which: Array<'atime' | 'mtime' | 'ctime' | 'btime'>): void {
		const { sec, ns } = this.#clock();
		for (const name of which) {
			inode[name] = sec;
			inode[`${name}_ns`] = ns;
		}
		inode.version++;
	}

	#apply(ino: number, inode: Inode, attributes: Attributes, what: string): void {
		const { mode, uid, gid, atime, mtime } = attributes;
		if (mode !== undefined) {
			const xattrs = this.xattrsOf(ino, inode);
			if (chmodAcl(xattrs, mode, what)) this.#storeXattrs(ino, inode, xattrs);
			inode.mode = (inode.mode & S_IFMT) | (mode & 0o7777);
		}
		if (uid !== undefined) inode.uid = uid;
		if (gid !== undefined) inode.gid = gid;
		if (atime) [inode.atime, inode.atime_ns] = [atime.sec, atime.ns];
		if (mtime) [inode.mtime, inode.mtime_ns] = [mtime.sec, mtime.ns];
	}

	/** Makes an inode and its name; `fill` completes the inode before it is written. */
	#create(path: string, type: number, attributes: Attributes, fill: (ino: number, inode: Inode) => void): number {
		const { parent, name, ino: taken } = this.resolve(path, false);
		if (taken !== 0 || name.length === 0) throw new ImpfsError('EEXIST', path);
		const directory = type === S_IFDIR;
		const parentInode = this.core.inode(parent);
		if (directory && parentInode.links >= this.core.superblock.link_max) throw new ImpfsError('EMLINK', path);
		const ino = this.core.allocateInode(parent, directory);
		const inode = inodeLayout.blank();
		inode.generation = (this.core.inode(ino).generation + 1) >>> 0;
		inode.mode = type;
		inode.links = directory ? 2 : 1;
		this.#stamp(inode, 'atime', 'mtime', 'ctime', 'btime');
		this.#apply(ino, inode, { mode: directory ? 0o755 : 0o644, ...attributes }, path);
		try {
			if (type !== S_IFLNK) this.#inherit(parent, parentInode, ino, inode, path);
			fill(ino, inode);
			this.dirOf(parent, parentInode, path).insert(name, ino, type >> 12);
		} catch (error) {
			this.#free(ino, inode);
			throw error;
		}
		this.core.writeInode(ino, inode);
		if (directory) parentInode.links++;
		this.#stamp(parentInode, 'mtime', 'ctime');
		this.core.writeInode(parent, parentInode);
		return ino;
	}

	#inherit(parent: number, parentInode: Inode, ino: number, inode: Inode, path: string): void {
		const directory = (inode.mode & S_IFMT) === S_IFDIR;
		const { mode, attributes } = inheritAcls(this.xattrsOf(parent, parentInode), inode.mode, directory, path);
		inode.mode = mode;
		if (attributes.size > 0) this.#storeXattrs(ino, inode, attributes);
	}

	/** Frees an inode with all its blocks. */
	#free(ino: number, inode: Inode): void {
		const symlinkInline = (inode.mode & S_IFMT) === S_IFLNK && inode.size <= IMPFS.INLINE_MAX;
		if (!symlinkInline) mapTruncate(this.core, ino, inode, 0);
		if (inode.xattr_block !== 0) this.core.release(inode.xattr_block);
		const directory = (inode.mode & S_IFMT) === S_IFDIR;
		this.core.writeInode(ino, { ...inodeLayout.blank(), generation: inode.generation });
		this.core.releaseInode(ino, directory);
	}

	/** Makes a regular file with these contents, or replaces an existing one's. Returns the inode number. */
	writeFile(path: string, data: Uint8Array | string | DataSource, attributes: Attributes = {}): number {
		const bytes = typeof data === 'string' ? new TextEncoder().encode(data) : data;
		const source = bytes instanceof Uint8Array ? fromBytes(bytes) : bytes;
		const { ino: existing } = this.resolve(path, true);
		if (existing === 0) {
			return this.#create(path, S_IFREG, attributes, (ino, inode) => writeContents(this.core, ino, inode, source));
		}
		const inode = this.core.inode(existing);
		if ((inode.mode & S_IFMT) === S_IFDIR) throw new ImpfsError('EISDIR', path);
		if ((inode.mode & S_IFMT) !== S_IFREG) throw new ImpfsError('EINVAL', path, 'is no regular file');
		this.#stamp(inode, 'mtime', 'ctime');
		this.#apply(existing, inode, attributes, path);
		mapTruncate(this.core, existing, inode, 0);
		inode.size = 0;
		try {
			writeContents(this.core, existing, inode, source);
		} finally {
			this.core.writeInode(existing, inode);
		}
		return existing;
	}

	/** Makes a directory; with `parents`, also those above it, and an existing one is left as it is. */
	mkdir(path: string, attributes: Attributes & { parents?: boolean } = {}): number {
		const { parents, ...rest } = attributes;
		if (parents) {
			const found = this.exists(path) ? this.find(path, true) : undefined;
			if (found) {
				if ((found.inode.mode & S_IFMT) !== S_IFDIR) throw new ImpfsError('ENOTDIR', path);
				return found.ino;
			}
			const above = path.replace(/\/+$/, '').replace(/\/[^/]*$/, '');
			if (above !== '') this.mkdir(above, { parents: true });
		}
		return this.#create(path, S_IFDIR, rest, (ino, inode) => {
			inode.parent = this.resolve(path, false).parent;
			new ImpfsDir(this.core, ino, inode).format();
		});
	}

	symlink(target: string, path: string, attributes: Attributes = {}): number {
		const bytes = new TextEncoder().encode(target);
		if (bytes.length === 0) throw new ImpfsError('ENOENT', path, 'empty target');
		if (bytes.length > this.core.superblock.symlink_max) throw new ImpfsError('ENAMETOOLONG', path, 'target too long');
		return this.#create(path, S_IFLNK, { ...attributes, mode: 0o777 }, (ino, inode) => {
			if (bytes.length > IMPFS.INLINE_MAX) {
				writeContents(this.core, ino, inode, fromBytes(bytes));
				return;
			}
			const inline = new Uint8Array(IMPFS.MAP_SLOTS * 4);
			inline.set(bytes);
			inode.map = Array.from(new Uint32Array(inline.buffer));
			inode.size = bytes.length;
		});
	}

	/** Makes a device node, FIFO or socket; `type` is the S_IFMT bits. */
	mknod(
		path: string,
		type: number,
		rdev: { major: number; minor: number } = { major: 0, minor: 0 },
		attributes: Attributes = {},
	): number {
		if (![S_IFBLK, S_IFCHR, S_IFIFO, S_IFSOCK].includes(type))
			throw new ImpfsError('EINVAL', path, 'is no type for mknod');
		return this.#create(path, type, attributes, (_ino, inode) => {
			inode.rdev_major = rdev.major;
			inode.rdev_minor = rdev.minor;
		});
	}

	/** Gives what `existing` names another name. */
	link(existing: string, path: string): void {
		const { ino, inode } = this.find(existing);
		if ((inode.mode & S_IFMT) === S_IFDIR) throw new ImpfsError('EPERM', existing, 'is a directory');
		if (inode.links >= this.core.superblock.link_max) throw new ImpfsError('EMLINK', existing);
		const { parent, name, ino: taken } = this.resolve(path, false);
		if (taken !== 0 || name.length === 0) throw new ImpfsError('EEXIST', path);
		this.#changeDir(parent, path, (dir) => dir.insert(name, ino, inode.mode >> 12));
		inode.links++;
		this.#stamp(inode, 'ctime');
		this.core.writeInode(ino, inode);
	}

	#changeDir(ino: number, path: string, change: (dir: ImpfsDir, inode: Inode) => void): void {
		const inode = this.core.inode(ino);
		change(this.dirOf(ino, inode, path), inode);
		this.#stamp(inode, 'mtime', 'ctime');
		this.core.writeInode(ino, inode);
	}

	unlink(path: string): void {
		const { parent, name, ino } = this.resolve(path, false);
		if (ino === 0) throw new ImpfsError('ENOENT', path);
		const inode = this.core.inode(ino);
		if ((inode.mode & S_IFMT) === S_IFDIR) throw new ImpfsError('EISDIR', path);
		this.#changeDir(parent, path, (dir) => dir.remove(name));
		this.#drop(ino, inode);
	}

	#drop(ino: number, inode: Inode): void {
		inode.links--;
		if (inode.links === 0) {
			this.#free(ino, inode);
			return;
		}
		this.#stamp(inode, 'ctime');
		this.core.writeInode(ino, inode);
	}

	rmdir(path: string): void {
		const { parent, name, ino } = this.resolve(path, false);
		if (ino === 0) throw new ImpfsError('ENOENT', path);
		const inode = this.core.inode(ino);
		if (!this.dirOf(ino, inode, path).empty) throw new ImpfsError('ENOTEMPTY', path);
		if (ino === IMPFS.ROOT_INO || name.length === 0) throw new ImpfsError('EINVAL', path);
		this.#changeDir(parent, path, (dir, above) => {
			dir.remove(name);
			above.links--;
		});
		this.#free(ino, inode);
	}

	/** Removes a file, or a directory with all that is in it. */
	remove(path: string): void {
		const { inode } = this.find(path);
		if ((inode.mode & S_IFMT) !== S_IFDIR) {
			this.unlink(path);
			return;
		}
		for (const { name } of this.readdir(path)) this.remove(`${path}/${name}`);
		this.rmdir(path);
	}

	/** Renames as rename(2) does: an existing file or empty directory of the new name is replaced. */
	rename(from: string, to: string): void {
		const source = this.resolve(from, false);
		if (source.ino === 0) throw new ImpfsError('ENOENT', from);
		const target = this.resolve(to, false);
		if (source.name.length === 0 || target.name.length === 0) throw new ImpfsError('EINVAL', from);
		if (source.ino === target.ino) return;
		const inode = this.core.inode(source.ino);
		const directory = (inode.mode & S_IFMT) === S_IFDIR;
		for (let above = target.parent; directory && above !== IMPFS.ROOT_INO; above = this.core.inode(above).parent) {
			if (above === source.ino) throw new ImpfsError('EINVAL', to, 'lies inside what is renamed');
		}
		if (target.ino !== 0) {
			const replaced = (this.core.inode(target.ino).mode & S_IFMT) === S_IFDIR;
			if (replaced && !directory) throw new ImpfsError('EISDIR', to);
			if (!replaced && directory) throw new ImpfsError('ENOTDIR', to);
			if (replaced) this.rmdir(to);
			else this.unlink(to);
		}
		this.#changeDir(target.parent, to, (dir, above) => {
			dir.insert(target.name, source.ino, inode.mode >> 12);
			if (directory) above.links++;
		});
		this.#changeDir(source.parent, from, (dir, above) => {
			dir.remove(source.name);
			if (directory) above.links--;
		});
		if (directory) inode.parent = target.parent;
		this.#stamp(inode, 'ctime');
		this.core.writeInode(source.ino, inode);
	}

	/** Changes attributes; symbolic links are not followed. A change of the mode changes the access control list with it. */
	setattr(path: string, attributes: Attributes): void {
		const { ino, inode } = this.find(path);
		this.#stamp(inode, 'ctime');
		this.#apply(ino, inode, attributes, path);
		this.core.writeInode(ino, inode);
	}

	chmod(path: string, mode: number): void {
		this.setattr(path, { mode });
	}

	chown(path: string, uid: number, gid: number): void {
		this.setattr(path, { uid, gid });
	}

	utimes(path: string, atime: Time, mtime: Time): void {
		this.setattr(path, { atime, mtime });
	}

	/** Replaces the access control lists, and the mode with them. */
	setAcls(path: string, acls: Acls): void {
		this.#changeXattrs(path, (attributes, inode) => {
			const kind = inode.mode & S_IFMT;
			if (kind === S_IFLNK || (acls.default && kind !== S_IFDIR))
				throw new ImpfsError('EINVAL', path, 'has no such access control list');
			inode.mode = replaceAcls(attributes, inode.mode, acls, path);
		});
	}

	/** Sets an attribute to any value: unlike {@link setAcls}, a list that does not go with the mode or makes no sense, too. */
	setxattr(path: string, name: string, value: Uint8Array): void {
		this.#changeXattrs(path, (attributes) => attributes.set(name, value));
	}

	removexattr(path: string, name: string): void {
		this.#changeXattrs(path, (attributes) => {
			if (!attributes.delete(name)) throw new ImpfsError('ENODATA', name);
		});
	}

	#changeXattrs(path: string, change: (attributes: Xattrs, inode: Inode) => void): void {
		const { ino, inode } = this.find(path);
		const attributes = this.xattrsOf(ino, inode);
		change(attributes, inode);
		this.#storeXattrs(ino, inode, attributes);
		this.#stamp(inode, 'ctime');
		this.core.writeInode(ino, inode);
	}

	/** Puts the attributes into the inode's block. The inode is left to be written. */
	#storeXattrs(ino: number, inode: Inode, attributes: Xattrs): void {
		const encoded = new Uint8Array(IMPFS.BLOCK_SIZE);
		encodeXattrs(attributes, ino, encoded);
		if (attributes.size === 0) {
			if (inode.xattr_block !== 0) {
				this.core.release(inode.xattr_block);
				inode.xattr_block = 0;
				inode.blocks--;
			}
			return;
		}
		if (inode.xattr_block === 0) {
			inode.xattr_block = this.core.allocate(1).start;
			inode.blocks++;
		}
		this.core.fresh(inode.xattr_block).set(encoded);
		this.core.dirty(inode.xattr_block, this.core.ownerSeed(ino, inode.generation, inode.xattr_block));
	}
}
