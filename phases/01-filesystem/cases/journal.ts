import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { IMPFS, type superblockLayout } from '../../../tools/abi/impfs.js';
import { memoryFolder } from '../../../tools/build/paths.js';
import { moreDisks } from '../../../tools/crash/boot.js';
import { writeLog } from '../../../tools/crash/damage-volume.js';
import { emptyVolume } from '../../../tools/crash/disk.js';
import { seededRandom } from '../../../tools/crash/states.js';
import { readSuperblock, sealSuperblock } from '../../../tools/impfs/core.js';
import { FileDevice, MemoryDevice } from '../../../tools/impfs/device.js';
import { fsck } from '../../../tools/impfs/fsck.js';
import { mapRuns } from '../../../tools/impfs/inspect.js';
import { mkfs } from '../../../tools/impfs/mkfs.js';
import { ImpfsVolume } from '../../../tools/impfs/volume.js';
import type { CaseMachine } from '../../../tools/suite/case-machine.js';
import type { CaseTools } from '../../../tools/suite/checks.js';
import { defineCases } from '../../../tools/suite/declaration.js';
import { readGuestFile } from '../../../tools/suite/disk-check.js';
import { guestTestPath } from '../../../tools/suite/guest-test.js';

const time = { sec: 1_800_000_000, ns: 0 };

/** Writes numbered lines to numbered files, syncs each, and says so: `kept N`. */
const keeper = (first: number) =>
	`n=${first}; while :; do mkdir -p /mnt/kept/$((n % 50)) && echo "line $n" >/mnt/kept/$((n % 50))/$n && ` +
	`busybox sync -f /mnt/kept/$((n % 50))/$n && echo "kept $n"; n=$((n + 1)); done`;

interface Kept {
	/** Highest number that the guest said was synced; -1 before any. */
	last: number;
}

/** Puts a machine under load until a moment drawn at random, and kills it. */
async function killUnderLoad(t: CaseTools, vm: CaseMachine, kept: Kept, moment: number): Promise<void> {
	const mounted = await vm.sh('mkdir -p /mnt/kept && mount -t impfs /dev/sdb /mnt/kept');
	t.equal(mounted.status, 0, `the volume is mounted again after line ${kept.last}`);
	const load = await vm.spawn([guestTestPath(1, 'exerciser'), '/mnt/kept/load', String(t.seed + moment), '100000000']);
	load.exited.catch(() => {});
	const writer = await vm.spawn(['/bin/sh', '-c', keeper(kept.last + 1)]);
	writer.exited.catch(() => {});
	await new Promise<void>((resolve) => {
		let text = '';
		const enough = kept.last + 1 + moment;
		writer.stdout.on('data', (bytes: Buffer) => {
			text += bytes.toString('latin1');
			for (const [, number] of text.matchAll(/^kept (\d+)\n/gm)) kept.last = Math.max(kept.last, Number(number));
			text = text.slice(text.lastIndexOf('\n') + 1);
			if (kept.last >= enough) resolve();
		});
		writer.exited.then(
			() => resolve(),
			() => resolve(),
		);
	});
	await vm.machine.dispose();
}

function checkKept(t: CaseTools, file: string, { last }: Kept, round: number): void {
	const device = FileDevice.open(file, { readonly: true });
	try {
		t.same(fsck(device, { time }).problems, [], `kill ${round}: fsck finds nothing`);
		const volume = ImpfsVolume.open(device, { readonly: true });
		const lost: number[] = [];
		for (let n = 0; n <= last; n++) {
			const path = `/${n % 50}/${n}`;
			if (!volume.exists(path) || volume.readFile(path).toString() !== `line ${n}\n`) lost.push(n);
		}
		t.same(lost, [], `kill ${round}: all ${last + 1} files that were synced are there`);
	} finally {
		device.close();
	}
}

/** Makes a small volume in a file; `change` edits its superblock. */
function volumeFile(file: string, change: (superblock: ReturnType<typeof superblockLayout.decode>) => void): void {
	const device = new MemoryDevice(emptyVolume(5));
	const { superblock } = readSuperblock(device, IMPFS.SUPER_OFFSET);
	if (superblock !== undefined) {
		change(superblock);
		device.write(sealSuperblock(superblock), IMPFS.SUPER_OFFSET);
	}
	writeFileSync(file, device.bytes);
}

/**
 * Makes a volume with a file of one byte over and over, and a log as full as can be that makes another of it.
 *
 * @returns the file's blocks
 */
function fullJournal(file: string): number {
	const device = FileDevice.open(file, { size: 2 ** 30, create: true });
	try {
		const id = new Uint8Array(16).fill(9);
		mkfs(device, { uuid: id, hashSeed: id, time });
		const volume = ImpfsVolume.open(device, { clock: () => time });
		const share = 60;
		const blocks = share * Math.floor((volume.core.superblock.journal_blocks - 1) / (share + 2));
		volume.writeFile('/file', { size: blocks * 4096, read: (into) => into.fill(0x11) });
		volume.close();
		const { ino } = volume.stat('/file');
		const runs = mapRuns(volume.core, ino, volume.core.inode(ino)).filter(({ level }) => level === 0);
		const homes = runs.flatMap(({ block, count }) => Array.from({ length: count }, (_, i) => block + i));
		const transactions = Array.from({ length: blocks / share }, (_, i) => homes.slice(i * share, (i + 1) * share));
		writeLog(device, transactions, () => new Uint8Array(4096).fill(0x22));
		return blocks;
	} finally {
		device.close();
	}
}

