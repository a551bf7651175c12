/** Faults that the explorer has to find: in the filesystem, switched on in the kernel; and of the disk, made in the log. */
import type { Epoch } from './states.js';
import { namedWorkload, type Workload } from './workload.js';

/** Names that /proc/impfs-fault takes, and what a kernel with that fault does. */
export const plantedFaults: Readonly<Record<string, string>> = {
	'no-preflush': 'does not flush before the commit block',
	'no-postflush': 'does not flush after it',
	'no-data': 'commits without the file data',
	'data-late': 'commits before the file data',
	'no-revoke': 'logs no revokes',
	'reuse-freed': 'uses freed blocks before the commit',
	'no-orphan': 'forgets the orphan list',
	'fsync-early': 'returns early from fsync',
	'split-rename': 'makes two transactions of a rename',
	'forget-before-home': 'empties the log before its blocks are home',
	'home-first': 'writes blocks home before the commit',
	'no-commit-checksum': 'commits without a checksum',
	'no-tag-checksum': 'logs blocks without their checksums',
	'lose-log-block': 'leaves a block out of the log',
	'skip-home': 'empties the log and leaves the blocks to write-back',
	'keep-orphan': 'leaves freed inodes on the orphan list',
	leak: 'does not give back the blocks of a truncated file',
	'datasync-size': 'leaves the size out of fdatasync',
	'sync-early': 'returns early from sync',
	'no-inode-checksum': 'does not seal inodes',
	'no-bitmap-checksum': 'does not seal bitmaps',
	'split-unlink': 'makes two transactions of an unlink',
	'split-acl': 'makes two transactions of a list and its mode',
	'no-link-count': 'does not count a new folder',
	'no-zero-tail': 'does not zero what a file is cut to',
	'lose-logged-data': 'commits without the data in the log',
	'keep-logged-data': 'logs no revokes for data',
	'data-direct': 'writes data in place that belongs in the log',
};

/** Those that only show where file data goes through the log. */
export const loggedFaults: ReadonlySet<string> = new Set(['lose-logged-data', 'data-direct']);

/** What a disk, or a machine, may do wrong: changes of a log. */
export const transformations: Readonly<Record<string, (epochs: readonly Epoch[]) => Epoch[]>> = {
	'ignores every other flush': (epochs) => withoutBarriers(epochs, 0),
	'ignores the others': (epochs) => withoutBarriers(epochs, 1),
	'says too early that a step is done': (epochs) =>
		epochs.map(({ writes, marks }) => ({
			writes,
			marks: marks.map(({ mark, after }) => ({ mark: mark + 1, after })),
		})),
	'forgets the last write before some flushes': (epochs) => someEpochs(epochs, (writes) => writes.slice(0, -1)),
	'writes some blocks in the wrong place': (epochs) =>
		someEpochs(epochs, (writes) => writes.map((one, at) => (at === 0 ? { ...one, sector: one.sector + 8 } : one))),
	'loses half of some writes': (epochs) =>
		someEpochs(epochs, (writes) =>
			writes.map((one) => ({ ...one, data: one.data.subarray(0, Math.max(512, one.data.length / 2)) })),
		),
};

/** A disk that ignores every other flush: what lies on both sides of it may be lost apart. */
function withoutBarriers(epochs: readonly Epoch[], parity: number): Epoch[] {
	const merged: Epoch[] = [];
	for (const [index, { writes, marks }] of epochs.entries()) {
		const last = merged.at(-1);
		if (last === undefined || index % 2 !== parity) merged.push({ writes, marks });
		else {
			const shifted = marks.map(({ mark, after }) => ({ mark, after: after + last.writes.length }));
			merged[merged.length - 1] = { writes: [...last.writes, ...writes], marks: [...last.marks, ...shifted] };
		}
	}
	return merged;
}

function someEpochs(epochs: readonly Epoch[], change: (writes: Epoch['writes']) => Epoch['writes']): Epoch[] {
	return epochs.map((epoch, index) => (index % 5 === 4 ? { ...epoch, writes: change(epoch.writes) } : epoch));
}

/** Workloads that between them show every fault. */
export function tellingWorkloads(): Workload[] {
	const list = [
		// First, while the log is far from full: a checkpoint in between would forgive what is not revoked.
		['logged sync', 'unlink sync', 'write fsync b'],
		['write sync'],
		['long sync'],
		['unlink sync'],
		['write', 'mkdir fsync e'],
		['rmdir sync', 'write fsync b'],
		['long fsync a', 'empty', 'write sync'],
		['nameless fsync .'],
		['rename sync'],
		['replace sync'],
		['append fdatasync a'],
		['shrink sync', 'grow fsync a'],
		['link fsync b', 'unlink sync'],
		['removexattr sync', 'write fsync b'],
		['append', 'symlink fsync .'],
		['overwrite sync'],
		['acl sync'],
	];
	return list.map((parts, index) => namedWorkload(parts, `f${index.toString(36)}`));
}
