import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { moreDisks } from '../../../tools/crash/boot.js';
import { FileDevice } from '../../../tools/impfs/device.js';
import { fsck } from '../../../tools/impfs/fsck.js';
import { mkfs } from '../../../tools/impfs/mkfs.js';
import type { CaseMachine } from '../../../tools/suite/case-machine.js';
import type { CaseTools } from '../../../tools/suite/checks.js';

const time = { sec: 1_800_000_000, ns: 0 };

const volumeFile = (t: CaseTools) => path.join(t.scratch, 'volume.img');

/** A machine with an empty volume of a gibibyte at /mnt/n, with as many inodes as can be. `memory` is in MiB. */
export async function machineWithVolume(t: CaseTools, memory: number): Promise<CaseMachine> {
	mkdirSync(t.scratch, { recursive: true });
	const file = volumeFile(t);
	const device = FileDevice.open(file, { size: 1024 * 2 ** 20, create: true });
	const id = new Uint8Array(16).fill(4);
	mkfs(device, { uuid: id, hashSeed: id, time, bytesPerInode: 4096 });
	device.close();
	const vm = await t.boot({ memory, extra: moreDisks([file]) });
	await vm.sh('mkdir -p /mnt/n && mount -t impfs /dev/sdb /mnt/n && mount -t tmpfs -o nr_inodes=0 none /tmp');
	return vm;
}

/** Unmounts the volume, checks it, and looks into the log. */
export async function volumeEndsWell(vm: CaseMachine, t: CaseTools): Promise<void> {
	const { stdout } = await vm.sh('umount /mnt/n; dmesg | grep -i "out of memory\\|read-only" ; echo end');
	t.equal(stdout, 'end\n', 'the volume is unmounted, and the log tells of no trouble');
	const device = FileDevice.open(volumeFile(t), { readonly: true });
	t.same(fsck(device, { time }).problems, [], 'and it is sound');
	device.close();
}
