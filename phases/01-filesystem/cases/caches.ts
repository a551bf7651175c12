import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { moreDisks } from '../../../tools/crash/boot.js';
import { FileDevice } from '../../../tools/impfs/device.js';
import { mkfs } from '../../../tools/impfs/mkfs.js';
import type { CaseMachine } from '../../../tools/suite/case-machine.js';
import type { CaseTools } from '../../../tools/suite/checks.js';
import { defineCases } from '../../../tools/suite/declaration.js';
import { guestTestPath, runGuestTest } from '../../../tools/suite/guest-test.js';

const time = { sec: 1_800_000_000, ns: 0 };

/** A machine with little memory and an empty volume of a gibibyte at /mnt/n, with as many inodes as can be. */
async function smallMachine(t: CaseTools): Promise<CaseMachine> {
	mkdirSync(t.scratch, { recursive: true });
	const file = path.join(t.scratch, 'names.img');
	const device = FileDevice.open(file, { size: 1024 * 2 ** 20, create: true });
	const id = new Uint8Array(16).fill(4);
	mkfs(device, { uuid: id, hashSeed: id, time, bytesPerInode: 4096 });
	device.close();
	const vm = await t.boot({ memory: 64, extra: moreDisks([file]) });
	await vm.sh('mkdir -p /mnt/n && mount -t impfs /dev/sdb /mnt/n && mount -t tmpfs -o nr_inodes=0 none /tmp');
	return vm;
}

async function endsWell(vm: CaseMachine, t: CaseTools): Promise<void> {
	const { stdout } = await vm.sh('umount /mnt/n; dmesg | grep -i "out of memory\\|read-only" ; echo end');
	t.equal(stdout, 'end\n', 'the volume is unmounted, and the log tells of no trouble');
}

export const cacheCases = defineCases([
	{
		id: '1.4/caches-give-back',
		title: 'names and inodes by the hundred thousand make room when memory is wanted, on impfs and tmpfs',
		tier: 'quick',
		start: 'none',
		needs: ['qemu'],
		timeout: 1800,
		run: async (_vm, t) => {
			const vm = await smallMachine(t);
			const program = guestTestPath(1, 'caches');
			const options = { timeout: 1_700_000 };
			const absent = String(t.size(500_000, 120_000));
			await runGuestTest(vm, t, program, ['/mnt/n/caches', String(t.size(250_000, 8000)), absent], options);
			await runGuestTest(vm, t, program, ['/tmp/caches', '4000', absent], options);
			await endsWell(vm, t);
		},
	},
	{
		id: '1.3/journal-makes-room',
		title: 'blocks that the journal holds until they are home go home when memory is wanted',
		tier: 'quick',
		start: 'none',
		needs: ['qemu'],
		timeout: 180,
		run: async (_vm, t) => {
			const vm = await smallMachine(t);
			await runGuestTest(vm, t, guestTestPath(1, 'journal-memory'), ['/mnt/n/held', '3500'], { timeout: 170_000 });
			await endsWell(vm, t);
		},
	},
]);
