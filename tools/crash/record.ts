/** Runs workloads in a machine on a disk whose writes are recorded. */
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { GuestFailure } from '../errors.js';
import { MemoryDevice } from '../impfs/device.js';
import { mkfs } from '../impfs/mkfs.js';
import type { Control } from '../machine/control.js';
import { deviceWindow } from '../machine/partition.js';
import type { Recording } from './explore.js';
import { loggedDisk, parseLog, SECTOR } from './log.js';
import { epochsOf } from './states.js';
import { stepLine, type Workload } from './workload.js';

const MIB = 2 ** 20;
/** Bytes of the volume; the block of the marks lies behind it. */
const VOLUME = 16 * MIB;
const DISK = VOLUME + MIB;
const PROGRAM = '/usr/libexec/imposos-tests/01/crash-steps';

/** A machine with further arguments for QEMU: its agent, and how to end it. */
export interface RecordingMachine {
	control: Control;
	end(): Promise<void>;
}

export interface RecordOptions {
	/** Folder for disk and log. */
	folder: string;
	workloads: readonly Workload[];
	seed: number;
	signal: AbortSignal;
	boot(extra: string[]): Promise<RecordingMachine>;
}

/** The number in a mark's block. */
export function markOf(data: Uint8Array): number | undefined {
	const match = /^mark (\d+)\n/.exec(Buffer.from(data.subarray(0, 32)).toString('latin1'));
	return match ? Number(match[1]) : undefined;
}

function emptyDisk(seed: number): Uint8Array {
	const device = new MemoryDevice(DISK);
	const bytes = new Uint8Array(16).fill(seed);
	mkfs(deviceWindow(device, 0, VOLUME), { uuid: bytes, hashSeed: bytes, time: { sec: 1_700_000_000, ns: 0 } });
	return device.bytes;
}

/**
 * Records workloads, one after the other on one mounted volume.
 *
 * @throws GuestFailure when a step fails in the guest
 */
export async function record({ folder, workloads, seed, signal, boot }: RecordOptions): Promise<Recording> {
	const disk = emptyDisk(seed);
	const file = path.join(folder, 'crash.img');
	const log = path.join(folder, 'crash.log');
	writeFileSync(file, disk);
	writeFileSync(log, '');
	const machine = await boot(loggedDisk('crash', { file, log, bus: 'bus=ide.0,unit=1' }));
	try {
		await run(machine.control, workloads, signal);
	} finally {
		await machine.end();
	}
	const epochs = epochsOf(parseLog(readFileSync(log)), { markSector: VOLUME / SECTOR, markOf });
	return { disk, volume: VOLUME, epochs, workloads };
}

async function run(control: Control, workloads: readonly Workload[], signal: AbortSignal): Promise<void> {
	const mounted = await control.exec(['/bin/sh', '-c', 'mkdir -p /mnt/crash && mount -t impfs /dev/sdb /mnt/crash'], {
		signal,
	});
	if (mounted.status !== 0) throw new GuestFailure(`the volume cannot be mounted in the guest: ${mounted.stderr}`);
	const steps = workloads.flatMap((workload) => workload.steps);
	const { status, stdout, stderr } = await control.exec([PROGRAM, '/mnt/crash', '/dev/sdb', String(VOLUME)], {
		stdin: steps.map((step) => `${stepLine(step)}\n`).join(''),
		timeout: 600_000,
		signal,
	});
	const failed = stdout.split('\n').filter((line) => /^\d+ [1-9]/.test(line));
	if (status !== 0 || failed.length > 0) {
		const [number, errno] = (failed[0] ?? '').split(' ').map(Number);
		const step = steps[number ?? 0];
		const what = failed.length > 0 && step ? `"${stepLine(step)}" failed with errno ${errno}` : stderr;
		throw new GuestFailure(`a step of the workload did not succeed: ${what}`);
	}
	// The last entries count once a flush has updated the log's first sector.
	await control.exec(['sync'], { signal });
}
