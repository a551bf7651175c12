/** From a device to the blocks of a volume: what has to hold, and the replay of its log, before files can be looked at. */
import { IMPFS, type Superblock } from '../abi/impfs.js';
import { ImpfsCore, readSuperblock } from './core.js';
import type { Device } from './device.js';
import { ImpfsError } from './errors.js';
import { type JournalScan, replayed, resetJournal, scanJournal } from './journal.js';

function usableSuperblock(device: Device, what = 'superblock'): Superblock {
	const { superblock, problem } = readSuperblock(device, IMPFS.SUPER_OFFSET);
	if (!superblock) throw new ImpfsError('EUCLEAN', what, problem);
	return superblock;
}

function checkFeatures({ incompat, ro_compat }: Superblock, readonly: boolean): void {
	const unknown = incompat & ~IMPFS.INCOMPAT_KNOWN;
	if (unknown) throw new ImpfsError('EINVAL', 'volume', `needs unknown features (${unknown.toString(16)})`);
	if (!readonly && ro_compat & ~IMPFS.RO_KNOWN) {
		throw new ImpfsError('EROFS', 'volume', 'has features that forbid this tool to write');
	}
}

function checkGroups(core: ImpfsCore, readonly: boolean): void {
	core.loadGroups((group) => {
		throw new ImpfsError('EUCLEAN', `group descriptor ${group}`, 'has a wrong checksum');
	});
	if (readonly) return;
	for (const [i, group] of core.groups.entries()) {
		for (const kind of ['block_bitmap', 'inode_bitmap'] as const) {
			if (core.bitmapChecksum(i, group[kind]) !== group[`${kind}_csum`]) {
				throw new ImpfsError('EUCLEAN', `${kind.replace('_', ' ')} ${i}`, 'has a wrong checksum');
			}
		}
	}
}

/**
 * The blocks of a volume. For writing, the log is replayed on the device; for reading, in memory.
 * @throws ImpfsError EUCLEAN if superblock, descriptors or journal are damaged; EINVAL, EROFS for unknown features
 */
export function openCore(device: Device, readonly: boolean, scanned?: JournalScan): ImpfsCore {
	let superblock = usableSuperblock(device);
	checkFeatures(superblock, readonly);
	const overlay = new Map<number, Uint8Array>();
	if (superblock.incompat & IMPFS.INCOMPAT_RECOVER) {
		const scan = scanned ?? scanJournal(device, superblock);
		if (scan.problem) throw new ImpfsError('EUCLEAN', 'journal', scan.problem);
		for (const [block, contents] of replayed(scan)) {
			if (readonly) overlay.set(block, contents);
			else device.write(contents, block * IMPFS.BLOCK_SIZE);
		}
		if (!readonly) {
			device.flush();
			resetJournal(device, superblock, scan.sequence, scan.head);
			device.flush();
			superblock = usableSuperblock(device, 'superblock after replay');
		}
	}
	const core = new ImpfsCore(device, superblock, readonly);
	for (const [block, contents] of overlay) core.overlay(block, contents);
	checkGroups(core, readonly);
	return core;
}
