import { renameSync, rmSync, statSync } from 'node:fs';
import { execa } from 'execa';
import { ImageError } from '../errors.js';
import type { DiskSpec } from './spec.js';

async function qemuImg(args: readonly string[]): Promise<string> {
	try {
		return (await execa('qemu-img', args)).stdout;
	} catch (error) {
		const said = error instanceof Error && 'stderr' in error ? String(error.stderr).trim() : '';
		throw new ImageError(`qemu-img ${args[0]} failed: ${said || 'it is not installed'}`, {
			cause: error,
			hint: 'imposos doctor names what is missing',
		});
	}
}

function checkThere({ file }: DiskSpec): void {
	if (!statSync(file, { throwIfNoEntry: false })?.isFile())
		throw new ImageError(`no disk image ${file}`, { hint: 'imposos build --image NAME makes one' });
}

/** Makes a qcow2 file that shows a disk and takes what is written. @throws ImageError */
export async function createOverlay(below: DiskSpec, file: string): Promise<void> {
	checkThere(below);
	await qemuImg(['create', '-q', '-f', 'qcow2', '-b', below.file, '-F', below.format, file]);
}

/** Copies a disk, without its holes, into a qcow2 file that needs nothing below it. @throws ImageError */
export async function copyDisk(disk: DiskSpec, file: string): Promise<void> {
	checkThere(disk);
	const partial = `${file}.partial`;
	try {
		await qemuImg(['convert', '-f', disk.format, '-O', 'qcow2', disk.file, partial]);
		renameSync(partial, file);
	} finally {
		rmSync(partial, { force: true });
	}
}

/** Makes a qcow2 file with nothing on it, to hold snapshots. */
export async function createStateDisk(file: string): Promise<void> {
	await qemuImg(['create', '-q', '-f', 'qcow2', file, '1M']);
}
