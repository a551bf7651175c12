import { createHash, randomBytes } from 'node:crypto';
import {
	constants,
	copyFileSync,
	existsSync,
	mkdirSync,
	mkdtempSync,
	readdirSync,
	renameSync,
	rmSync,
	statSync,
	utimesSync,
} from 'node:fs';
import path from 'node:path';
import { fromRoot } from '../build/paths.js';
import type { Lifetime } from '../lifetime.js';
import { qemuArguments } from './arguments.js';
import type { Control } from './control.js';
import { type Machine, startMachine } from './machine.js';
import { belowOf, createOverlay, createStateDisk, hold, removeOverlay } from './qemu-img.js';
import { type MachineSpec, snapshotName } from './spec.js';

export const snapshotRoot = fromRoot('build', 'snapshots');

/** Snapshots of this many different machines are kept; one takes some tens of megabytes. */
const KEPT_SNAPSHOTS = 12;

export interface SnapshotOptions {
	lifetime: Lifetime;
	signal?: AbortSignal | undefined;
	/** Milliseconds for the boot. */
	bootTimeout?: number;
	/** Called if it has to be booted. */
	onBoot?: () => void;
}

/** A booted machine, saved: a qcow2 file that holds memory, devices and the disk's changes. */
export interface Snapshot {
	spec: MachineSpec;
	file: string;
}

/**
 * Gives the saved state of a machine whose agent answers, booting it if neither kernel, image nor machine has been
 * seen before. The machine's first disk must be raw: it stays untouched below the saved state.
 */
export async function prepareSnapshot(spec: MachineSpec, options: SnapshotOptions): Promise<Snapshot> {
	const key = snapshotKey(spec);
	const file = path.join(snapshotRoot, `${key}.qcow2`);
	if (existsSync(file)) {
		const now = new Date();
		utimesSync(file, now, now);
		return { spec, file };
	}
	mkdirSync(snapshotRoot, { recursive: true });
	const folder = mkdtempSync(path.join(snapshotRoot, 'boot-'));
	const forget = options.lifetime.defer(() => rmSync(folder, { recursive: true, force: true }));
	options.onBoot?.();
	try {
		const state = path.join(folder, 'state.qcow2');
		const machine = await startMachine(await onStateFile(spec, state), { ...options, folder });
		try {
			const control = await machine.connectAgent(options.bootTimeout ?? 120_000, options.signal);
			await control.ping();
			await control.sync();
			const complaint = await machine.qmp.human(`savevm ${snapshotName}`, 120_000);
			if (complaint.trim() !== '') throw new Error(`QEMU could not save the machine: ${complaint.trim()}`);
			await machine.qmp.execute('quit');
			await machine.ended();
		} finally {
			await machine.dispose();
		}
		if (existsSync(belowOf(state))) renameSync(belowOf(state), belowOf(file));
		renameSync(state, file);
		pruneSnapshots();
		return { spec, file };
	} finally {
		forget();
		rmSync(folder, { recursive: true, force: true });
	}
}

/** Removes all but the snapshots used last. */
function pruneSnapshots(): void {
	const files = readdirSync(snapshotRoot)
		.filter((name) => name.endsWith('.qcow2'))
		.map((name) => path.join(snapshotRoot, name))
		.map((file) => ({ file, used: statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0 }));
	const old = files.sort((a, b) => b.used - a.used).slice(KEPT_SNAPSHOTS);
	for (const { file } of old) removeOverlay(file);
}

/** Starts a machine from a snapshot; `folder` gets its own copy of the state. The agent answers when it resolves. */
export async function resumeSnapshot(
	snapshot: Snapshot,
	options: { folder: string; lifetime: Lifetime; signal?: AbortSignal | undefined; shared?: boolean },
): Promise<Machine> {
	const state = path.join(options.folder, 'state.qcow2');
	copyFileSync(snapshot.file, state, constants.COPYFILE_FICLONE);
	// The state knows what is below it by a name beside it, which is the same wherever it lies.
	if (existsSync(belowOf(snapshot.file))) hold(belowOf(snapshot.file), belowOf(state));
	const spec = withStateFile(snapshot.spec, state);
	const machine = await startMachine(spec, { ...options, loadSnapshot: snapshotName });
	try {
		await refresh(await machine.connectAgent(120_000, options.signal));
		return machine;
	} catch (error) {
		await machine.dispose();
		throw error;
	}
}

/** What a restored guest must not share with its siblings: time and randomness. */
export async function refresh(control: Control): Promise<void> {
	await Promise.all([control.setClock(Date.now()), control.reseed(randomBytes(64))]);
}

/** The same machine with its first disk, or a disk for nothing else, on the state file. */
function withStateFile(spec: MachineSpec, file: string): MachineSpec {
	const [first, ...others] = spec.disks;
	if (first === undefined) return { ...spec, stateFile: file };
	return { ...spec, disks: [{ file, format: 'qcow2' }, ...others] };
}

async function onStateFile(spec: MachineSpec, file: string): Promise<MachineSpec> {
	const [first] = spec.disks;
	if (first === undefined) await createStateDisk(file);
	else await createOverlay(first, file);
	return withStateFile(spec, file);
}

/** Names what a machine is made of; files by path, size and time of change. */
function snapshotKey(spec: MachineSpec): string {
	const files = [spec.kernel, spec.initrd, ...spec.disks.map(({ file }) => file)].filter((file) => file !== undefined);
	const identities = files.map((file) => {
		const { size, mtimeNs, ino } = statSync(file, { bigint: true });
		return `${file} ${size} ${mtimeNs} ${ino}`;
	});
	const args = qemuArguments(spec, { endpoints: { qmp: 'q', console: 'c', control: 't' } });
	return createHash('sha256')
		.update(JSON.stringify(['held', args, identities]))
		.digest('hex')
		.slice(0, 32);
}
