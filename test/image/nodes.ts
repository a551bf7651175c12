import type { TreeNode } from '../../tools/image/tree.js';

export const file = (text = ''): TreeNode => ({
	type: 'file',
	mode: 0o644,
	uid: 0,
	gid: 0,
	mtime: 1,
	contents: { kind: 'bytes', bytes: Buffer.from(text) },
});
export const folder = (mode = 0o755): TreeNode => ({
	type: 'directory',
	mode,
	uid: 0,
	gid: 0,
	mtime: 1,
	children: new Map(),
});
export const link = (target: string): TreeNode => ({ type: 'symlink', mode: 0o777, uid: 0, gid: 0, mtime: 1, target });
