/** The work behind `imposos image inode`, `map`, `log`, `extract` and `inject`. */
import { writeFileSync } from 'node:fs';
import { UsageError } from '../errors.js';
import type { ImpfsCore } from '../impfs/core.js';
import { inject, inodeFields, journalLines, mapLines, mapRuns } from '../impfs/inspect.js';
import { openImage } from '../impfs/locate.js';
import { ImpfsVolume } from '../impfs/volume.js';
import { parsePlace } from './files.js';

/** Opens the volume of IMAGE:PATH or IMAGE#INO for reading, and finds the inode. */
function withInode<T>(place: string, use: (core: ImpfsCore, ino: number) => T): T {
	const [, name = '', number] = /^(.*)#(\d+)$/.exec(place) ?? [];
	const { image, path } = parsePlace(number === undefined ? place : name);
	const device = openImage(image, { readonly: true });
	try {
		const volume = ImpfsVolume.open(device, { readonly: true });
		const ino = number === undefined ? volume.stat(path).ino : Number(number);
		if (ino < 1 || ino > volume.core.inodes) throw new UsageError(`${place}: inodes are 1 to ${volume.core.inodes}`);
		return use(volume.core, ino);
	} finally {
		device.close();
	}
}

export function showInode(place: string): string[] {
	return withInode(place, inodeFields);
}

export function showMap(place: string): string[] {
	return withInode(place, (core, ino) => mapLines(mapRuns(core, ino, core.inode(ino, true))));
}

/** Writes what an inode's blocks hold to a file of the host, whether it has a name or not. Returns the bytes. */
export function extractInode(place: string, file: string): number {
	return withInode(place, (core, ino) => {
		const inode = core.inode(ino, true);
		const runs = mapRuns(core, ino, inode).filter(({ level, problem }) => level === 0 && problem === undefined);
		const held = Math.max(0, ...runs.map(({ logical, count }) => logical + count)) * 4096;
		const bytes = Buffer.alloc(Math.min(inode.size, held));
		for (const { logical, block, count, unwritten } of runs) {
			const piece = new Uint8Array(count * 4096);
			if (!unwritten) core.device.read(piece, block * 4096);
			bytes.set(piece.subarray(0, Math.max(0, bytes.length - logical * 4096)), Math.min(bytes.length, logical * 4096));
		}
		writeFileSync(file, bytes);
		return bytes.length;
	});
}

export function showLog(image: string): string[] {
	const device = openImage(parsePlace(image).image, { readonly: true });
	try {
		return journalLines(device);
	} finally {
		device.close();
	}
}

export function injectFault(image: string, where: string, field: string, value: string, seal: boolean): bigint {
	if (!/^(0x[0-9a-f]+|\d+)$/i.test(value)) throw new UsageError(`${value} is no number`);
	const device = openImage(parsePlace(image).image, { readonly: false });
	try {
		return inject(device, where, field, BigInt(value), seal);
	} finally {
		device.close();
	}
}
