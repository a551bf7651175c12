/** Workloads for the crash explorer: steps in words that `crash-steps` in the guest carries out, made by enumeration. */

import { applyStep, type Tree } from './oracle.js';

/** One step, as a line for `crash-steps`. */
export interface Step {
	/** `create`, `write`, `fsync`, … */
	op: string;
	/** Paths from the volume's root. */
	paths: readonly string[];
	/** What else the line says: offsets, lengths, tags. */
	rest: readonly string[];
}

/** Steps in a folder of their own, which is `folder`. */
export interface Workload {
	name: string;
	folder: string;
	steps: readonly Step[];
}

export function stepLine({ op, paths, rest }: Step): string {
	return [op, ...paths, ...rest].join(' ');
}

/** What makes a change, with the paths that it needs and the one to sync afterwards. */
interface Operation {
	name: string;
	/** Steps of the change in a folder with the file `a` (two blocks, synced), the folder `d`, and nothing else. */
	steps(at: (name: string) => string, tag: string): Step[];
	/** What a sync of one thing may name. */
	targets: readonly string[];
}

const step = (op: string, paths: readonly string[], ...rest: (string | number)[]): Step => ({
	op,
	paths,
	rest: rest.map(String),
});

const operations: readonly Operation[] = [
	{ name: 'create', targets: ['b', '.'], steps: (at) => [step('create', [at('b')])] },
	{
		name: 'write',
		targets: ['b', '.'],
		steps: (at, tag) => [step('create', [at('b')]), step('write', [at('b')], 0, 9000, tag)],
	},
	{ name: 'overwrite', targets: ['a'], steps: (at, tag) => [step('write', [at('a')], 1000, 4000, tag)] },
	{ name: 'append', targets: ['a'], steps: (at, tag) => [step('write', [at('a')], 8192, 5000, tag)] },
	{ name: 'beyond', targets: ['a'], steps: (at, tag) => [step('write', [at('a')], 100_000, 3000, tag)] },
	{ name: 'long', targets: ['a'], steps: (at, tag) => [step('write', [at('a')], 8192, 90_000, tag)] },
	{ name: 'link', targets: ['a', 'b', '.'], steps: (at) => [step('link', [at('a'), at('b')])] },
	{ name: 'symlink', targets: ['.'], steps: (at) => [step('symlink', ['a', at('b')])] },
	{ name: 'longlink', targets: ['.'], steps: (at) => [step('symlink', ['x/'.repeat(60), at('b')])] },
	{ name: 'unlink', targets: ['.'], steps: (at) => [step('unlink', [at('a')])] },
	{ name: 'nameless', targets: ['.'], steps: (at) => [step('nameless', [at('a')])] },
	{ name: 'rename', targets: ['b', '.'], steps: (at) => [step('rename', [at('a'), at('b')])] },
	{
		name: 'replace',
		targets: ['a', '.'],
		steps: (at, tag) => [
			step('create', [at('t')]),
			step('write', [at('t')], 0, 6000, tag),
			step('fsync', [at('t')]),
			step('rename', [at('t'), at('a')]),
		],
	},
	{ name: 'move', targets: ['d/b', 'd', '.'], steps: (at) => [step('rename', [at('a'), at('d/b')])] },
	{ name: 'exchange', targets: ['a', '.'], steps: (at) => [step('exchange', [at('a'), at('d')])] },
	{ name: 'empty', targets: ['a'], steps: (at) => [step('truncate', [at('a')], 0)] },
	{ name: 'sparse', targets: ['a'], steps: (at, tag) => [step('write', [at('a')], 4_300_000, 3000, tag)] },
	{ name: 'shrink', targets: ['a'], steps: (at) => [step('truncate', [at('a')], 3000)] },
	{ name: 'grow', targets: ['a'], steps: (at) => [step('truncate', [at('a')], 50_000)] },
	{ name: 'punch', targets: ['a'], steps: (at) => [step('punch', [at('a')], 0, 4096)] },
	{ name: 'punch within', targets: ['a'], steps: (at) => [step('punch', [at('a')], 1000, 3000)] },
	{ name: 'allocate', targets: ['a'], steps: (at) => [step('allocate', [at('a')], 6000, 30_000)] },
	{ name: 'keep', targets: ['a'], steps: (at) => [step('keep', [at('a')], 20_000, 30_000)] },
	{ name: 'zero', targets: ['a'], steps: (at) => [step('zero', [at('a')], 2000, 5000)] },
	{
		name: 'reserve',
		targets: ['a'],
		steps: (at, tag) => [step('allocate', [at('a')], 0, 60_000), step('write', [at('a')], 15_000, 20_000, tag)],
	},
	{
		name: 'logged',
		targets: ['a'],
		steps: (at, tag) => [step('journal', [at('a')]), step('write', [at('a')], 0, 8000, tag)],
	},
	{
		name: 'unlogged',
		targets: ['a'],
		// What was there goes into the log, and must not come back from it.
		steps: (at, tag) => [
			...[step('journal', [at('a')]), step('write', [at('a')], 0, 8000, `${at('.')}.a`), step('fsync', [at('a')])],
			...[step('unjournal', [at('a')]), step('write', [at('a')], 0, 6000, tag)],
		],
	},
	{ name: 'mkdir', targets: ['e', '.'], steps: (at) => [step('mkdir', [at('e')])] },
	{ name: 'rmdir', targets: ['.'], steps: (at) => [step('rmdir', [at('d')])] },
	{ name: 'setxattr', targets: ['a'], steps: (at) => [step('setxattr', [at('a')], 'value')] },
	{
		name: 'removexattr',
		targets: ['a'],
		steps: (at) => [step('setxattr', [at('a')], 'value'), step('sync', []), step('removexattr', [at('a')])],
	},
	// Lists and modes: whatever a crash leaves, they go together.
	{ name: 'acl', targets: ['a'], steps: (at) => [step('acl', [at('a')], 7), step('acl', [at('a')], 2)] },
	{ name: 'remode', targets: ['a'], steps: (at) => [step('acl', [at('a')], 6), step('chmod', [at('a')], 417)] },
	{
		name: 'heir',
		targets: ['d/b', 'd'],
		steps: (at) => [step('heirs', [at('d')], 5), step('create', [at('d/b')])],
	},
];

