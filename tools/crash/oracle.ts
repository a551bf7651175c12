/** What must be on a disk after a crash, by what the workload had synced, and what may not be in any file. */
import { type ImpfsVolume, S_IFDIR, S_IFREG } from '../impfs/volume.js';
import type { Step, Workload } from './workload.js';

/** A file, or a folder or link where there is no `data`. */
export interface Content {
	kind: 'file' | 'folder' | 'link';
	data?: Uint8Array;
	target?: string;
	/** A file: what all its versions share. */
	file?: { tags: Set<string> };
	/** Value of its extended attribute. */
	attribute?: string | undefined;
}

/** Paths and what they name; two names of one file have the same object. */
export type Tree = Map<string, Content>;

/** The bytes that `crash-steps` writes: records of 16 that name write and place. */
export function taggedBytes(tag: string, offset: number, length: number): Buffer {
	const first = Math.floor(offset / 16);
	const last = Math.ceil((offset + length) / 16);
	let text = '';
	for (let record = first; record < last; record++)
		text += `${tag.slice(0, 6).padEnd(6)}${record.toString(16).padStart(9, '0')}\n`;
	return Buffer.from(text, 'latin1').subarray(offset - first * 16, offset - first * 16 + length);
}

function resized(data: Uint8Array, size: number): Uint8Array {
	const to = new Uint8Array(size);
	to.set(data.subarray(0, Math.min(size, data.length)));
	return to;
}

/** Carries out a step in the model. A file's bytes are replaced, never changed, so that copies of a tree stay. */
export function applyStep(tree: Tree, { op, paths, rest }: Step): void {
	const [first = '', second = ''] = paths;
	const [a = 0, b = 0] = rest.map(Number);
	const edit = (change: (data: Uint8Array) => Uint8Array, tag?: string) =>
		replace((old) => {
			if (old.data === undefined) return old;
			if (tag !== undefined) old.file?.tags.add(tag);
			return { ...old, data: change(old.data) };
		});
	const replace = (change: (old: Content) => Content) => {
		const old = tree.get(first);
		if (old === undefined) return;
		const next = change(old);
		for (const [path, content] of tree) if (content === old) tree.set(path, next);
	};
	const actions: Record<string, () => void> = {
		mkdir: () => tree.set(first, { kind: 'folder' }),
		create: () =>
			tree.has(first) || tree.set(first, { kind: 'file', data: new Uint8Array(), file: { tags: new Set() } }),
		rmdir: () => tree.delete(first),
		unlink: () => tree.delete(first),
		nameless: () => tree.delete(first),
		setxattr: () => replace((old) => ({ ...old, attribute: rest[0] })),
		removexattr: () => replace((old) => ({ ...old, attribute: undefined })),
		exchange: () => exchange(tree, first, second),
		symlink: () => tree.set(second, { kind: 'link', target: first }),
		link: () => copy(tree, first, second),
		rename: () => {
			if (tree.get(first) === tree.get(second)) return;
			copy(tree, first, second);
			move(tree, first, second);
		},
		truncate: () => edit((data) => resized(data, a)),
		write: () =>
			edit((data) => {
				const to = resized(data, Math.max(data.length, a + b));
				to.set(taggedBytes(rest[2] ?? '', a, b), a);
				return to;
			}, rest[2]),
		allocate: () => edit((data) => resized(data, Math.max(data.length, a + b))),
		keep: () => edit((data) => data.slice()),
		zero: () => edit((data) => resized(data, Math.max(data.length, a + b)).fill(0, a, a + b)),
		punch: () => edit((data) => resized(data, data.length).fill(0, a, a + b)),
	};
	actions[op]?.();
}

function copy(tree: Tree, from: string, to: string): boolean {
	const content = tree.get(from);
	if (content === undefined) return false;
	tree.set(to, content);
	return true;
}

/** Renames what is below a folder, and the folder. */
function move(tree: Tree, from: string, to: string): void {
	tree.delete(from);
	for (const [path, content] of [...tree]) {
		if (!path.startsWith(`${from}/`)) continue;
		tree.delete(path);
		tree.set(`${to}${path.slice(from.length)}`, content);
	}
}

