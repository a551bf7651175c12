/** What must be on a disk after a crash, by what the workload had synced, and what may not be in any file. */
import { type ImpfsVolume, S_IFDIR, S_IFMT, S_IFREG } from '../impfs/volume.js';
import type { Step, Workload } from './workload.js';

/** A file, or a folder or link where there is no `data`. */
export interface Content {
	kind: 'file' | 'folder' | 'link';
	data?: Uint8Array;
	target?: string;
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
	const edit = (change: (data: Uint8Array) => Uint8Array) => {
		const old = tree.get(first);
		if (old?.data === undefined) return;
		const next: Content = { ...old, data: change(old.data) };
		for (const [path, content] of tree) if (content === old) tree.set(path, next);
	};
	const actions: Record<string, () => void> = {
		mkdir: () => tree.set(first, { kind: 'folder' }),
		create: () => tree.has(first) || tree.set(first, { kind: 'file', data: new Uint8Array() }),
		rmdir: () => tree.delete(first),
		unlink: () => tree.delete(first),
		symlink: () => tree.set(second, { kind: 'link', target: first }),
		link: () => copy(tree, first, second),
		rename: () => copy(tree, first, second) && tree.delete(first),
		truncate: () => edit((data) => resized(data, a)),
		write: () =>
			edit((data) => {
				const to = resized(data, Math.max(data.length, a + b));
				to.set(taggedBytes(rest[2] ?? '', a, b), a);
				return to;
			}),
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
 * sync makes everything durable; fsync the contents of its file and, as a commit does, all names made before;
 * fdatasync the contents alone. What a later step touches is judged by its name at most.
 */
export function expectations(steps: readonly Step[], mark: number): Expectation[] {
	let synced = Math.min(mark, steps.length) - 1;
	while (synced >= 0 && !isSync(steps[synced])) synced--;
	const by = steps[synced];
	if (by === undefined) return [];
	const now = treeAfter(steps, synced);
	const before = treeAfter(steps, earlierSync(steps, synced));
	const later = steps.slice(synced + 1, mark + 1);
	const touched = new Set(later.flatMap(({ paths }) => paths));
	const gone = new Set(later.flatMap(removedPaths));
	const target = now.get(by.paths[0] ?? '');
	const names = by.op === 'fdatasync' ? [...now].filter(([path]) => before.has(path)) : [...now];
	const list: Expectation[] = [];
	for (const [path, content] of names) {
		if (gone.has(path)) continue;
		const durable = by.op === 'sync' || content === target || before.get(path) === content;
		list.push({ path, content, nameOnly: touched.has(path) || !durable || isAlias(now, content, touched) });
	}
	if (by.op === 'fdatasync') return list;
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

/** Whether another name of the same object was touched. */
function isAlias(tree: Tree, content: Content, touched: ReadonlySet<string>): boolean {
	return [...tree].some(([path, other]) => other === content && touched.has(path));
}

/** Where a step makes a name. */
function madePaths({ op, paths }: Step): string[] {
	if (op === 'symlink' || op === 'link' || op === 'rename') return paths.slice(1);
	return op === 'create' || op === 'mkdir' ? paths.slice(0, 1) : [];
}

function isSync(step: Step | undefined): boolean {
	return step?.op === 'sync' || step?.op === 'fsync' || step?.op === 'fdatasync';
}

function earlierSync(steps: readonly Step[], before: number): number {
	for (let i = before - 1; i >= 0; i--) if (steps[i]?.op === 'sync') return i;
	return -1;
}

function removedPaths({ op, paths }: Step): string[] {
	if (op === 'unlink' || op === 'rmdir' || op === 'rename') return paths.slice(0, 1);
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

function differences(volume: ImpfsVolume, path: string, { kind, data, target }: Content): string[] {
	const name = `/${path}`;
	if (kind === 'folder') return [];
	if (kind === 'link') return volume.readlink(name) === target ? [] : [`${path} has another target than was synced`];
	const found = volume.readFile(name);
	if (data === undefined || found.equals(data)) return [];
	const at = found.findIndex((byte, index) => byte !== data[index]);
	return [`${path} has other contents than were synced: ${found.length} bytes of ${data.length}, byte ${at} differs`];
}

/** Looks into all files of a workload's folder for bytes that the workload never wrote. */
export function foreignBytes(volume: ImpfsVolume, { folder }: Workload): string[] {
	const wrong: string[] = [];
	const visit = (path: string) => {
		for (const { name } of volume.readdir(path)) {
			const inside = `${path}/${name}`;
			const type = volume.stat(inside).mode & S_IFMT;
			if (type === S_IFDIR) visit(inside);
			else if (type === S_IFREG) {
				const at = foreignAt(volume.readFile(inside), `${folder}.`);
				if (at >= 0) wrong.push(`${inside.slice(1)} shows foreign bytes at ${at}`);
			}
		}
	};
	if (volume.exists(`/${folder}`)) visit(`/${folder}`);
	return wrong;
}

/** The first 16 bytes that are neither zeros nor a record of the workload; -1 when there are none. */
function foreignAt(bytes: Buffer, tag: string): number {
	for (let at = 0; at + 16 <= bytes.length; at += 16) {
		const record = bytes.subarray(at, at + 16);
		if (record.every((byte) => byte === 0)) continue;
		const text = record.toString('latin1').replace(/^\0+|\0+$/g, '');
		if (text.length === 16 && !text.startsWith(tag)) return at;
	}
	return -1;
}
