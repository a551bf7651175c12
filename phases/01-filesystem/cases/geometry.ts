import { randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { FileDevice } from '../../../tools/impfs/device.js';
import { fsck } from '../../../tools/impfs/fsck.js';
import { mkfs } from '../../../tools/impfs/mkfs.js';
import { ImpfsVolume } from '../../../tools/impfs/volume.js';
import { defineCases } from '../../../tools/suite/declaration.js';

const MIB = 2 ** 20;
const now = () => ({ sec: Math.floor(Date.now() / 1000), ns: 0 });
const quote = (file: string) => file.replaceAll(',', ',,');

/** Makes a sparse file with an empty volume in it. */
function makeVolume(file: string, size: number): void {
	const device = FileDevice.open(file, { size, create: true });
	mkfs(device, { uuid: randomBytes(16), hashSeed: randomBytes(16), time: now() });
	device.close();
}

export const geometryCases = defineCases([
	{
		id: '1.1/sizes',
		title: 'volumes of 16 MiB to 4 GiB are mounted, filled a little, and sound afterwards',
		tier: 'quick',
		start: 'none',
		needs: ['qemu'],
		timeout: 180,
		run: async (_vm, t) => {
			const sizes = [16 * MIB, 300 * MIB, 4096 * MIB];
			t.plan(sizes.length * 5);
			mkdirSync(t.scratch, { recursive: true });
			const files = sizes.map((_, index) => path.join(t.scratch, `volume-${index}`));
			for (const [index, size] of sizes.entries()) makeVolume(files[index] ?? '', size);
			const extra = files.flatMap((file, index) => [
				...['-drive', `if=none,id=more${index},format=raw,cache=unsafe,file=${quote(file)}`],
				...['-device', `ide-hd,drive=more${index},bus=ide.${(index + 1) >> 1},unit=${(index + 1) & 1}`],
			]);
			const vm = await t.boot({ extra });
			for (const [index, size] of sizes.entries()) {
				const at = `/mnt/${index}`;
				const disk = `/dev/sd${'bcd'[index]}`;
				const { stdout, stderr, status } = await vm.sh(
					`mkdir ${at} && mount -t impfs ${disk} ${at} && busybox df -k ${at} | tail -n 1 && busybox cp -rL /etc ${at}/copy && ` +
						`busybox diff -r /etc ${at}/copy && umount ${at}`,
				);
				t.equal(status, 0, `${size / MIB} MiB: mounted, written, compared, unmounted`);
				t.equal(stderr, '', 'without complaints');
				const kib = Number(/^\S+\s+(\d+)/.exec(stdout)?.[1] ?? 0);
				t.ok(kib * 1024 <= size && kib * 1024 > size * 0.7, 'df tells its size', stdout);
			}
			await vm.control.power('off');
			await vm.machine.ended();
			for (const file of files) {
				const device = FileDevice.open(file);
				try {
					t.same(fsck(device, { time: now() }).problems, [], 'fsck finds nothing');
					t.ok(ImpfsVolume.open(device, { readonly: true }).exists('/copy/passwd'), 'the host finds the files');
				} finally {
					device.close();
				}
			}
		},
	},
]);