function exchange(tree: Tree, a: string, b: string): void {
	const [first, second] = [tree.get(a), tree.get(b)];
	if (first === undefined || second === undefined) return;
	const below = [...tree].filter(([path]) => path.startsWith(`${a}/`) || path.startsWith(`${b}/`));
	for (const [path] of below) tree.delete(path);
	for (const [path, content] of below) {
		const [from, to] = path.startsWith(`${a}/`) ? [a, b] : [b, a];
		tree.set(`${to}${path.slice(from.length)}`, content);
	}
	tree.set(a, second);
	tree.set(b, first);
}

/** Something that a crash may not do. */
export interface Expectation {
	path: string;
	/** What must be there; undefined: nothing. */
	content: Content | undefined;
	/** The contents may have changed since: only the name must be there. */
	nameOnly: boolean;
}

/**
 * What must hold once all steps below `mark` have returned and the one at `mark` may be under way.
 *
 * sync makes everything durable; fsync the contents of its file and, if it {@link commits}, all names made before;
 * fdatasync the contents alone. What a later step touches is judged by its name at most.
 */
export function expectations(steps: readonly Step[], mark: number): Expectation[] {
	let synced = Math.min(mark, steps.length) - 1;
	while (synced >= 0 && !isSync(steps[synced])) synced--;
	const by = steps[synced];
	if (by === undefined) return [];
	const committed = commits(steps, synced);
	const { before, now, renamed, attributed } = treesAfter(steps, earlierSync(steps, synced), synced);
	const later = steps.slice(synced + 1, mark + 1);
	const touched = new Set(later.flatMap(({ paths }) => paths));
	const gone = new Set(later.flatMap(removedPaths));
	const target = now.get(by.paths[0] ?? '');
	// Without a commit no name is promised: only what has been in its place since the last sync can be looked for.
	const names = [...now].filter(([path]) => committed || (before.has(path) && !renamed.has(path)));
	const list: Expectation[] = [];
	const moved = later.filter(({ op }) => op === 'exchange').flatMap(({ paths }) => paths);
	for (const [path, content] of names) {
		if (gone.has(path) || moved.some((above) => path.startsWith(`${above}/`))) continue;
		// Attributes are left for later then.
		const whole = committed || content.file === undefined || !attributed.has(content.file);
		const durable = by.op === 'sync' || (content === target && whole) || before.get(path) === content;
		list.push({ path, content, nameOnly: touched.has(path) || !durable || isAlias(now, content, touched) });
	}
	if (!committed) return list;
	const mentioned = new Set(steps.slice(0, synced + 1).flatMap(madePaths));
	for (const path of mentioned)
		if (!now.has(path) && !touched.has(path)) list.push({ path, content: undefined, nameOnly: false });
	return list;
}

function treeAfter(steps: readonly Step[], last: number): Tree {
	const tree: Tree = new Map();
	for (const one of steps.slice(0, last + 1)) applyStep(tree, one);
	return tree;
}

/**
 * The trees at two moments; what did not change is the same object in both. `renamed` are the paths that named
 * something else, or nothing, in between; `attributed` the files whose attribute changed, if only for a while.
 */
function treesAfter(
	steps: readonly Step[],
	first: number,
	second: number,
): { before: Tree; now: Tree; renamed: Set<string>; attributed: Set<object> } {
	const now = treeAfter(steps, first);
	const before = new Map(now);
	const renamed = new Set<string>();
	const attributed = new Set<object>();
	for (const one of steps.slice(first + 1, second + 1)) {
		const file = now.get(one.paths[0] ?? '')?.file;
		if (file !== undefined && (one.op === 'setxattr' || one.op === 'removexattr')) attributed.add(file);
		applyStep(now, one);
		for (const [path, content] of before) {
			const found = now.get(path);
			if (found !== content && (found?.file === undefined || found.file !== content.file)) renamed.add(path);
		}
	}
	return { before, now, renamed, attributed };
}

