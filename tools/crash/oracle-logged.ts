/**
 * What a crash may leave where file data is in the log too: names and contents are those of one moment. All steps before
 * it are whole, none after it has begun; the step under way then may have come as far as some of its pages.
 */
import { type ImpfsVolume, S_IFDIR, S_IFLNK } from '../impfs/volume.js';
import { applyStep, type Content, lastCommit, type Tree } from './oracle.js';
import type { Step, Workload } from './workload.js';

const PAGE = 4096;
/** Steps that change contents page by page; others are whole or not there. */
const PAGED = new Set(['write', 'truncate', 'punch', 'allocate', 'keep', 'zero']);

/** A step, and the trees before and after it. */
export interface Moment {
	step: Step | undefined;
	before: Tree;
	after: Tree;
}

/** The moments at which a crash may come while the step at `mark` may be under way, from the last commit on. */
export function possibleMoments(steps: readonly Step[], mark: number): Moment[] {
	const first = lastCommit(steps, mark);
	const tree: Tree = new Map();
	for (const one of steps.slice(0, first + 1)) applyStep(tree, one);
	const start = new Map(tree);
	const moments: Moment[] = [{ step: undefined, before: start, after: start }];
	for (const step of steps.slice(first + 1, mark + 1)) {
		const before = new Map(tree);
		applyStep(tree, step);
		moments.push({ step, before, after: new Map(tree) });
	}
	return moments;
}

/** What a workload's folder holds, without its own name's attributes. */
export function treeIn(volume: ImpfsVolume, { folder }: Workload): Tree {
	const tree: Tree = new Map();
	const visit = (path: string) => {
		tree.set(path, { kind: 'folder' });
		for (const { name, type } of volume.readdir(`/${path}`)) {
			const inside = `${path}/${name}`;
			if (type === S_IFDIR) visit(inside);
			else if (type === S_IFLNK) tree.set(inside, { kind: 'link', target: volume.readlink(`/${inside}`) });
			else
				tree.set(inside, { kind: 'file', data: volume.readFile(`/${inside}`), attribute: attributeOf(volume, inside) });
		}
	};
	if (volume.exists(`/${folder}`)) visit(folder);
	return tree;
}

function attributeOf(volume: ImpfsVolume, path: string): string | undefined {
	const stored = volume.xattrs(`/${path}`).get('user.crash');
	return stored === undefined ? undefined : Buffer.from(stored).toString('latin1');
}

/** Whether a tree is that of one of the moments. Returns what is wrong with the last of them, or undefined. */
export function wrongMoment(found: Tree, moments: readonly Moment[]): string | undefined {
	let wrong: string | undefined;
	for (const { step, before, after } of moments) {
		wrong = differs(found, after, after);
		if (wrong === undefined) return undefined;
		if (step !== undefined && PAGED.has(step.op) && differs(found, before, after) === undefined) return undefined;
	}
	return wrong;
}

/** The first path at which a tree is neither before nor after a step, nor in between. */
function differs(found: Tree, before: Tree, after: Tree): string | undefined {
	for (const path of new Set([...found.keys(), ...after.keys()])) {
		const [is, was, will] = [found.get(path), before.get(path), after.get(path)];
		if (is === undefined || was === undefined || will === undefined) return path;
		if (!between(is, was, will)) return path;
	}
	return undefined;
}

function between(is: Content, was: Content, will: Content): boolean {
	if (is.kind !== will.kind || is.target !== will.target) return false;
	if (is.kind !== 'file') return true;
	if (is.attribute !== was.attribute && is.attribute !== will.attribute) return false;
	const [data, old, next] = [is.data, was.data, will.data];
	return data !== undefined && old !== undefined && next !== undefined && mixed(data, old, next);
}

/** Whether each page is that of one of two versions, and the size one that a change between them passes through. */
function mixed(data: Uint8Array, old: Uint8Array, next: Uint8Array): boolean {
	const { length } = data;
	const [low, high] = [Math.min(old.length, next.length), Math.max(old.length, next.length)];
	if (length < low || length > high) return false;
	if (length !== low && length !== high && length % PAGE !== 0) return false;
	for (let at = 0; at < length; at += PAGE) {
		const page = data.subarray(at, at + PAGE);
		if (!samePage(page, old, at) && !samePage(page, next, at)) return false;
	}
	return true;
}

/** Whether a page is a version's at a place; beyond the version's end there are zeros. */
function samePage(page: Uint8Array, version: Uint8Array, at: number): boolean {
	const part = version.subarray(at, at + page.length);
	if (Buffer.compare(page.subarray(0, part.length), part) !== 0) return false;
	return page.subarray(part.length).every((byte) => byte === 0);
}
