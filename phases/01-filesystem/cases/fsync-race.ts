import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { FileDevice } from '../../../tools/impfs/device.js';
import { fsck } from '../../../tools/impfs/fsck.js';
import { mkfs } from '../../../tools/impfs/mkfs.js';
import { ImpfsVolume } from '../../../tools/impfs/volume.js';
import type { CaseMachine } from '../../../tools/suite/case-machine.js';
import { defineCases } from '../../../tools/suite/declaration.js';
import { guestTestPath } from '../../../tools/suite/guest-test.js';

const time = { sec: 1_800_000_000, ns: 0 };
const BLOCK = 4096;

/** What stops a disk: filters that let one request through and then a byte a second. */
const filters = { reads: { 'bps-read': 1 }, writes: { 'bps-write': 1 } } as const;

/** A disk on a file between which and the machine filters can be put while it runs. */
function disk(file: string): string[] {
	return [
		...['-blockdev', `driver=file,node-name=disk-file,filename=${file.replaceAll(',', ',,')}`],
		...['-blockdev', 'driver=raw,node-name=disk,file=disk-file'],
		...['-device', 'ide-hd,drive=disk,bus=ide.0,unit=1'],
	];
}

/** Puts both filters before the disk, that for reads on top. */
async function stop({ qmp }: CaseMachine): Promise<void> {
	let below = 'disk-file';
	for (const name of ['writes', 'reads'] as const) {
		const limits = filters[name];
		await qmp.execute('object-add', { 'qom-type': 'throttle-group', id: name, limits });
		await qmp.execute('blockdev-add', {
			driver: 'throttle',
			'node-name': `slow-${name}`,
			'throttle-group': name,
			file: below,
		});
		below = `slow-${name}`;
	}
	await putOn(qmp, below);
}

/** What the machine's disk lies on from now on; requests that a filter held, and that is out of the way, go on. */
async function putOn(qmp: CaseMachine['qmp'], file: string): Promise<void> {
	await qmp.execute('blockdev-reopen', { options: [{ driver: 'raw', 'node-name': 'disk', file }] });
}

export const fsyncRaceCases = defineCases([
	{
		id: '1.3/fsync-of-a-page-about-to-be-written',
		title:
			'fdatasync waits for a page that somebody else has begun to write and of which the disk has heard nothing yet',
		tier: 'quick',
		start: 'none',
		needs: ['qemu'],
		timeout: 120,
		run: async (_vm, t) => {
			mkdirSync(t.scratch, { recursive: true });
			const image = path.join(t.scratch, 'race.img');
			const device = FileDevice.open(image, { size: 32 * 2 ** 20, create: true });
			const id = new Uint8Array(16).fill(6);
			mkfs(device, { uuid: id, hashSeed: id, time });
			const volume = ImpfsVolume.open(device, { clock: () => time });
			volume.writeFile('/file', Buffer.alloc(200 * BLOCK, 'o'));
			for (const name of ['/read', '/write']) volume.writeFile(name, Buffer.alloc(BLOCK, 'b'));
			volume.close();
			device.close();

			const vm = await t.boot({ extra: disk(image) });
			await vm.sh('mkdir -p /mnt/r && mount -t impfs /dev/sdb /mnt/r');
			const race = await vm.spawn([guestTestPath(1, 'fsync-race'), '/mnt/r']);
			race.exited.catch(() => {});
			const lines = createInterface({ input: race.stdout })[Symbol.asyncIterator]();
			const told = async (): Promise<string> => (await lines.next()).value ?? 'nothing';
			t.equal(await told(), 'dirty', 'a page waits to be written');
			await stop(vm);
			race.stdin.write('\n');
			t.equal(await told(), 'waiting', 'one process has begun to, another syncs');
			await putOn(vm.qmp, 'slow-writes');
			race.stdin.write('\n');
			t.equal(await told(), 'waits', 'fdatasync waits while the page is being written');
			// Writes stay stopped: what has been written to the disk is there already.
			await vm.machine.dispose();
			const after = FileDevice.open(image, { readonly: true });
			t.same(fsck(after, { time }).problems, [], 'the volume is sound');
			const old = ImpfsVolume.open(after, { readonly: true }).readFile('/file', { offset: 100 * BLOCK, length: 1 });
			t.equal(old.toString(), 'o', 'and does not have what nobody was told it has');
			after.close();
		},
	},
]);
