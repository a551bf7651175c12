/** A share of the damages that a thread repairs: plain data in, plain data out. */
import { damage } from './damage.js';
import { repairDamage } from './damage-check.js';
import { type DamageVolume, damageVolume } from './damage-volume.js';

/** Damages by number. */
export interface RepairJob {
	numbers: readonly number[];
}

export interface RepairShare {
	/** Volumes that are not clean afterwards, and why. */
	failed: string[];
	/** Volumes in which a file is gone that was not damaged. */
	lost: string[];
}

export const repairWorker = new URL('./repair-worker.js', import.meta.url);

let volume: DamageVolume | undefined;

export function repairShare({ numbers }: RepairJob): RepairShare {
	volume ??= damageVolume();
	const share: RepairShare = { failed: [], lost: [] };
	for (const number of numbers) {
		const harm = damage(volume, number);
		const { clean, lost, refused } = repairDamage(volume, harm);
		if (!clean) share.failed.push(`${number}: ${harm.what}: ${refused ?? 'is not clean afterwards'}`);
		if (lost.length > 0) share.lost.push(`${number}: ${harm.what}: ${lost.slice(0, 3).join(', ')}`);
	}
	return share;
}
