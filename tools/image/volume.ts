/** The work behind `imposos mkfs` and `imposos fsck`. */
import { randomBytes } from 'node:crypto';
import { existsSync, rmSync, statSync } from 'node:fs';
import { ImageError } from '../errors.js';
import type { Time } from '../impfs/core.js';
import { FileDevice } from '../impfs/device.js';
import { type FsckResult, fsck, type Problem } from '../impfs/fsck.js';
import { locateVolume, openImage } from '../impfs/locate.js';
import { type MkfsOptions, mkfs } from '../impfs/mkfs.js';
import { ImpfsVolume } from '../impfs/volume.js';
import { parsePlace } from './files.js';

function now(): Time {
	const ms = Date.now();
	return { sec: Math.floor(ms / 1000), ns: (ms % 1000) * 1e6 };
}

export interface MakeVolumeOptions extends Partial<MkfsOptions> {
	file: string;
	/** Bytes; of a file that is not there yet. */
	size: number;
	/** Overwrite a volume. */
	force: boolean;
}

/** Makes a volume in a new file, an empty one, or (with `force`) over an old volume. A failure removes a new file. */
export function makeVolume(options: MakeVolumeOptions): { blocks: number; inodes: number; free: number } {
	const { file, size, force } = options;
	const old = existsSync(file) && statSync(file).size > 0;
	if (old && !force)
		throw new ImageError(`${file} exists`, { hint: '--force makes the filesystem anew, all in it is lost' });
	const device = old ? FileDevice.open(file, locateVolume(file)) : FileDevice.open(file, { create: true, size });
	try {
		const uuid = randomBytes(16);
		// Version 4, variant 1 (RFC 4122, section 4.4).
		uuid[6] = ((uuid[6] as number) & 0x0f) | 0x40;
		uuid[8] = ((uuid[8] as number) & 0x3f) | 0x80;
		mkfs(device, { uuid, hashSeed: randomBytes(16), time: now(), ...options });
		const { blocks, inodes, free } = ImpfsVolume.open(device, { readonly: true }).statfs();
		return { blocks, inodes, free };
	} catch (error) {
		if (!old) rmSync(file, { force: true });
		throw error;
	} finally {
		device.close();
	}
}

/** Checks the volume of an image, by file or name. */
export function checkVolume(place: string, repair: boolean, report: (problem: Problem) => void): FsckResult {
	const device = openImage(parsePlace(place).image, { readonly: !repair });
	try {
		return fsck(device, { repair, time: now(), report });
	} finally {
		device.close();
	}
}