async function replayFull(t: CaseTools, file: string): Promise<void> {
	const blocks = fullJournal(file);
	const vm = await t.boot({ extra: moreDisks([file]) });
	const { status, stdout } = await vm.sh(
		'mkdir -p /mnt/x && cut -d" " -f1 /proc/uptime && mount -t impfs /dev/sdb /mnt/x && cut -d" " -f1 /proc/uptime',
	);
	t.equal(status, 0, 'it is mounted');
	const [begin = 0, end = 0] = stdout.trim().split('\n').map(Number);
	t.figure('mount with a full journal', Math.round((end - begin) * 1000), 'ms');
	t.match((await vm.sh('dmesg')).stdout, /sdb: \d+ transactions replayed/, 'the log tells of it');
	t.equal((await vm.sh('umount /mnt/x')).status, 0, 'it is unmounted');
	await vm.machine.dispose();
	const device = FileDevice.open(file, { readonly: true });
	try {
		const found = ImpfsVolume.open(device, { readonly: true }).readFile('/file');
		t.ok(found.length === blocks * 4096 && found.every((byte) => byte === 0x22), `${blocks} blocks are home`);
	} finally {
		device.close();
	}
}

export const journalCases = defineCases([
	{
		id: '1.3/kill',
		title: 'a machine that is killed under load leaves what was synced, and a sound disk',
		tier: 'quick',
		needs: ['qemu'],
		run: async (vm, t) => {
			const rounds = 12;
			t.plan(rounds + 1);
			const load = [guestTestPath(1, 'exerciser'), '/var/tmp/load', String(t.seed), '100000000'];
			const running = await vm.spawn(load);
			running.exited.catch(() => {});
			for (let i = 0; i < rounds; i++)
				await vm.sh(`mkdir -p /kept/${i} && echo "round ${i}" >/kept/${i}/file && busybox sync -f /kept/${i}/file`);
			t.ok(!vm.machine.hasEnded(), 'it runs until it is killed');
			await vm.machine.dispose();
			for (let i = 0; i < rounds; i++)
				t.equal(readGuestFile(vm.machine, `/kept/${i}/file`).toString(), `round ${i}\n`, `file ${i}`);
		},
	},
	{
		id: '1.3/kill-often',
		title: 'a volume whose machine is killed under load again and again never loses what was synced',
		tier: 'quick',
		start: 'none',
		needs: ['qemu'],
		timeout: 2 * 3600,
		breaksDisk: true,
		run: async (_vm, t) => {
			const kills = t.size(100, 3);
			t.plan(kills * 3);
			mkdirSync(t.scratch, { recursive: true });
			const file = path.join(t.scratch, 'kept.img');
			const device = FileDevice.open(file, { size: 64 * 2 ** 20, create: true });
			const id = new Uint8Array(16).fill(t.seed & 255);
			mkfs(device, { uuid: id, hashSeed: id, time });
			device.close();
			const random = seededRandom(t.seed);
			const kept: Kept = { last: -1 };
			for (let round = 0; round < kills; round++) {
				const vm = await t.boot({ extra: moreDisks([file]) });
				await killUnderLoad(t, vm, kept, Math.floor(random() * 25));
				checkKept(t, file, kept, round);
			}
			t.figure('kills under load', kills, '');
			t.figure('files synced before a kill', kept.last + 1, '');
		},
	},
	{
		id: '1.3/full-journal',
		title: 'a journal that is full is replayed whole when its volume is mounted',
		tier: 'quick',
		start: 'none',
		needs: ['qemu'],
		timeout: 180,
		run: async (_vm, t) => {
			t.plan(4);
			// The time that is measured is the guest's, not that of the host's disk.
			const folder = memoryFolder();
			try {
				await replayFull(t, path.join(folder, 'full.img'));
			} finally {
				rmSync(folder, { recursive: true, force: true });
			}
		},
	},
	{
		id: '1.3/unknown-features',
		title: 'a volume with features that are not known is refused, or mounted for reading only, and the log says why',
		tier: 'quick',
		start: 'none',
		needs: ['qemu'],
		run: async (_vm, t) => {
			t.plan(9);
			mkdirSync(t.scratch, { recursive: true });
			const files = ['compat', 'readonly', 'incompat'].map((name) => path.join(t.scratch, name));
			const [compat = '', readonly = '', incompat = ''] = files;
			volumeFile(compat, (s) => {
				s.compat |= 0x100;
			});
			volumeFile(readonly, (s) => {
				s.ro_compat |= 0x100;
			});
			volumeFile(incompat, (s) => {
				s.incompat |= 0x100;
			});
			const vm = await t.boot({ extra: moreDisks(files) });
			const mount = (disk: string, options = '') =>
				vm.sh(`mkdir -p /mnt/x && mount -t impfs ${options} /dev/${disk} /mnt/x`);
			t.equal((await mount('sdb')).status, 0, 'what is compatible is mounted');
			t.equal((await vm.sh('echo x >/mnt/x/file && umount /mnt/x')).status, 0, 'and written to');
			t.ok((await mount('sdc')).status !== 0, 'what may only be read is not mounted for writing');
			t.equal((await mount('sdc', '-o ro')).status, 0, 'it is mounted for reading');
			t.equal((await vm.sh('ls /mnt/x && umount /mnt/x')).stdout, 'lost+found\n', 'and read');
			t.ok((await mount('sdd', '-o ro')).status !== 0, 'what is not compatible is not mounted at all');
			const log = (await vm.sh('dmesg')).stdout;
			t.match(log, /sdc: unknown features: can be mounted for reading only/, 'the log says what is possible');
			t.match(log, /sdd: unknown features/, 'or that nothing is');
			const device = FileDevice.open(incompat, { readonly: true });
			try {
				ImpfsVolume.open(device);
				t.fail('the host refuses it too');
			} catch (error) {
				t.match(String(error), /unknown features/, 'the host refuses it too');
			} finally {
				device.close();
			}
		},
	},
]);
