/** Copies trees between the host and a volume, with modes, owners, times, links and device nodes. */
import {
	chmodSync,
	closeSync,
	lchownSync,
	linkSync,
	lstatSync,
	lutimesSync,
	mkdirSync,
	openSync,
	readdirSync,
	readlinkSync,
	type Stats,
	symlinkSync,
	writeSync,
} from 'node:fs';
import path from 'node:path';
import { ImageError } from '../errors.js';
import { listOfMode } from './acl.js';
import type { Acls } from './acl-attributes.js';
import type { Time } from './core.js';
import { ImpfsError } from './errors.js';
import { withHostFile } from './file.js';
import {
	type Attributes,
	type ImpfsStat,
	type ImpfsVolume,
	S_IFBLK,
	S_IFCHR,
	S_IFDIR,
	S_IFIFO,
	S_IFLNK,
	S_IFMT,
	S_IFREG,
	S_IFSOCK,
} from './volume.js';

export interface CopyOptions {
	/** Take directories, with all that is in them. */
	recursive: boolean;
	/** Owner of what is copied in, instead of the host's. */
	owner?: { uid: number; gid: number };
	/** Told what could not be kept, such as an owner without the right to give files away. */
	warn: (message: string) => void;
	/** Makes a device node or FIFO on the host, which Node itself cannot. */
	mknod: (file: string, type: number, rdev: { major: number; minor: number }) => void;
	/** The access control lists in a tree of the host, by absolute path. */
	readAcls: (tree: string) => ReadonlyMap<string, Acls>;
	/** Gives files of the host their lists; tells why it cannot. */
	writeAcls: (lists: ReadonlyMap<string, Acls>) => string | undefined;
}

/** Linux's encoding of device numbers in struct stat. */
function deviceNumber(rdev: number): { major: number; minor: number } {
	const value = BigInt(rdev);
	const major = ((value >> 8n) & 0xfffn) | ((value >> 32n) & 0xfffff000n);
	const minor = (value & 0xffn) | ((value >> 12n) & 0xffffff00n);
	return { major: Number(major), minor: Number(minor) };
}

function timeOf(ms: number): Time {
	const sec = Math.floor(ms / 1000);
	return { sec, ns: Math.round((ms - sec * 1000) * 1e6) % 1e9 };
}

function joined(folder: string, name: string): string {
	return folder === '/' ? `/${name}` : `${folder}/${name}`;
}

/**
 * Copies a file or tree of the host to `target` in the volume; into it, if that is a directory.
 * @returns how many files, directories and nodes were copied
 */
export function copyIn(volume: ImpfsVolume, source: string, target: string, options: CopyOptions): number {
	const place = isDirectory(volume, target) ? joined(target, path.basename(path.resolve(source))) : target;
	/** First name in the volume of each host inode with several. */
	const names = new Map<string, string>();
	const lists = options.readAcls(source);
	let count = 0;
	const copy = (from: string, to: string): void => {
		const status = lstatSync(from);
		const attributes: Attributes = {
			mode: status.mode & 0o7777,
			uid: options.owner?.uid ?? status.uid,
			gid: options.owner?.gid ?? status.gid,
			atime: timeOf(status.atimeMs),
			mtime: timeOf(status.mtimeMs),
		};
		count++;
		const id = `${status.dev}:${status.ino}`;
		const first = names.get(id);
		if (first !== undefined) {
			replace(volume, to);
			volume.link(first, to);
			return;
		}
		if (!status.isDirectory() && status.nlink > 1) names.set(id, to);
		copyOneIn(volume, from, to, status, attributes);
		if (!status.isSymbolicLink()) {
			// Lists that the folder, or what was there before, would have given it are not the source's.
			volume.setAcls(to, lists.get(path.resolve(from)) ?? {});
			volume.setattr(to, attributes);
		}
		if (!status.isDirectory()) return;
		if (!options.recursive) throw new ImageError(`${from} is a directory`, { hint: 'cp -r copies directories' });
		for (const name of readdirSync(from).sort()) copy(path.join(from, name), joined(to, name));
		volume.setattr(to, attributes);
	};
	copy(source, place);
	return count;
}

function isDirectory(volume: ImpfsVolume, target: string): boolean {
	return volume.exists(target) && (volume.stat(target, { follow: true }).mode & S_IFMT) === S_IFDIR;
}

function replace(volume: ImpfsVolume, target: string): void {
	if (volume.exists(target)) volume.unlink(target);
}

function copyOneIn(volume: ImpfsVolume, from: string, to: string, status: Stats, attributes: Attributes): void {
	if (status.isDirectory()) {
		if (!isDirectory(volume, to)) volume.mkdir(to, attributes);
		return;
	}
	if (status.isFile()) {
		withHostFile(from, (source) => volume.writeFile(to, source, attributes));
		return;
	}
	replace(volume, to);
	if (status.isSymbolicLink()) volume.symlink(readlinkSync(from), to, attributes);
	else volume.mknod(to, status.mode & S_IFMT, deviceNumber(status.rdev), attributes);
}

