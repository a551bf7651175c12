/** The packages of an image, unpacked into a folder of this host. */
import {
	chmodSync,
	closeSync,
	lchownSync,
	linkSync,
	mkdirSync,
	mkdtempSync,
	openSync,
	readdirSync,
	readSync,
	renameSync,
	rmSync,
	symlinkSync,
	utimesSync,
	writeFileSync,
	writeSync,
} from 'node:fs';
import path from 'node:path';
import { cacheRoot, ensureFolder, fromRoot } from '../build/paths.js';
import type { Log } from '../log.js';
import { type Declaration, type PlacedLayer, readDeclaration } from './declaration.js';
import { fingerprint } from './fingerprint.js';
import { PackageStore } from './packages.js';
import { buildRoot } from './root.js';
import type { Contents, RootTree, TreeNode } from './tree.js';

export interface HostRootOptions {
	signal: AbortSignal;
	log: Log;
	/** Where the folder goes, the lock file and the folder of downloads, when not the repository's. */
	roots?: string;
	lockFile?: string;
	cache?: string;
}

/**
 * Unpacks an image without our own user space, once for each state of its inputs: what is left is what somebody else
 * wrote, for a Linux to run. Device nodes are left out; owners are kept if root does it.
 *
 * @param name of a declaration in images/, or the path of one
 * @returns the folder; nobody may write in it
 * @throws UsageError, ImageError, PackageError
 */
export async function hostRoot(name: string, options: HostRootOptions): Promise<string> {
	const { signal, log, cache = cacheRoot, lockFile = fromRoot('images', 'packages.lock') } = options;
	const declaration = withoutUserland(readDeclaration(name));
	const roots = ensureFolder(options.roots ?? fromRoot('build', 'roots'));
	const find = () => path.join(roots, `${declaration.name}-${inputsOf(declaration, lockFile).slice(0, 12)}`);
	if (readdirSync(roots).includes(path.basename(find()))) return find();
	log.detail(`unpacking ${declaration.name} for this host`);
	const packages = new PackageStore({ cache, lockFile, suite: declaration.suite, signal, log });
	const tree = await buildRoot(declaration, { packages, cache, userland: '', sysroot: '', ports: new Map(), signal });
	const partial = mkdtempSync(path.join(roots, '.partial-'));
	try {
		writeTree(tree, partial);
		signal.throwIfAborted();
		// Resolving packages may have changed the lock file, which is an input.
		const folder = find();
		for (const old of readdirSync(roots).filter(
			(file) => isOf(file, declaration.name) && file !== path.basename(folder),
		))
			rmSync(path.join(roots, old), { recursive: true, force: true });
		putInPlace(partial, folder);
		return folder;
	} finally {
		rmSync(partial, { recursive: true, force: true });
	}
}

function withoutUserland(declaration: Declaration): Declaration {
	return { ...declaration, layers: declaration.layers.filter(({ layer }) => !isOurs(layer)) };
}

function isOurs(layer: PlacedLayer['layer']): boolean {
	return 'userland' in layer || 'sysroot' in layer || 'port' in layer;
}

function inputsOf(declaration: Declaration, lockFile: string): string {
	const files = [...declaration.files, lockFile];
	for (const { layer, folder } of declaration.layers) if ('tree' in layer) files.push(path.resolve(folder, layer.tree));
	return fingerprint(files, [declaration]);
}

/** Whether a folder is some state of an image; names of images have hyphens too. */
function isOf(file: string, name: string): boolean {
	return file.startsWith(`${name}-`) && /^[0-9a-f]{12}$/.test(file.slice(name.length + 1));
}

/** Gives the folder its name; if another process was faster, its work is as good. */
function putInPlace(partial: string, folder: string): void {
	try {
		renameSync(partial, folder);
	} catch (error) {
		if (!['EEXIST', 'ENOTEMPTY'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
	}
}

function writeTree(tree: RootTree, root: string): void {
	const names = new Map<TreeNode, string>();
	const folders: [string, TreeNode][] = [];
	const archives = new Archives();
	chmodSync(root, 0o755);
	try {
		for (const [name, node] of tree.entries()) {
			const file = path.join(root, name);
			const first = names.get(node);
			if (first !== undefined) {
				linkSync(first, file);
				continue;
			}
			if (node.type === 'directory') {
				mkdirSync(file);
				folders.push([file, node]);
			} else if (node.type === 'symlink') symlinkSync(node.target, file);
			else if (node.type === 'file') {
				archives.writeFile(node.contents, file);
				finish(file, node);
			} else continue;
			names.set(node, file);
		}
		for (const [file, node] of folders.reverse()) finish(file, node);
	} finally {
		archives.close();
	}
}

function finish(file: string, { uid, gid, mode, mtime }: TreeNode): void {
	// Not before the mode: a change of owner takes set-id bits away.
	if (process.getuid?.() === 0 && (uid !== 0 || gid !== 0)) lchownSync(file, uid, gid);
	chmodSync(file, mode);
	utimesSync(file, mtime, mtime);
}

/** Archives that files are taken out of, each opened once. */
class Archives {
	readonly #open = new Map<string, number>();

	writeFile(contents: Contents, to: string): void {
		if (contents.kind === 'bytes') {
			writeFileSync(to, contents.bytes);
			return;
		}
		const from = this.#open.get(contents.file) ?? openSync(contents.file, 'r');
		this.#open.set(contents.file, from);
		const out = openSync(to, 'w');
		try {
			const buffer = Buffer.allocUnsafe(Math.min(contents.size, 1 << 20));
			for (let done = 0; done < contents.size; ) {
				const length = readSync(from, buffer, 0, Math.min(buffer.length, contents.size - done), contents.offset + done);
				if (length === 0) throw new Error(`${contents.file} ends early`);
				for (let written = 0; written < length; ) written += writeSync(out, buffer, written, length - written);
				done += length;
			}
		} finally {
			closeSync(out);
		}
	}

	close(): void {
		for (const fd of this.#open.values()) closeSync(fd);
	}
}