/** Ways to make a change durable. */
const syncs = ['fsync', 'fdatasync', 'sync'] as const;

/** Removes what steps have left in a folder, and the folder. */
function cleanup(steps: readonly Step[]): Step[] {
	const tree: Tree = new Map();
	for (const one of steps) applyStep(tree, one);
	const deepest = [...tree].sort(([a], [b]) => (a < b ? 1 : -1));
	return deepest.map(([path, { kind }]) => step(kind === 'folder' ? 'rmdir' : 'unlink', [path]));
}

/** Whether a step can succeed on what the steps before it have left. */
function possible(tree: Tree, { op, paths }: Step): boolean {
	const [first = '', second = ''] = paths;
	const below = (path: string) => [...tree.keys()].some((other) => other.startsWith(`${path}/`));
	const target = second === '' ? first : second;
	const parent = target.slice(0, Math.max(0, target.lastIndexOf('/')));
	if (parent !== '' && tree.get(parent)?.kind !== 'folder') return false;
	if (op === 'sync') return true;
	if (op === 'mkdir' || op === 'create') return !tree.has(first);
	if (op === 'symlink') return !tree.has(second);
	if (!tree.has(first)) return false;
	if (op === 'heirs') return tree.get(first)?.kind === 'folder';
	if (op === 'rmdir') return tree.get(first)?.kind === 'folder' && !below(first);
	if (op === 'link') return !tree.has(second) && tree.get(first)?.kind !== 'folder';
	if (op === 'removexattr') return tree.get(first)?.attribute !== undefined;
	if (op === 'exchange') return tree.has(second) && tree.get(first) !== tree.get(second);
	if (op === 'rename') {
		const [from, to] = [tree.get(first), tree.get(second)];
		return to === undefined || (from !== to && from?.kind !== 'folder' && to.kind !== 'folder');
	}
	return op === 'fsync' || op === 'fdatasync' || tree.get(first)?.kind === 'file';
}

