/** Runs workloads in a machine on a disk whose writes are recorded. */
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { GuestFailure } from '../errors.js';
import type { Control } from '../machine/control.js';
import { emptyVolume, makeDisk, regionAt, regionSeed } from './disk.js';
import type { Recording } from './explore.js';
import { loggedDisk, readLog, SECTOR } from './log.js';
import { epochsOf } from './states.js';
import { type Step, stepLine, type Workload } from './workload.js';

const PROGRAM = '/usr/libexec/imposos-tests/01/crash-steps';

/** A machine with further arguments for QEMU: its agent, and how to end it. */
export interface RecordingMachine {
	control: Control;
	end(): Promise<void>;
}

/** What runs on one volume, one workload after the other. */
export interface Plan {
	workloads: readonly Workload[];
	/** A fault of the filesystem that is switched on meanwhile; steps may fail then. */
	fault?: string;
	/** Mounted with data=journal. */
	logged?: boolean;
}

export interface RecordOptions {
	/** Folder for disk and log. */
	folder: string;
	/** At most {@link MAX_REGIONS}. */
	plans: readonly Plan[];
	seed: number;
	signal: AbortSignal;
	boot(extra: string[]): Promise<RecordingMachine>;
	onPlan?: (index: number) => void;
}

/** Where a recorded volume's log is, and what ran on it. Plain data: it is handed to workers. */
export interface Recorded {
	log: string;
	region: number;
	seed: number;
	workloads: readonly Workload[];
	logged?: boolean;
}

/** The number in a mark's block. */
export function markOf(data: Uint8Array): number | undefined {
	const match = /^mark (\d+)\n/.exec(Buffer.from(data.subarray(0, 32)).toString('latin1'));
	return match ? Number(match[1]) : undefined;
}

/**
 * Records plans, one after the other, each on a volume of its own.
 *
 * @throws GuestFailure when a step fails in the guest, unless a fault is planted
 */
export async function record({ folder, plans, seed, signal, boot, onPlan }: RecordOptions): Promise<Recorded[]> {
	const file = path.join(folder, 'crash.img');
	const log = path.join(folder, 'crash.log');
	makeDisk(file, plans.length, seed);
	writeFileSync(log, '');
	const machine = await boot(loggedDisk('crash', { file, log, bus: 'bus=ide.0,unit=1' }));
	try {
		for (const [index, plan] of plans.entries()) {
			onPlan?.(index);
			await run(machine.control, plan, index, signal);
		}
		// The last entries count once a flush has updated the log's first sector.
		await machine.control.exec(['sync'], { signal });
	} finally {
		await machine.end();
	}
	return plans.map(({ workloads, logged = false }, region) => ({
		...{ log, region, seed: regionSeed(seed, region), workloads, logged },
	}));
}

/** Reads what was recorded of one volume. @throws ImageError for a log that cannot be used */
export function loadRecording({ log, region, seed, workloads, logged = false }: Recorded): Recording {
	const { start, marks } = regionAt(region);
	const markSector = marks / SECTOR;
	const entries = readLog(log, { from: start / SECTOR, to: markSector + 1 });
	const epochs = epochsOf(entries, { start: start / SECTOR, markSector, markOf });
	return { disk: emptyVolume(seed), epochs, workloads, logged };
}

async function shell(control: Control, line: string, signal: AbortSignal): Promise<void> {
	const { status, stderr } = await control.exec(['/bin/sh', '-c', line], { signal, timeout: 120_000 });
	if (status !== 0) throw new GuestFailure(`the guest cannot "${line}": ${stderr}`);
}

async function run(
	control: Control,
	{ workloads, fault, logged }: Plan,
	index: number,
	signal: AbortSignal,
): Promise<void> {
	const { partition, marks } = regionAt(index);
	const mount = `mount -t impfs ${logged ? '-o data=journal ' : ''}/dev/sdb${partition} /mnt/crash`;
	await shell(control, `mkdir -p /mnt/crash && ${mount}`, signal);
	if (fault !== undefined) await shell(control, `echo ${fault} >/proc/impfs-fault`, signal);
	const steps = workloads.flatMap((workload) => workload.steps);
	const { status, stdout, stderr } = await control.exec([PROGRAM, '/mnt/crash', '/dev/sdb', String(marks)], {
		stdin: steps.map((step) => `${stepLine(step)}\n`).join(''),
		timeout: 1_200_000,
		signal,
	});
	if (fault === undefined) checkSteps(steps, { status, stdout, stderr });
	await shell(control, `umount /mnt/crash${fault === undefined ? '' : '; echo none >/proc/impfs-fault'}`, signal);
}

function checkSteps(
	steps: readonly Step[],
	{ status, stdout, stderr }: { status: number; stdout: string; stderr: string },
): void {
	const failed = stdout.split('\n').filter((line) => /^\d+ [1-9]/.test(line));
	if (status === 0 && failed.length === 0) return;
	const [number, errno] = (failed[0] ?? '').split(' ').map(Number);
	const step = steps[number ?? 0];
	const what = failed.length > 0 && step ? `"${stepLine(step)}" failed with errno ${errno}` : stderr;
	throw new GuestFailure(`a step of the workload did not succeed: ${what}`);
}
