import { linkSync, renameSync, rmSync, statSync, symlinkSync } from 'node:fs';
import path from 'node:path';
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

/** The name by which an overlay knows what lies below it: beside it, whatever becomes of the image's own name. */
export function belowOf(overlay: string): string {
	return `${overlay}.below`;
}

/**
 * Gives a file a second name. An image that is built anew takes the name of the old one, which machines may still be
 * using, or be about to: those find it by their own name. Across filesystems that is a symbolic link, and no help.
 */
export function hold(file: string, name: string): void {
	rmSync(name, { force: true });
	try {
		linkSync(file, name);
	} catch {
		symlinkSync(path.resolve(file), name);
	}
}

/** Makes a qcow2 file that shows a disk and takes what is written; `belowOf` it goes with it. @throws ImageError */
export async function createOverlay(below: DiskSpec, file: string): Promise<void> {
	checkThere(below);
	hold(below.file, belowOf(file));
	await qemuImg(['create', '-q', '-f', 'qcow2', '-b', path.basename(belowOf(file)), '-F', below.format, file]);
}

/** Removes an overlay and the name that it holds. */
export function removeOverlay(file: string): void {
	rmSync(file, { force: true });
	rmSync(belowOf(file), { force: true });
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
