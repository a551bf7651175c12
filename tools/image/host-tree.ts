import { readdirSync, readlinkSync, statSync } from 'node:fs';
import path from 'node:path';
import { ImageError } from '../errors.js';
import type { Collisions, RootTree, TreeNode } from './tree.js';

/**
 * Adds a folder of the host; everything belongs to root and modes are what they mean: 755 or 644, set-id bits kept.
 *
 * @param wanted tells by its name whether a file or folder goes in
 */
export function addHostTree(
	tree: RootTree,
	from: string,
	to: string,
	mtime: number,
	collisions: Collisions,
	wanted: (name: string) => boolean = () => true,
): void {
	const links = new Map<string, TreeNode>();
	const visit = (hostFolder: string, folder: string) => {
		const entries = readdirSync(hostFolder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
		for (const entry of entries) {
			if (!wanted(entry.name)) continue;
			const hostFile = path.join(hostFolder, entry.name);
			const name = path.posix.join(folder, entry.name);
			if (entry.isDirectory()) {
				const { mode } = statSync(hostFile);
				tree.add(
					name,
					{ type: 'directory', mode: 0o755 | (mode & 0o1000), uid: 0, gid: 0, mtime, children: new Map() },
					'keep',
				);
				visit(hostFile, name);
			} else if (entry.isSymbolicLink()) {
				tree.add(name, symlinkNode(readlinkSync(hostFile), mtime), collisions);
			} else if (entry.isFile()) {
				const { ino, nlink, mode, size } = statSync(hostFile);
				const node = (nlink > 1 ? links.get(String(ino)) : undefined) ?? {
					type: 'file' as const,
					mode: (mode & 0o100 ? 0o755 : 0o644) | (mode & 0o6000),
					uid: 0,
					gid: 0,
					mtime,
					contents: { kind: 'part' as const, file: hostFile, offset: 0, size },
				};
				if (nlink > 1) links.set(String(ino), node);
				tree.add(name, node, collisions);
			} else
				throw new ImageError(`${hostFile} is neither a file, a folder nor a link`, {
					hint: 'device nodes belong into "entries"',
				});
		}
	};
	try {
		visit(from, to);
	} catch (cause) {
		if (cause instanceof ImageError) throw cause;
		throw new ImageError(`cannot take ${from} into an image: ${cause instanceof Error ? cause.message : ''}`, {
			cause,
		});
	}
}

export function symlinkNode(target: string, mtime: number): TreeNode {
	return { type: 'symlink', mode: 0o777, uid: 0, gid: 0, mtime, target };
}
