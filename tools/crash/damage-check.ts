/** What becomes of a damaged volume when it is repaired: it is clean, and what was not damaged is still there. */
import { IMPFS } from '../abi/impfs.js';
import { readSuperblock } from '../impfs/core.js';
import { MemoryDevice } from '../impfs/device.js';
import { fsck } from '../impfs/fsck.js';
import { replayed, scanJournal } from '../impfs/journal.js';
import { ImpfsVolume } from '../impfs/volume.js';
import type { Damage } from './damage.js';
import { type DamageVolume, damageTime, digestOf, eachFile, type KeptFile } from './damage-volume.js';

const BLOCK = IMPFS.BLOCK_SIZE;

export interface Repair {
	/** Nothing was wrong, or nothing is any more. */
	clean: boolean;
	/** Untouched files that are gone or have other contents. */
	lost: string[];
	/** Why it could not be repaired. */
	refused?: string;
}

/** The damaged volume. */
export function damaged({ bytes }: DamageVolume, { patches }: Damage): MemoryDevice {
	const device = new MemoryDevice(bytes.slice());
	for (const { offset, data } of patches) device.write(data, offset);
	return device;
}

/** Repairs a damaged volume and looks for what has to be left of it. */
export function repairDamage(volume: DamageVolume, damage: Damage): Repair {
	const device = damaged(volume, damage);
	const intact = untouched(volume, damage, device);
	try {
		const { clean } = fsck(device, { repair: true, time: damageTime });
		return { clean, lost: clean ? missing(device, intact) : [] };
	} catch (error) {
		return { clean: false, lost: [], refused: error instanceof Error ? error.message : String(error) };
	}
}

/** Files none of whose bytes were damaged, neither in their place nor by what the damaged log would write there. */
function untouched({ files, bytes }: DamageVolume, { patches }: Damage, device: MemoryDevice): KeptFile[] {
	const touched = patches.map(({ offset, data }) => ({ from: offset, to: offset + data.length }));
	const { superblock } = readSuperblock(device, IMPFS.SUPER_OFFSET);
	if (superblock !== undefined && superblock.journal_blocks > 0) {
		for (const [block, contents] of replayed(scanJournal(device, superblock))) {
			const from = block * BLOCK;
			if (Buffer.compare(contents, bytes.subarray(from, from + BLOCK)) !== 0) touched.push({ from, to: from + BLOCK });
		}
	}
	return files.filter(({ ranges }) =>
		ranges.every(({ from, to }) => touched.every((other) => other.to <= from || other.from >= to)),
	);
}

function missing(device: MemoryDevice, intact: readonly KeptFile[]): string[] {
	const volume = ImpfsVolume.open(device, { readonly: true });
	const there = new Map<number, string[]>();
	eachFile(volume, (path, ino) => there.set(ino, [...(there.get(ino) ?? []), path]));
	return intact.flatMap(({ path, ino, digest }) => {
		const [found] = there.get(ino) ?? [];
		if (found === undefined) return [`${path} is gone`];
		return digestOf(volume, found) === digest ? [] : [`${path}, now ${found}, has other contents`];
	});
}
