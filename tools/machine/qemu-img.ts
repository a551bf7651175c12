import { statSync } from 'node:fs';
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

/** Makes a qcow2 file that shows a disk and takes what is written. @throws ImageError */
export async function createOverlay(below: DiskSpec, file: string): Promise<void> {
	if (!statSync(below.file, { throwIfNoEntry: false })?.isFile()) {
		throw new ImageError(`no disk image ${below.file}`, { hint: 'imposos build --image NAME makes one' });
	}
	await qemuImg(['create', '-q', '-f', 'qcow2', '-b', below.file, '-F', below.format, file]);
}

/** Makes a qcow2 file with nothing on it, to hold snapshots. */
export async function createStateDisk(file: string): Promise<void> {
	await qemuImg(['create', '-q', '-f', 'qcow2', file, '1M']);
}
