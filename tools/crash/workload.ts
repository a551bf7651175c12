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
	{ name: 'unlink', targets: ['.'], steps: (at) => [step('unlink', [at('a')])] },
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
	{ name: 'shrink', targets: ['a'], steps: (at) => [step('truncate', [at('a')], 3000)] },
	{ name: 'grow', targets: ['a'], steps: (at) => [step('truncate', [at('a')], 50_000)] },
	{ name: 'punch', targets: ['a'], steps: (at) => [step('punch', [at('a')], 0, 4096)] },
	{ name: 'mkdir', targets: ['e', '.'], steps: (at) => [step('mkdir', [at('e')])] },
	{ name: 'rmdir', targets: ['.'], steps: (at) => [step('rmdir', [at('d')])] },
	{ name: 'setxattr', targets: ['a'], steps: (at) => [step('setxattr', [at('a')], 'value')] },
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

/**
 * Every change with every way to sync it, or a part of them: `count` of them evenly spread. A folder is prepared and
 * synced before, and emptied after, by the steps themselves.
 */
export function singleWorkloads(count = Number.POSITIVE_INFINITY): Workload[] {
	const all = operations.flatMap((operation) =>
		syncs.flatMap((sync) =>
			(sync === 'sync' ? [''] : operation.targets).map((target) => ({ operation, sync, target })),
		),
	);
	const stride = Math.max(1, all.length / count);
	const chosen = all.filter((_, index) => Math.floor(index / stride) !== Math.floor((index - 1) / stride));
	return chosen.map(({ operation, sync, target }, index) => {
		const folder = `w${index}`;
		const at = (name: string) => (name === '.' ? folder : `${folder}/${name}`);
		const steps = [
			step('mkdir', [folder]),
			step('mkdir', [at('d')]),
			step('create', [at('a')]),
			step('write', [at('a')], 0, 8192, `w${index}.a`),
			step('sync', []),
			...operation.steps(at, `w${index}.b`),
			step(sync, sync === 'sync' ? [] : [at(target)]),
		];
		return {
			name: [operation.name, sync, target].filter((word) => word).join(' '),
			folder,
			steps: [...steps, ...cleanup(steps)],
		};
	});
}
