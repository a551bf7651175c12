import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { encodePatch, moreDisks, writeImages } from '../../../tools/crash/boot.js';
import { damage } from '../../../tools/crash/damage.js';
import { damageVolume } from '../../../tools/crash/damage-volume.js';
import { runJobs } from '../../../tools/crash/pool.js';
import { type RepairJob, type RepairShare, repairWorker } from '../../../tools/crash/repair-job.js';
import { defineCases } from '../../../tools/suite/declaration.js';
import { guestTestPath } from '../../../tools/suite/guest-test.js';

/** Images that one boot is given. */
const CHUNK = 2500;

/** Images that a thread repairs at a time. */
const SHARE = 50;

/** Images in which fsck once lost a file that was not damaged: map and directory blocks named by others, a backup's limits and log. */
const ONCE_LOST = [1201, 1657, 2279, 3283, 6021, 9875];

/** Once mounted, though its log's next transaction could have no number: nothing of it was ever committed. */
const ONCE_MOUNTED = [3549];

export const damageCases = defineCases([
	{
		id: '1.1/damaged-images',
		title: 'a damaged volume is mounted or clearly refused, and never brings the kernel down or holds it up',
		tier: 'quick',
		start: 'none',
		needs: ['qemu'],
		timeout: 2 * 3600,
		run: async (_vm, t) => {
			const images = t.size(10_000, 250);
			const volume = damageVolume();
			const file = path.join(t.scratch, 'damaged.img');
			const patches = path.join(t.scratch, 'patches');
			mkdirSync(t.scratch, { recursive: true });
			const numbers = [...new Set([...Array(images).keys(), ...ONCE_MOUNTED])];
			t.plan(3 * Math.ceil(numbers.length / CHUNK) + 1);
			let mounted = 0;
			for (let first = 0; first < numbers.length; first += CHUNK) {
				const chunk = numbers.slice(first, first + CHUNK);
				const count = chunk.length;
				const encoded = chunk.map((number) => encodePatch(damage(volume, number).patches));
				writeFileSync(patches, Buffer.concat(encoded));
				writeImages(file, volume.bytes, [patches]);
				const vm = await t.boot({ extra: moreDisks([file]) });
				const { status, stdout, stderr } = await vm.exec([guestTestPath(1, 'many-images'), 'damage', '/dev/sdb'], {
					timeout: 300_000 + count * 1500,
				});
				t.equal(status, 0, `images from ${first} on: the program ends by itself`);
				t.equal(stderr, '', 'each can be attached, unmounted and detached');
				const ends = [...stdout.matchAll(/^end (\d+) (mounted|refused \d+)$/gm)];
				const broken = stdout.split('\n').filter((line) => line.includes('broken'));
				t.ok(ends.length === count, `${count} images are mounted or refused`, broken.slice(0, 5).join('\n'));
				mounted += ends.filter(([, , how]) => how === 'mounted').length;
				await vm.machine.dispose();
			}
			t.figure('damaged images', images, '');
			t.figure('damaged images that are mounted', mounted, '');
			t.ok(mounted > images / 4 && mounted < images, 'some are mounted, some refused', String(mounted));
		},
	},
	{
		id: '1.1/damaged-images-repaired',
		title: 'fsck repairs what is damaged, and keeps every file that is not',
		tier: 'quick',
		start: 'none',
		timeout: 2 * 3600,
		run: async (_vm, t) => {
			t.plan(2);
			const images = t.size(10_000, 150);
			const failed: string[] = [];
			const lost: string[] = [];
			const numbers = [...new Set([...Array(images).keys(), ...ONCE_LOST])];
			const shares = Array.from({ length: Math.ceil(numbers.length / SHARE) }, (_, i) => ({
				numbers: numbers.slice(i * SHARE, (i + 1) * SHARE),
			}));
			await runJobs<RepairJob, RepairShare>(repairWorker, shares, t.signal, (share) => {
				failed.push(...share.failed);
				lost.push(...share.lost);
			});
			const repaired = (100 * (numbers.length - failed.length - lost.length)) / numbers.length;
			t.figure('damaged images repaired with nothing lost', Math.round(repaired * 100) / 100, '%');
			t.ok(repaired >= 95, 'at least 95 % are clean, with every untouched file', `${repaired} %`);
			t.ok(lost.length === 0, 'no untouched file is lost in any of them', lost.slice(0, 10).join('\n'));
			for (const text of failed.slice(0, 5)) t.note(`not repaired: ${text}`);
		},
	},
]);