/** Whether another name of the same object was touched. */
function isAlias(tree: Tree, content: Content, touched: ReadonlySet<string>): boolean {
	return [...tree].some(([path, other]) => other === content && touched.has(path));
}

/** Where a step makes a name. */
function madePaths({ op, paths }: Step): string[] {
	if (op === 'symlink' || op === 'link' || op === 'rename') return paths.slice(1);
	if (op === 'exchange') return [...paths];
	return op === 'create' || op === 'mkdir' ? paths.slice(0, 1) : [];
}

function isSync(step: Step | undefined): boolean {
	return step?.op === 'sync' || step?.op === 'fsync' || step?.op === 'fdatasync';
}

/** What changes the inode that it names, whatever time it is: bytes that are replaced change times alone, which two changes may share. */
const naming = new Set(['create', 'mkdir', 'link', 'symlink', 'rename', 'exchange', 'unlink', 'nameless', 'rmdir']);
const attributing = new Set(['setxattr', 'removexattr', 'acl', 'heirs', 'chmod']);

/**
 * Whether a step waits for a commit, which makes all durable that was done before: sync, and fsync of what has changed
 * since the last sync of anything. What has not changed has nothing to wait for.
 */
export function commits(steps: readonly Step[], at: number): boolean {
	const { op, paths: [target = ''] = [] } = steps[at] ?? {};
	if (op !== 'fsync') return op === 'sync';
	for (let i = at - 1; i >= 0 && !isSync(steps[i]); i--) {
		const { op: change, paths } = steps[i] as Step;
		const inFolder = (path: string) => path.slice(0, Math.max(0, path.lastIndexOf('/'))) === target;
		if ((naming.has(change) || attributing.has(change)) && paths.includes(target)) return true;
		if (naming.has(change) && paths.some(inFolder)) return true;
		const size = (last: number) => treeAfter(steps, last).get(target)?.data?.length;
		if (size(i - 1) !== size(i)) return true;
	}
	return false;
}

/** The last step below `mark` that has waited for a commit; -1 when there is none. */
export function lastCommit(steps: readonly Step[], mark: number): number {
	let last = Math.min(mark, steps.length) - 1;
	while (last >= 0 && !commits(steps, last)) last--;
	return last;
}

function earlierSync(steps: readonly Step[], before: number): number {
	for (let i = before - 1; i >= 0; i--) if (steps[i]?.op === 'sync') return i;
	return -1;
}

function removedPaths({ op, paths }: Step): string[] {
	if (op === 'unlink' || op === 'nameless' || op === 'rmdir' || op === 'rename') return paths.slice(0, 1);
	return [];
}

/** Compares a volume with what must hold. Returns what does not. */
export function judge(volume: ImpfsVolume, list: readonly Expectation[]): string[] {
	const wrong: string[] = [];
	for (const { path, content, nameOnly } of list) {
		const there = volume.exists(`/${path}`);
		if (content === undefined) {
			if (there) wrong.push(`${path} is there again, though its removal was synced`);
		} else if (!there) wrong.push(`${path} is lost, though it was synced`);
		else if (!nameOnly) wrong.push(...differences(volume, path, content));
	}
	return wrong;
}

function differences(volume: ImpfsVolume, path: string, { kind, data, target, attribute }: Content): string[] {
	const name = `/${path}`;
	if (kind === 'folder') return [];
	if (kind === 'link') return volume.readlink(name) === target ? [] : [`${path} has another target than was synced`];
	const stored = volume.xattrs(name).get('user.crash');
	const value = stored === undefined ? undefined : Buffer.from(stored).toString('latin1');
	if (value !== attribute) return [`${path} has the attribute ${value}, and ${attribute} was synced`];
	const found = volume.readFile(name);
	if (data === undefined || found.equals(data)) return [];
	const at = found.findIndex((byte, index) => byte !== data[index]);
	return [`${path} has other contents than were synced: ${found.length} bytes of ${data.length}, byte ${at} differs`];
}