/**
 * Copies a file or tree of the volume to `target` on the host; into it, if that is a directory.
 * @returns how many files, directories and nodes were copied
 */
export function copyOut(volume: ImpfsVolume, source: string, target: string, options: CopyOptions): number {
	const base = source
		.split('/')
		.filter((part) => part !== '')
		.at(-1);
	const into = hostDirectory(target) && base !== undefined;
	const names = new Map<number, string>();
	const lists = new Map<string, Acls>();
	let ownersKept = true;
	let count = 0;
	const finish = (to: string, status: ImpfsStat): void => {
		try {
			lchownSync(to, status.uid, status.gid);
		} catch {
			if (ownersKept) options.warn('owners could not be kept: only root gives files away');
			ownersKept = false;
		}
		if ((status.mode & S_IFMT) !== S_IFLNK)
			chmodSync(to, (lists.has(to) ? status.mode & ~0o077 : status.mode) & 0o7777);
		lutimesSync(to, status.atime.sec + status.atime.ns / 1e9, status.mtime.sec + status.mtime.ns / 1e9);
	};
	const copy = (from: string, to: string): void => {
		const status = volume.stat(from);
		const first = status.links > 1 ? names.get(status.ino) : undefined;
		count++;
		if (first !== undefined) {
			linkSync(first, to);
			return;
		}
		const type = status.mode & S_IFMT;
		if (type !== S_IFDIR) names.set(status.ino, to);
		else if (!options.recursive) throw new ImageError(`${from} is a directory`, { hint: 'cp -r copies directories' });
		if (!copyOneOut(volume, from, to, status, options)) return;
		if (type !== S_IFLNK) noteAcls(volume, from, to, lists, options);
		if (type === S_IFDIR) for (const { name } of volume.readdir(from)) copy(joined(from, name), path.join(to, name));
		finish(to, status);
	};
	copy(source, into ? path.join(target, base) : target);
	if (lists.size > 0) giveAcls(lists, options);
	return count;
}

/** Keeps in mind what lists a file is to have on the host; for one that makes no sense none, and no right but the owner's. */
function noteAcls(volume: ImpfsVolume, from: string, to: string, lists: Map<string, Acls>, options: CopyOptions): void {
	const { mode } = volume.stat(from);
	try {
		const acls = volume.acls(from);
		if (acls.access || acls.default) lists.set(to, { access: listOfMode(mode), ...acls });
	} catch (error) {
		if (!(error instanceof ImpfsError) || error.errno !== 'EUCLEAN') throw error;
		options.warn(`${error.message}: copied for its owner alone`);
		lists.set(to, { access: listOfMode(mode & 0o700) });
	}
}

/** The mode alone would let in whom a list keeps out: where the host takes none, the group and others have nothing. */
function giveAcls(lists: ReadonlyMap<string, Acls>, options: CopyOptions): void {
	const problem = options.writeAcls(lists);
	if (problem === undefined) return;
	const files = lists.size === 1 ? '1 file' : `${lists.size} files`;
	options.warn(`access control lists could not be kept: ${problem}; ${files} for their owners alone instead`);
}

function hostDirectory(file: string): boolean {
	return lstatSync(file, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

/** False if the file was left out, with a warning. */
function copyOneOut(volume: ImpfsVolume, from: string, to: string, status: ImpfsStat, options: CopyOptions): boolean {
	const type = status.mode & S_IFMT;
	switch (type) {
		case S_IFDIR:
			if (!hostDirectory(to)) mkdirSync(to);
			return true;
		case S_IFREG:
			writeHostFile(volume, from, to, status.size);
			return true;
		case S_IFLNK:
			symlinkSync(volume.readlink(from), to);
			return true;
		case S_IFBLK:
		case S_IFCHR:
		case S_IFIFO:
			try {
				options.mknod(to, type, status.rdev);
				return true;
			} catch {
				options.warn(`${from}: the device node could not be made on this host`);
				return false;
			}
		case S_IFSOCK:
			options.warn(`${from}: sockets are not copied`);
			return false;
		default:
			throw new ImageError(`${from} has the impossible type ${type.toString(8)}`);
	}
}

function writeHostFile(volume: ImpfsVolume, from: string, to: string, size: number): void {
	const fd = openSync(to, 'w');
	try {
		const step = 4 << 20;
		for (let offset = 0; offset < size; offset += step) {
			const piece = volume.readFile(from, { offset, length: Math.min(step, size - offset) });
			for (let done = 0; done < piece.length; ) done += writeSync(fd, piece, done);
		}
	} finally {
		closeSync(fd);
	}
}
