import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { IMPFS } from '../../../tools/abi/impfs.js';
import { FileDevice } from '../../../tools/impfs/device.js';
import { fsck } from '../../../tools/impfs/fsck.js';
import { mapRuns } from '../../../tools/impfs/inspect.js';
import { mkfs } from '../../../tools/impfs/mkfs.js';
import { ImpfsVolume } from '../../../tools/impfs/volume.js';
import type { CaseMachine } from '../../../tools/suite/case-machine.js';
import type { CaseTools } from '../../../tools/suite/checks.js';
import { defineCases } from '../../../tools/suite/declaration.js';
import { guestTestPath, runGuestTest } from '../../../tools/suite/guest-test.js';

const time = { sec: 1_800_000_000, ns: 0 };
const BLOCK = 4096;
/** Blocks of the file that is read, and which of them cannot be. */
const BLOCKS = 64;
const BAD = 20;

/** A disk on a file whose reads can be made to fail while the machine runs. */
function disk(file: string): string[] {
	return [
		...['-blockdev', `driver=file,node-name=disk-file,filename=${file.replaceAll(',', ',,')}`],
		...['-blockdev', 'driver=raw,node-name=disk,file=disk-file'],
		...['-device', 'ide-hd,drive=disk,bus=ide.0,unit=1'],
	];
}

/** From now on reads of these blocks fail; none: all succeed. */
async function unreadable(vm: CaseMachine, blocks: readonly number[]): Promise<void> {
	const raw = (file: string) => ({ driver: 'raw', 'node-name': 'disk', file });
	if (blocks.length > 0)
		await vm.qmp.execute('blockdev-add', {
			driver: 'blkdebug',
			'node-name': 'failing',
			image: 'disk-file',
			'inject-error': blocks.map((block) => ({ event: 'none', iotype: 'read', errno: 5, sector: block * 8 })),
		});
	await vm.qmp.execute('blockdev-reopen', { options: [raw(blocks.length > 0 ? 'failing' : 'disk-file')] });
	if (blocks.length === 0) await vm.qmp.execute('blockdev-del', { 'node-name': 'failing' });
}

function makeVolume(file: string): void {
	const device = FileDevice.open(file, { size: 64 * 2 ** 20, create: true });
	const id = new Uint8Array(16).fill(7);
	mkfs(device, { uuid: id, hashSeed: id, time });
	const volume = ImpfsVolume.open(device, { clock: () => time });
	volume.writeFile('/plain', Buffer.concat(Array.from({ length: BLOCKS }, (_, i) => Buffer.alloc(BLOCK, i + 1))));
	volume.mkdir('/folder');
	volume.writeFile('/folder/in', Buffer.from('inside\n'));
	// A name each in inode blocks of their own.
	for (let i = 0; i < 64; i++) volume.writeFile(`/file-${i}`, Buffer.from(`text ${i}\n`));
	volume.close();
	device.close();
}

function inodeBlock({ core }: ImpfsVolume, ino: number): number {
	const perGroup = core.superblock.group_inodes;
	return (
		core.group(Math.floor((ino - 1) / perGroup)).inode_table +
		Math.floor(((ino - 1) % perGroup) / IMPFS.INODES_PER_BLOCK)
	);
}

/** Blocks of a file by level: 0 data, 1 indirect; and the one that its inode is in. */
function places(file: string, name: string): { data: number[]; indirect: number[]; inode: number } {
	const device = FileDevice.open(file, { readonly: true });
	try {
		const volume = ImpfsVolume.open(device, { readonly: true });
		const { ino } = volume.stat(name);
		const runs = mapRuns(volume.core, ino, volume.core.inode(ino));
		const blocks = (level: number) =>
			runs
				.filter((run) => run.level === level)
				.flatMap(({ block, count }) => Array.from({ length: count }, (_, i) => block + i));
		return { data: blocks(0), indirect: blocks(1), inode: inodeBlock(volume, ino) };
	} finally {
		device.close();
	}
}