/**
 * The trees of names that a crash may leave while the step at `mark` may be under way: changes of names come in the
 * order in which they were made, each whole or not at all, from the last commit that a sync has waited for.
 */
export function possibleNames(steps: readonly Step[], mark: number): Set<string> {
	const first = lastCommit(steps, mark);
	const possible = new Set<string>();
	const tree = treeAfter(steps, first);
	possible.add(names(tree));
	for (const one of steps.slice(first + 1, mark + 1)) {
		applyStep(tree, one);
		possible.add(names(tree));
	}
	return possible;
}

function names(tree: Tree): string {
	return [...tree]
		.map(([path, { kind }]) => `${path} ${kind}`)
		.sort()
		.join('\n');
}

/** The names in a workload's folder, as {@link possibleNames} writes them. */
export function namesIn(volume: ImpfsVolume, { folder }: Workload): string {
	const tree: Tree = new Map();
	const visit = (path: string) => {
		tree.set(path, { kind: 'folder' });
		for (const { name, type } of volume.readdir(`/${path}`)) {
			if (type === S_IFDIR) visit(`${path}/${name}`);
			else tree.set(`${path}/${name}`, { kind: type === S_IFREG ? 'file' : 'link' });
		}
	};
	if (volume.exists(`/${folder}`)) visit(folder);
	return names(tree);
}

/** Which tags each file may show while the step at `mark` may be under way: all that it ever had under that name. */
export function possibleTags(steps: readonly Step[], mark: number): Map<string, Set<string>> {
	const files = new Map<string, Set<Set<string>>>();
	const tree: Tree = new Map();
	for (const one of steps.slice(0, mark + 1)) {
		applyStep(tree, one);
		for (const [path, { file }] of tree)
			if (file !== undefined) files.set(path, (files.get(path) ?? new Set()).add(file.tags));
	}
	// A later write may reach the disk before the change of names that came before it.
	return new Map([...files].map(([path, sets]) => [path, new Set([...sets].flatMap((tags) => [...tags]))]));
}

/** Whether mode and access control list, which change together, are of two moments: the group bits are the mask. */
function tornList(volume: ImpfsVolume, path: string): boolean {
	const list = volume.xattrs(path).get('system.posix_acl_access');
	if (list === undefined) return false;
	const mask = new DataView(list.buffer, list.byteOffset).getUint16(list.length - 14, true);
	return mask !== ((volume.stat(path).mode >> 3) & 7);
}

/** Looks into a workload's folder for bytes that were never written to a file, or not there, and for torn lists. */
export function foreignBytes(
	volume: ImpfsVolume,
	{ folder }: Workload,
	tags: ReadonlyMap<string, ReadonlySet<string>>,
): string[] {
	const wrong: string[] = [];
	const visit = (path: string) => {
		for (const { name, type } of volume.readdir(path)) {
			const inside = `${path}/${name}`;
			if (tornList(volume, inside)) wrong.push(`${inside.slice(1)} has a list that its mode does not show`);
			if (type === S_IFDIR) visit(inside);
			else if (type === S_IFREG) {
				const at = foreignAt(volume.readFile(inside), tags.get(inside.slice(1)) ?? new Set());
				if (at >= 0) wrong.push(`${inside.slice(1)} shows foreign bytes at ${at}`);
			}
		}
	};
	if (volume.exists(`/${folder}`)) visit(`/${folder}`);
	return wrong;
}

/** The first 16 bytes that are neither zeros nor a record of one of the tags in its place; -1 when there are none. */
function foreignAt(bytes: Buffer, tags: ReadonlySet<string>): number {
	for (let at = 0; at + 16 <= bytes.length; at += 16) {
		if (bytes[at] === 0 && bytes[at + 8] === 0 && bytes[at + 15] === 0) continue;
		const text = bytes.toString('latin1', at, at + 16).replace(/^\0+|\0+$/g, '');
		if (text.length < 16) continue;
		const right = Number.parseInt(text.slice(6), 16) === at / 16;
		if (!right || !tags.has(text.slice(0, 6).trimEnd())) return at;
	}
	return -1;
}
