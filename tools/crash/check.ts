/** Judges one crash state: the log replays, the volume is sound, what was synced is there, and it can be used on. */
import { IMPFS } from '../abi/impfs.js';
import { readSuperblock, type Time } from '../impfs/core.js';
import type { Device } from '../impfs/device.js';
import { fsck } from '../impfs/fsck.js';
import { replayed, scanJournal } from '../impfs/journal.js';
import { ImpfsVolume } from '../impfs/volume.js';
import { type Expectation, foreignBytes, judge } from './oracle.js';
import type { Workload } from './workload.js';

export interface Claim {
	/** What must hold. */
	expected: readonly Expectation[];
	/** Whose files are looked through for foreign bytes. */
	workload: Workload | undefined;
	time: Time;
}

/**
 * Checks a volume as a crash has left it, and goes on as a mount would: the device is changed.
 *
 * @returns what is wrong; nothing if all is well
 */
export function checkCrash(device: Device, { expected, workload, time }: Claim): string[] {
	try {
		const wrong = fsck(device, { time }).problems.map(({ pass, message }) => `fsck before replay: ${pass}: ${message}`);
		wrong.push(...replayTwice(device));
		const volume = ImpfsVolume.open(device, { clock: () => time });
		wrong.push(...judge(volume, expected));
		if (workload !== undefined) wrong.push(...foreignBytes(volume, workload));
		volume.writeFile('/after the crash', 'written');
		volume.close();
		const after = fsck(device, { time });
		wrong.push(...after.problems.map(({ pass, message }) => `fsck after replay: ${pass}: ${message}`));
		wrong.push(...after.notes.map((note) => `after replay and an unmount: ${note}`));
		return wrong;
	} catch (error) {
		return [`it cannot be mounted: ${error instanceof Error ? error.message : error}`];
	}
}

/** Replays the log without emptying it, as a replay that is interrupted would, and sees that it replays the same again. */
function replayTwice(device: Device): string[] {
	const { superblock } = readSuperblock(device, IMPFS.SUPER_OFFSET);
	if (superblock === undefined || superblock.journal_blocks === 0) return [];
	const first = replayed(scanJournal(device, superblock));
	for (const [block, contents] of first) device.write(contents, block * IMPFS.BLOCK_SIZE);
	const { superblock: again = superblock } = readSuperblock(device, IMPFS.SUPER_OFFSET);
	const second = replayed(scanJournal(device, again));
	const same =
		first.size === second.size &&
		[...first].every(([block, contents]) => Buffer.compare(contents, second.get(block) ?? new Uint8Array()) === 0);
	return same ? [] : ['a second replay is not the same as the first'];
}
