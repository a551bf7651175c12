import { existsSync } from 'node:fs';
import { ImageError } from '../errors.js';
import { fsck } from '../impfs/fsck.js';
import { ImpfsVolume } from '../impfs/volume.js';
import type { Machine } from '../machine/machine.js';
import { deviceWindow, rootPartition } from '../machine/partition.js';
import { Qcow2Device } from '../machine/qcow2.js';
import type { CaseTools } from './checks.js';

/** Checks the filesystem that a machine leaves behind. A failed check says what is wrong with it. */
export function checkMachineDisk({ spec }: Machine, t: CaseTools): void {
	const [disk] = spec.disks;
	if (disk === undefined || disk.format !== 'qcow2' || !existsSync(disk.file)) return;
	const device = Qcow2Device.open(disk.file);
	try {
		const { offset, size } = rootPartition(device, disk.file);
		const window = deviceWindow(device, offset, size);
		const { problems } = fsck(window, { time: { sec: Math.floor(Date.now() / 1000), ns: 0 } });
		if (problems.length > 0) {
			const text = problems
				.slice(0, 10)
				.map((problem) => JSON.stringify(problem))
				.join('\n');
			t.fail('fsck finds nothing wrong with the disk afterwards', text);
		}
	} catch (error) {
		t.fail('the disk can be checked afterwards', error instanceof Error ? error.message : String(error));
	} finally {
		device.close();
	}
}

/**
 * Reads a file from the disk that a machine has left, without the machine.
 *
 * @throws ImageError when it is not there
 */
export function readGuestFile({ spec }: Machine, path: string): Buffer {
	const [disk] = spec.disks;
	if (disk === undefined) throw new ImageError('the machine has no disk');
	const device = Qcow2Device.open(disk.file);
	try {
		const { offset, size } = rootPartition(device, disk.file);
		const volume = ImpfsVolume.open(deviceWindow(device, offset, size), { readonly: true });
		return Buffer.from(volume.readFile(path));
	} finally {
		device.close();
	}
}
