import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { moreDisks } from '../../../tools/crash/boot.js';
import { FileDevice } from '../../../tools/impfs/device.js';
import { fsck } from '../../../tools/impfs/fsck.js';
import { journalLines } from '../../../tools/impfs/inspect.js';
import { mkfs } from '../../../tools/impfs/mkfs.js';
import { ImpfsVolume } from '../../../tools/impfs/volume.js';
import type { CaseMachine } from '../../../tools/suite/case-machine.js';
import type { CaseTools } from '../../../tools/suite/checks.js';
import { defineCases } from '../../../tools/suite/declaration.js';
import { guestTestPath, runGuestTest } from '../../../tools/suite/guest-test.js';

const time = { sec: 1_800_000_000, ns: 0 };
const MIB = 2 ** 20;

/** Empty volumes in files; one without a journal if it is said to have none. */
function volumes(t: CaseTools, list: readonly { name: string; size: number; journal?: boolean }[]): string[] {
	mkdirSync(t.scratch, { recursive: true });
	return list.map(({ name, size, journal = true }) => {
		const file = path.join(t.scratch, `${name}.img`);
		const device = FileDevice.open(file, { size, create: true });
		const id = new Uint8Array(16).fill(t.seed & 255);
		mkfs(device, { uuid: id, hashSeed: id, time, ...(journal ? {} : { journalBlocks: 0 }) });
		device.close();
		return file;
	});
}

/** Looks at a volume of a machine that is gone, without changing it. */
function look(file: string, see: (volume: ImpfsVolume, device: FileDevice) => void): void {
	const device = FileDevice.open(file, { readonly: true });
	try {
		see(ImpfsVolume.open(device, { readonly: true }), device);
	} finally {
		device.close();
	}
}

async function said(vm: CaseMachine, t: CaseTools, line: string, output: string | RegExp, what: string) {
	const { stdout, stderr, status } = await vm.sh(line, { timeout: 200_000 });
	const right = typeof output === 'string' ? stdout === output : output.test(stdout);
	t.ok(status === 0 && right, what, `${line}\nstatus ${status}\n${stdout}${stderr}`);
}

/** Eight bytes over and over, so that each block begins with the journal's magic number. */
const MAGIC = 'JRNLJRN\n';

