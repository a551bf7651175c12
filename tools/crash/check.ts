/** Judges one crash state: the log replays, the volume is sound, what was synced is there, and it can be used on. */
import { IMPFS } from '../abi/impfs.js';
import { readSuperblock, type Time } from '../impfs/core.js';
import type { Device } from '../impfs/device.js';
import { fsck } from '../impfs/fsck.js';
import { type JournalScan, replayed, scanJournal } from '../impfs/journal.js';
import { ImpfsVolume } from '../impfs/volume.js';
import { SECTOR } from './log.js';
import { type Expectation, foreignBytes, judge, namesIn } from './oracle.js';
import { type Moment, treeIn, wrongMoment } from './oracle-logged.js';
import type { Workload } from './workload.js';

/** What a state has to show if the crash came at one moment. */
export interface Claim {
	/** What must hold. */
	expected: readonly Expectation[];
	workload: Workload;
	/** What each of its files may show. */
	tags: ReadonlyMap<string, ReadonlySet<string>>;
	/** Trees of names, one of which must be there. */
	names: ReadonlySet<string>;
	/** Where data is in the log: moments, of one of which names and contents must be. */
	moments?: readonly Moment[];
}

export interface CheckOptions {
	/** One for each moment at which the crash may have come. */
	claims: readonly Claim[];
	time: Time;
	/** Draws how far an interrupted replay comes. */
	random: () => number;
}

/**
 * Checks a volume as a crash has left it, and goes on as a mount would: the device is changed.
 *
 * @param look sees the volume before it is used on
 * @returns what is wrong; nothing if all is well
 */
export function checkCrash(
	device: Device,
	{ claims, time, random }: CheckOptions,
	look?: (volume: ImpfsVolume) => void,
): string[] {
	try {
		const scan = scanOf(device);
		const options = { time, ...(scan === undefined ? {} : { scan }) };
		const wrong = fsck(device, options).problems.map(({ pass, message }) => `fsck before replay: ${pass}: ${message}`);
		const again = scan && interruptReplay(device, scan, random);
		if (again && !sameReplay(scan, again)) wrong.push('a second replay is not the same as the first');
		const volume = ImpfsVolume.open(device, { clock: () => time, ...(again === undefined ? {} : { scan: again }) });
		for (const [index, claim] of claims.entries()) wrong.push(...judgeClaim(volume, claim, claims[index - 1]));
		look?.(volume);
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

function judgeClaim(
	volume: ImpfsVolume,
	{ expected, workload, tags, names, moments }: Claim,
	before: Claim | undefined,
): string[] {
	const wrong = judge(volume, expected);
	// What a file may show grows with the steps: the earliest moment of a workload is the strictest.
	if (before?.workload !== workload) wrong.push(...foreignBytes(volume, workload, tags));
	const found = namesIn(volume, workload);
	if (!names.has(found)) wrong.push(`the names are those of no moment: ${found.replaceAll('\n', ', ')}`);
	const mixed = moments && wrongMoment(treeIn(volume, workload), moments);
	if (mixed !== undefined) wrong.push(`${mixed} is that of no moment, or of another than the rest`);
	return wrong;
}

function scanOf(device: Device): JournalScan | undefined {
	const { superblock } = readSuperblock(device, IMPFS.SUPER_OFFSET);
	return superblock === undefined || superblock.journal_blocks === 0 ? undefined : scanJournal(device, superblock);
}

/**
 * Replays the log in part, as a replay that a second crash cuts short: some blocks are home, some not, one is torn. The
 * log is not emptied. Returns what is in it then.
 */
function interruptReplay(device: Device, scan: JournalScan, random: () => number): JournalScan {
	const home = [...replayed(scan)];
	if (home.length === 0) return scan;
	const { superblock } = readSuperblock(device, IMPFS.SUPER_OFFSET);
	const part = random();
	const torn = Math.floor(random() * home.length);
	let intoLog = false;
	for (const [index, [block, contents]] of home.entries()) {
		const at = block * IMPFS.BLOCK_SIZE;
		if (index === torn) {
			const sectors = 1 + Math.floor(random() * 7);
			device.write(contents.subarray(0, sectors * SECTOR), at);
		} else if (random() < part) device.write(contents, at);
		const within = block - (superblock?.journal_start ?? 0);
		intoLog ||= block === 0 || (within >= 0 && within < (superblock?.journal_blocks ?? 0));
	}
	// Blocks elsewhere cannot change what the log says.
	return intoLog ? (scanOf(device) ?? scan) : scan;
}

function sameReplay(a: JournalScan, b: JournalScan): boolean {
	if (a === b) return true;
	const [first, second] = [replayed(a), replayed(b)];
	return (
		first.size === second.size &&
		[...first].every(([block, contents]) => Buffer.compare(contents, second.get(block) ?? new Uint8Array()) === 0)
	);
}