/** Changes in a folder that is prepared and synced before, and emptied after. */
function workload(name: string, folder: string, changes: readonly Step[]): Workload | undefined {
	const at = (file: string) => `${folder}/${file}`;
	const steps = [
		step('mkdir', [folder]),
		step('mkdir', [at('d')]),
		step('create', [at('a')]),
		step('write', [at('a')], 0, 8192, `${folder}.a`),
		step('sync', []),
		...changes,
	];
	const tree: Tree = new Map();
	for (const one of steps) {
		if (!possible(tree, one)) return undefined;
		applyStep(tree, one);
	}
	return { name, folder, steps: [...steps, ...cleanup(steps)] };
}

/** A change and the way it is synced. */
interface Synced {
	operation: Operation;
	sync: string;
	target: string;
}

const everySynced: readonly Synced[] = operations.flatMap((operation) =>
	syncs.flatMap((sync) => (sync === 'sync' ? [''] : operation.targets).map((target) => ({ operation, sync, target }))),
);

function within(folder: string): (name: string) => string {
	return (name) => (name === '.' ? folder : `${folder}/${name}`);
}

function syncStep({ sync, target }: Synced, folder: string): Step {
	return step(sync, sync === 'sync' ? [] : [within(folder)(target)]);
}

/** Every change with every way to sync it, or `count` of them evenly spread. */
export function singleWorkloads(count = Number.POSITIVE_INFINITY): Workload[] {
	const stride = Math.max(1, everySynced.length / count);
	const chosen = everySynced.filter((_, index) => Math.floor(index / stride) !== Math.floor((index - 1) / stride));
	return chosen.flatMap((one, index) => {
		const folder = `w${index.toString(36)}`;
		const name = [one.operation.name, one.sync, one.target].filter((word) => word).join(' ');
		const changes = [...one.operation.steps(within(folder), `${folder}.b`), syncStep(one, folder)];
		return workload(name, folder, changes) ?? [];
	});
}

/**
 * A workload of changes in words: `['rmdir sync', 'write', 'mkdir fsync e']`, each a change and how it is synced, if it is.
 *
 * @throws RangeError for what is not known or cannot succeed
 */
export function namedWorkload(parts: readonly string[], folder: string): Workload {
	const changes = parts.flatMap((part, index) => {
		const [name = '', sync, target = ''] = part.split(' ');
		const operation = operations.find((one) => one.name === name);
		if (operation === undefined) throw new RangeError(`there is no change ${name}`);
		const made = operation.steps(within(folder), `${folder}.${'bcdefg'[index]}`);
		return sync === undefined ? made : [...made, syncStep({ operation, sync, target }, folder)];
	});
	const made = workload(parts.join(', '), folder, changes);
	if (made === undefined) throw new RangeError(`${parts.join(', ')} cannot succeed`);
	return made;
}

/** `count` workloads of several changes, each but the last synced or not, drawn from all that can succeed. */
export function sequenceWorkloads(length: number, count: number, random: () => number): Workload[] {
	const list = new Map<string, Workload>();
	const pick = () => everySynced[Math.floor(random() * everySynced.length)] as Synced;
	for (let tries = 0; list.size < count && tries < count * 50; tries++) {
		const folder = `${length === 2 ? 'p' : 'q'}${list.size.toString(36)}`;
		const parts = Array.from({ length }, (_, index) => ({
			...{ one: pick(), synced: index === length - 1 || random() < 0.5, tag: `${folder}.${'bcdefg'[index]}` },
		}));
		const changes = parts.flatMap(({ one, synced, tag }) => [
			...one.operation.steps(within(folder), tag),
			...(synced ? [syncStep(one, folder)] : []),
		]);
		const name = parts
			.map(({ one, synced }) => `${one.operation.name}${synced ? ` ${one.sync} ${one.target}`.trimEnd() : ''}`)
			.join(', ');
		const made = list.has(name) ? undefined : workload(name, folder, changes);
		if (made !== undefined) list.set(name, made);
	}
	return [...list.values()];
}