export const dataJournalCases = defineCases([
	{
		id: '1.3/data-journal',
		title:
			'with data=journal file data goes through the log: shown, refused where it cannot be, replayed byte for byte',
		tier: 'quick',
		start: 'none',
		needs: ['qemu'],
		timeout: 240,
		run: async (_vm, t) => {
			t.plan(22);
			const bytes = t.size(24_000_000, 3_000_000);
			const files = volumes(t, [
				{ name: 'logged', size: t.size(64, 16) * MIB },
				{ name: 'plain', size: 16 * MIB, journal: false },
			]);
			const [logged = '', plain = ''] = files;
			const vm = await t.boot({ extra: moreDisks([logged, plain]) });
			const say = (line: string, output: string | RegExp, what: string) => said(vm, t, line, output, what);
			await say('mkdir -p /mnt/x /mnt/y && mount -t impfs -o data=journal /dev/sdb /mnt/x', '', 'it is mounted');
			await say('grep " /mnt/x " /proc/mounts', '/dev/sdb /mnt/x impfs rw,relatime,data=journal 0 0\n', 'and says so');
			await say('mount -o remount,data=ordered /mnt/x 2>/dev/null || echo no', 'no\n', 'the way cannot be changed');
			await say('mount -o remount,noatime /mnt/x && grep -c data=journal /proc/mounts', '1\n', 'what else can, can');
			await say(
				'mount -t impfs -o data=journal /dev/sdc /mnt/y 2>/dev/null || echo no',
				'no\n',
				'no log, no data in it',
			);
			await say(
				'mount -t impfs /dev/sdc /mnt/y && umount /mnt/y; dmesg | grep -c "needs a volume with a journal"',
				'1\n',
				'and why',
			);
			await say('mount -t impfs -o data=maybe /dev/sdc /mnt/y 2>/dev/null || echo no', 'no\n', 'nor any other word');

			/* Larger than the log, then over it again in odd pieces, read from the disk and from the log. */
			await say(
				`head -c ${bytes} /dev/urandom >/tmp/large && cp /tmp/large /mnt/x/large && cmp /tmp/large /mnt/x/large`,
				'',
				'a file larger than the log is written',
			);
			await say(
				'for n in 1 77 300 301 302 900; do for f in /tmp/large /mnt/x/large; do yes $n | dd of=$f bs=3000 seek=$n count=1 iflag=fullblock conv=notrunc 2>/dev/null; done; done; cmp /tmp/large /mnt/x/large',
				'',
				'and written over',
			);
			await say(
				'echo 3 >/proc/sys/vm/drop_caches; cmp /tmp/large /mnt/x/large',
				'',
				'pages that are gone are read back from where they are',
			);
			await say(
				'busybox truncate -s 2000001 /tmp/large; busybox truncate -s 2000001 /mnt/x/large; echo end >>/tmp/large; echo end >>/mnt/x/large; cmp /tmp/large /mnt/x/large',
				'',
				'cut, and lengthened',
			);
			await say(
				'umount /mnt/x && mount -t impfs -o data=journal /dev/sdb /mnt/x && cmp /tmp/large /mnt/x/large',
				'',
				'all of it is there after an unmount',
			);

			/* Full, and room again. */
			await say(
				'cat /dev/zero >/mnt/x/full 2>/dev/null; rm /mnt/x/full && cp /tmp/large /mnt/x/again && cmp /tmp/large /mnt/x/again && rm /mnt/x/again',
				'',
				'a full volume has room again',
			);

			await say(
				`yes ${MAGIC.trim()} | head -c 40960 >/mnt/x/magic && sync && cp /mnt/x/magic /mnt/x/copy && busybox sync /mnt/x/copy`,
				'',
				'files whose blocks begin with the magic number',
			);
			await vm.machine.dispose();
			look(logged, (volume, device) => {
				t.same(fsck(device, { time }).problems, [], 'after the kill the volume is sound');
				const expected = MAGIC.repeat(5120);
				t.equal(
					volume.readFile('/copy').toString(),
					expected,
					'the host replays data that begins with the magic number',
				);
				t.equal(volume.readFile('/magic').toString(), expected, 'of both files');
				const dump = journalLines(device);
				t.ok(
					dump.filter((line) => / {2}block +\d+, data$/.test(line)).length >= 20,
					'the dump of the log names data',
					dump.join('\n'),
				);
			});
			const again = await t.boot({ extra: moreDisks([logged]) });
			const checked = await again.sh('fsck.impfs -n /dev/sdb');
			t.equal(checked.status, 0, 'the guest’s fsck finds nothing');
			const { stdout } = await again.sh(
				'mkdir -p /mnt/x && mount -t impfs /dev/sdb /mnt/x && cat /mnt/x/copy && dmesg | grep -c "transactions replayed"; umount /mnt/x',
			);
			t.equal(stdout, `${MAGIC.repeat(5120)}1\n`, 'so does the kernel');
			await again.machine.dispose();
			look(logged, (volume, device) => {
				t.same(fsck(device, { time }).problems, [], 'and the volume is sound');
				t.equal(volume.readFile('/magic').toString(), MAGIC.repeat(5120), 'home has it');
			});
		},
	},
	{
		id: '1.3/last-blocks',
		title: 'blocks that the running transaction has freed are had by committing it, with data in the log and without',
		tier: 'quick',
		start: 'none',
		needs: ['qemu'],
		run: async (_vm, t) => {
			const [file = ''] = volumes(t, [{ name: 'last', size: 16 * MIB }]);
			const vm = await t.boot({ extra: moreDisks([file]) });
			for (const mode of ['ordered', 'journal']) {
				await vm.sh(`mkdir -p /mnt/x && mount -t impfs -o data=${mode} /dev/sdb /mnt/x`);
				await runGuestTest(vm, t, guestTestPath(1, 'last-blocks'), [`/mnt/x/${mode}`]);
				t.equal((await vm.sh('umount /mnt/x')).status, 0, 'it is unmounted');
			}
			await vm.machine.dispose();
			look(file, (_volume, device) => t.same(fsck(device, { time }).problems, [], 'the volume is sound'));
		},
	},
	{
		id: '1.3/data-journal-semantics',
		title: 'files whose data is in the log are mapped, cut, punched, reserved and copied as others are',
		tier: 'quick',
		start: 'none',
		needs: ['qemu'],
		timeout: 240,
		run: async (_vm, t) => {
			const [file = ''] = volumes(t, [{ name: 'semantics', size: 64 * MIB }]);
			const vm = await t.boot({ extra: moreDisks([file]) });
			await vm.sh('mkdir -p /mnt/x && mount -t impfs /dev/sdb /mnt/x');
			await runGuestTest(vm, t, guestTestPath(1, 'logged-data'), ['/mnt/x/switched']);
			await vm.sh('umount /mnt/x && mount -t impfs -o data=journal /dev/sdb /mnt/x');
			for (const name of ['mapped', 'logged-data', 'sparse', 'descriptors', 'passing'])
				await runGuestTest(vm, t, guestTestPath(1, name), [`/mnt/x/${name}`], { timeout: 100_000 });
			const operations = String(t.size(200_000, 10_000));
			const args = ['/mnt/x/exerciser', String(t.seed), operations];
			await runGuestTest(vm, t, guestTestPath(1, 'exerciser'), args, { timeout: 1_000_000 });
			t.equal((await vm.sh('umount /mnt/x')).status, 0, 'it is unmounted');
			await vm.machine.dispose();
			look(file, (_volume, device) => t.same(fsck(device, { time }).problems, [], 'the volume is sound'));
		},
	},
]);