async function look(vm: CaseMachine, t: CaseTools, list: readonly [line: string, output: RegExp][]): Promise<void> {
	for (const [line, output] of list) {
		const { stdout, stderr } = await vm.sh(`echo 3 >/proc/sys/vm/drop_caches; cd /mnt/x && { ${line}; }`);
		t.ok(output.test(stdout + stderr), line, stdout + stderr);
	}
}

const fails = /Input\/output error|I\/O error/;

export const readErrorCases = defineCases([
	{
		id: '1.2/unreadable-blocks',
		title:
			'a block that cannot be read is told to who asks for it, by name if it is metadata; the rest goes on, and later it can be read',
		tier: 'quick',
		start: 'none',
		needs: ['qemu'],
		timeout: 180,
		run: async (_vm, t) => {
			mkdirSync(t.scratch, { recursive: true });
			const file = path.join(t.scratch, 'bad.img');
			makeVolume(file);
			const vm = await t.boot({ extra: disk(file) });
			await vm.sh(
				'mkdir -p /mnt/x && mount -t impfs /dev/sdb /mnt/x && mkdir /mnt/x/1 /mnt/x/2 && cp /usr/bin/busybox /mnt/x/1 && cp /usr/bin/busybox /mnt/x/2 && umount /mnt/x',
			);
			const plain = places(file, '/plain');
			const program = places(file, '/1/busybox');
			const other = places(file, '/2/busybox');
			const folder = places(file, '/folder');
			const lonely = places(file, '/file-20');
			const bad = [
				plain.data[BAD] ?? 0,
				...program.data.slice(4, 60),
				other.data[0] ?? 0,
				other.indirect[0] ?? 0,
				folder.data[0] ?? 0,
				lonely.inode,
			];
			const well = [plain, program, other, folder].map(({ inode }) => inode);
			t.ok(!bad.includes(0) && !well.some((block) => bad.includes(block)), 'blocks of all kinds are found');
			await vm.sh('mount -t impfs /dev/sdb /mnt/x');
			await unreadable(vm, bad);
			await runGuestTest(vm, t, guestTestPath(1, 'read-errors'), ['bad', '/mnt/x/plain', String(BAD)]);
			await look(vm, t, [
				['ls -d folder; ls folder', fails],
				['cat folder/in; echo x >folder/new', fails],
				['cat file-20', fails],
				['cat file-0', /^text 0\n$/],
				['1/busybox true; echo $?', /[Bb]us error[\s\S]*^135\n$|^135\n[\s\S]*[Bb]us error/m],
				['2/busybox true; echo $?', /^12[67]\n|I\/O error|Input\/output error/m],
				['dd if=2/busybox of=/dev/null bs=4k skip=100 count=1', fails],
				['echo new >new && sync && cat new', /^new\n$/],
			]);
			const log = (await vm.sh('dmesg')).stdout;
			for (const block of [folder.data[0], lonely.inode, other.indirect[0]])
				t.match(log, new RegExp(`impfs: sdb: block ${block} cannot be read`), `the log names block ${block}`);
			t.ok(!/read-only/.test(log), 'and the volume stays writable', log.slice(-500));
			await unreadable(vm, []);
			// Without dropping anything first: nothing that failed was kept as if it had not.
			await runGuestTest(vm, t, guestTestPath(1, 'read-errors'), ['good', '/mnt/x/plain', String(BAD)]);
			const { stdout } = await vm.sh(
				'cd /mnt/x && cat folder/in file-20 new && 1/busybox echo runs && 2/busybox echo too && cmp 2/busybox /usr/bin/busybox && cmp 1/busybox 2/busybox && echo same; cd /; umount /mnt/x && echo unmounted',
			);
			t.equal(
				stdout,
				'inside\ntext 20\nnew\nruns\ntoo\nsame\nunmounted\n',
				'all of it can be read again, and is right',
			);
			await vm.machine.dispose();
			const device = FileDevice.open(file, { readonly: true });
			t.same(fsck(device, { time }).problems, [], 'the volume is sound');
			device.close();
		},
	},
]);
