import { closeSync, ftruncateSync, mkdirSync, openSync, readFileSync, writeSync } from 'node:fs';
import path from 'node:path';
import { FileDevice, MemoryDevice } from '../../../tools/impfs/device.js';
import { fsck } from '../../../tools/impfs/fsck.js';
import { mkfs } from '../../../tools/impfs/mkfs.js';
import { defineCases } from '../../../tools/suite/declaration.js';
import { damages, randomDamage, SAMPLE_SIZE, sameOptions, sampleVolume } from '../damage.js';

const MIB = 2 ** 20;
const quote = (file: string) => file.replaceAll(',', ',,');
const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');

/** Numbers that damage made larger than the host counts exactly. */
const roughly = (text: string) => text.replace(/\d{16,}/g, 'very many');

/** More disks for a machine, the first of them /dev/sdb. */
function disks(files: readonly string[]): string[] {
	return files.flatMap((file, index) => [
		...['-drive', `if=none,id=more${index},format=raw,cache=unsafe,file=${quote(file)}`],
		...['-device', `ide-hd,drive=more${index},bus=ide.${(index + 1) >> 1},unit=${(index + 1) & 1}`],
	]);
}

export const toolCases = defineCases([
	{
		id: '1.1/guest-fsck',
		title: 'fsck.impfs in the guest finds what the host’s fsck finds, in the same words',
		tier: 'quick',
		start: 'none',
		needs: ['qemu'],
		timeout: 1200,
		run: async (_vm, t) => {
			const original = sampleVolume();
			const list = Object.entries(damages());
			for (let i = 0; i < t.size(300, 12); i++)
				list.push([`random ${i}`, (device) => randomDamage(device, t.seed + i)]);
			t.plan(list.length + 1);
			mkdirSync(t.scratch, { recursive: true });
			const file = path.join(t.scratch, 'damaged.img');
			const disk = openSync(file, 'w');
			ftruncateSync(disk, list.length * SAMPLE_SIZE);
			const expected = list.map(([, damage], index) => {
				const device = new MemoryDevice(original.bytes.slice());
				damage(device);
				writeSync(disk, device.bytes, 0, device.bytes.length, index * SAMPLE_SIZE);
				const { problems } = fsck(device, { time: { sec: 1, ns: 0 } });
				return problems.map(({ pass, message }) => `${pass}: ${message}\n`).join('');
			});
			closeSync(disk);
			const planted = Object.keys(damages()).length;
			const found = expected.slice(0, planted).filter((text) => text !== '').length;
			t.ok(found >= planted / 2, 'most of the planned damages are found', `${found} of ${planted}`);
			const vm = await t.boot({ extra: disks([file]) });
			for (const [index, [name]] of list.entries()) {
				const from = (index * SAMPLE_SIZE) / MIB;
				const { stdout, status } = await vm.sh(
					`busybox dd if=/dev/sdb of=/tmp/image bs=1M skip=${from} count=${SAMPLE_SIZE / MIB} 2>/dev/null; fsck.impfs -q /tmp/image`,
				);
				const want = expected[index] ?? '';
				t.equal(`${status}\n${roughly(stdout)}`, `${want === '' ? 0 : 4}\n${roughly(want)}`, name);
			}
			await vm.control.power('off');
			await vm.machine.ended();
		},
	},
	{
		id: '1.1/guest-mkfs',
		title: 'mkfs.impfs in the guest makes the very bytes that the host’s mkfs makes, and what it makes is mounted',
		tier: 'quick',
		start: 'none',
		needs: ['qemu'],
		timeout: 240,
		run: async (_vm, t) => {
			const sizes = [16 * MIB, 150 * MIB, 4096 * MIB + 65536];
			mkdirSync(t.scratch, { recursive: true });
			const files = sizes.map((size, index) => {
				const file = path.join(t.scratch, `made-${index}.img`);
				const fd = openSync(file, 'w');
				ftruncateSync(fd, size);
				closeSync(fd);
				return file;
			});
			const vm = await t.boot({ extra: disks(files) });
			const { uuid, hashSeed, time, label } = sameOptions;
			const options = `-q -L ${label} -U ${hex(uuid)} -S ${hex(hashSeed)} -T ${time.sec}`;
			for (const [index] of files.entries()) {
				const disk = `/dev/sd${'bcd'[index]}`;
				const { stderr, status } = await vm.sh(`mkfs.impfs ${options} ${disk} && fsck.impfs -q ${disk}`);
				t.equal(`${status}${stderr}`, '0', `mkfs.impfs ${disk}`);
			}
			const refused = await vm.sh(
				'mkfs.impfs -q /dev/sda1; mkfs.impfs -q /dev/null; busybox truncate -s 1M /tmp/s; mkfs.impfs -q /tmp/s',
			);
			t.match(
				refused.stderr,
				/is mounted\n[\s\S]*neither a disk nor a file[\s\S]*too small/,
				'what is mounted, no disk or too small is refused',
			);
			await vm.sh('sync');
			for (const [index, size] of sizes.entries()) {
				const made = FileDevice.open(files[index] ?? '', { readonly: true });
				const wanted = path.join(t.scratch, `wanted-${index}.img`);
				const device = FileDevice.open(wanted, { size, create: true });
				mkfs(device, sameOptions);
				device.close();
				if (size <= 150 * MIB)
					t.ok(
						readFileSync(wanted).equals(readFileSync(files[index] ?? '')),
						`${size / MIB} MiB: byte by byte the same`,
					);
				t.same(fsck(made, { time }).problems, [], 'fsck finds nothing');
				made.close();
			}
			const used = await vm.sh(
				'mkfs.impfs -q /dev/sdc && mount -t impfs /dev/sdc /mnt && busybox cp -r /etc /mnt && umount /mnt && fsck.impfs /dev/sdc',
			);
			t.match(used.stderr, /\/dev\/sdc: clean, \d+ files/, 'made, mounted, written to, unmounted, checked');
			t.equal(used.status, 0, 'and clean');
			await vm.control.power('off');
			await vm.machine.ended();
		},
	},
]);
