import { closeSync, openSync, readSync } from 'node:fs';
import { ImageError } from '../errors.js';
import { FileDevice } from '../impfs/device.js';
import type { DataSource } from '../impfs/file.js';
import { fromBytes } from '../impfs/file.js';
import { mkfs } from '../impfs/mkfs.js';
import { type Attributes, ImpfsVolume, S_IFBLK, S_IFCHR, S_IFIFO } from '../impfs/volume.js';
import type { Contents, RootTree, TreeNode } from './tree.js';

export interface WriteRootOptions {
	/** The file that holds the volume, which begins at `offset` and is `size` bytes long. */
	file: string;
	offset: number;
	size: number;
	label: string;
	/** 16 bytes each. */
	uuid: Uint8Array;
	hashSeed: Uint8Array;
	/** Time of the volume and of every change, in seconds since 1970. */
	time: number;
}

/**
 * Makes a filesystem and writes a tree into it, in an order that depends on the tree alone.
 *
 * @returns bytes that are free afterwards
 * @throws ImageError when it does not fit
 */
export function writeRoot(tree: RootTree, options: WriteRootOptions): number {
	const { file, offset, size, label, uuid, hashSeed } = options;
	const time = { sec: options.time, ns: 0 };
	const device = FileDevice.open(file, { offset, size });
	const sources = new HostFiles();
	try {
		mkfs(device, { uuid, hashSeed, time, label });
		const volume = ImpfsVolume.open(device, { clock: () => time });
		const names = new Map<TreeNode, string>();
		const directories: [string, TreeNode][] = [['/', tree.root]];
		for (const [path, node] of tree.entries()) {
			const first = names.get(node);
			if (first !== undefined && node.type !== 'directory') volume.link(first, path);
			else writeNode(volume, path, node, sources);
			names.set(node, path);
			if (node.type === 'directory') directories.push([path, node]);
		}
		// Filling a directory changes its time, so directories get theirs last.
		for (const [path, node] of directories.reverse()) {
			if (path === '/' || path === '/lost+found' || volume.stat(path).mtime.sec !== node.mtime)
				volume.setattr(path, attributes(node));
		}
		const { available, blockSize } = volume.statfs();
		volume.close();
		return available * blockSize;
	} catch (cause) {
		if (cause instanceof Error && 'errno' in cause && cause.errno === 'ENOSPC') throw tooSmall(size, cause);
		if (cause instanceof Error && /ENOSPC/.test(cause.message)) throw tooSmall(size, cause);
		throw cause;
	} finally {
		sources.close();
		device.close();
	}
}

function tooSmall(size: number, cause: Error): ImageError {
	return new ImageError(`the root filesystem does not fit into ${size / 2 ** 20} MiB`, {
		cause,
		hint: 'raise "size" in the image declaration',
	});
}

function attributes({ mode, uid, gid, mtime }: TreeNode): Attributes {
	const time = { sec: mtime, ns: 0 };
	return { mode, uid, gid, mtime: time, atime: time };
}

function writeNode(volume: ImpfsVolume, path: string, node: TreeNode, sources: HostFiles): void {
	switch (node.type) {
		case 'directory':
			// mkfs makes lost+found; a layer may bring one as well.
			if (!volume.exists(path)) volume.mkdir(path, attributes(node));
			break;
		case 'file':
			volume.writeFile(path, sources.open(node.contents), attributes(node));
			break;
		case 'symlink':
			volume.symlink(node.target, path, attributes(node));
			break;
		case 'fifo':
			volume.mknod(path, S_IFIFO, { major: 0, minor: 0 }, attributes(node));
			break;
		default:
			volume.mknod(
				path,
				node.type === 'char' ? S_IFCHR : S_IFBLK,
				{ major: node.major, minor: node.minor },
				attributes(node),
			);
	}
}

/** Reads parts of host files; the file that was used last stays open, as packages come in long runs. */
class HostFiles {
	#file = '';
	#handle = -1;

	open(contents: Contents): DataSource {
		if (contents.kind === 'bytes') return fromBytes(contents.bytes);
		const { file, offset, size } = contents;
		return {
			size,
			read: (into, from) => {
				for (let done = 0; done < into.length; ) {
					const got = readSync(this.#open(file), into, done, into.length - done, offset + from + done);
					if (got === 0) throw new ImageError(`${file} became shorter while it was read`);
					done += got;
				}
			},
		};
	}

	#open(file: string): number {
		if (file !== this.#file) {
			this.close();
			this.#handle = openSync(file, 'r');
			this.#file = file;
		}
		return this.#handle;
	}

	close(): void {
		if (this.#handle >= 0) closeSync(this.#handle);
		this.#handle = -1;
		this.#file = '';
	}
}
