import t, { type Test } from 'tap';
import type { inodeLayout } from '../../tools/abi/impfs.js';
import type { MemoryDevice } from '../../tools/impfs/device.js';
import { fsck } from '../../tools/impfs/fsck.js';
import { ImpfsVolume } from '../../tools/impfs/volume.js';
import { copy, time } from './sample.js';

/** Damages a copy, and expects fsck to find it, to mend it, and to find nothing then. */
function mends(t: Test, damage: (device: MemoryDevice) => void, pattern: RegExp): ImpfsVolume {
	const device = copy();
	damage(device);
	const look = fsck(device, { time });
	t.match(look.problems.map(({ pass, message }) => `${pass}: ${message}`).join('\n'), pattern);
	t.notOk(look.clean);
	const before = device.bytes.slice();
	fsck(device, { time });
	t.ok(Buffer.from(before).equals(device.bytes), 'looking changes nothing');
	const repair = fsck(device, { time, repair: true });
	t.ok(repair.clean, 'clean after the repair');
	return ImpfsVolume.open(device, { readonly: true });
}

/** Changes an inode and seals it again, as a defective kernel would. */
function changeInode(
	device: MemoryDevice,
	where: string,
	change: (inode: ReturnType<typeof inodeLayout.decode>) => void,
) {
	const volume = ImpfsVolume.open(device, { clock: () => time });
	const { ino } = volume.stat(where);
	const inode = volume.core.inode(ino);
	change(inode);
	volume.core.writeInode(ino, inode);
	volume.close();
}

t.test('damage of every kind is found and mended', async (t) => {
	const core = ImpfsVolume.open(copy(), { readonly: true }).core;
	const group = core.group(0);
	mends(t, (d) => d.bytes.fill(0, 1024, 1100), /superblock: .*magic/);
	mends(t, (d) => d.bytes.fill(9, 4096 + 8, 4096 + 12), /groups: group descriptor 0/);
	mends(t, (d) => d.bytes.fill(0xff, group.block_bitmap * 4096, group.block_bitmap * 4096 + 4096), /block bitmap/);
	mends(t, (d) => d.bytes.fill(0, group.inode_bitmap * 4096, group.inode_bitmap * 4096 + 4), /inode bitmap/);
	mends(
		t,
		(d) => d.bytes.fill(7, core.superblock.journal_start * 4096, core.superblock.journal_start * 4096 + 9),
		/journal/,
	);
	mends(
		t,
		(d) =>
			d.bytes.fill(
				0,
				(core.superblock.backup_start + 1) * 4096 + 1024,
				(core.superblock.backup_start + 1) * 4096 + 1100,
			),
		/backup/,
	);
	const v = mends(
		t,
		(d) => d.bytes.fill(0xee, group.inode_table * 4096 + 256, group.inode_table * 4096 + 512),
		/no root directory/,
	);
	t.equal(v.readdir('/lost+found').length > 8, true);
});

t.test('inodes and maps', async (t) => {
	mends(
		t,
		(d) =>
			changeInode(d, '/d1/f1', (inode) => {
				inode.links = 7;
			}),
		/counts 7 links and has 1/,
	);
	mends(
		t,
		(d) =>
			changeInode(d, '/d1/f1', (inode) => {
				inode.blocks = 9;
			}),
		/counts 9 blocks/,
	);
	mends(
		t,
		(d) =>
			changeInode(d, '/d1/f1', (inode) => {
				inode.mtime_ns = 2e9;
			}),
		/mtime_ns/,
	);
	mends(
		t,
		(d) =>
			changeInode(d, '/d1/f1', (inode) => {
				inode.flags = 1;
			}),
		/unknown flags/,
	);
	mends(
		t,
		(d) =>
			changeInode(d, '/d1/f1', (inode) => {
				inode.mode = 0o150644;
			}),
		/impossible mode/,
	);
	mends(
		t,
		(d) =>
			changeInode(d, '/d1/f1', (inode) => {
				inode.size = 2 ** 50;
			}),
		/impossible size/,
	);
	mends(
		t,
		(d) =>
			changeInode(d, '/d1/f1', (inode) => {
				inode.map[0] = 0x7fffffff;
			}),
		/beyond the volume/,
	);
	mends(
		t,
		(d) =>
			changeInode(d, '/large', (inode) => {
				inode.map[12] = 700;
			}),
		/indirect block/,
	);
	mends(
		t,
		(d) =>
			changeInode(d, '/long', (inode) => {
				inode.size = 9999;
			}),
		/impossible size/,
	);
	mends(
		t,
		(d) =>
			changeInode(d, '/d2', (inode) => {
				inode.xattr_block = 5;
			}),
		/xattr block/,
	);
	mends(
		t,
		(d) =>
			changeInode(d, '/d3/e', (inode) => {
				inode.parent = 2;
			}),
		/has the parent 2/,
	);
	mends(
		t,
		(d) =>
			changeInode(d, '/d3/f3', (inode) => {
				inode.links = 0;
			}),
		/links/,
	);
	const shared = mends(
		t,
		(d) => {
			const volume = ImpfsVolume.open(d, { readonly: true });
			const block = volume.core.inode(volume.stat('/d1/f2').ino).map[0] ?? 0;
			changeInode(d, '/d1/f5', (inode) => {
				inode.map[0] = block;
			});
		},
		/another file too/,
	);
	t.equal(shared.readFile('/d1/f2').toString(), 'contents of 1 2');
	t.equal(shared.readFile('/d1/f5').toString(), 'contents of 1 2');
});

t.test('directories', async (t) => {
	const blockOf = (where: string, logical: number): number => {
		const volume = ImpfsVolume.open(copy(), { readonly: true });
		return volume.core.inode(volume.stat(where).ino).map[logical] ?? 0;
	};
	const lost = mends(
		t,
		(d) => d.bytes.fill(0xaa, blockOf('/d4', 0) * 4096, blockOf('/d4', 0) * 4096 + 64),
		/no directory magic|wrong checksum/,
	);
	t.equal(lost.readdir('/lost+found').length, 41);
	t.ok(lost.readdir('/d4').length === 0);
	const some = mends(
		t,
		(d) => d.bytes.fill(0xaa, blockOf('/d0', 2) * 4096 + 100, blockOf('/d0', 2) * 4096 + 200),
		/directory inode/,
	);
	t.equal(some.readdir('/d0').length + some.readdir('/lost+found').length, 441);
	// An index that leads nowhere loses no name.
	const index = mends(
		t,
		(d) => d.bytes.fill(0xaa, blockOf('/d0', 0) * 4096, blockOf('/d0', 0) * 4096 + 300),
		/directory inode/,
	);
	t.equal(index.readdir('/d0').length, 441);
	mends(
		t,
		(d) => {
			const volume = ImpfsVolume.open(d, { clock: () => time });
			const dir = volume.stat('/d5');
			const inner = volume.stat('/d5/e').ino;
			// A ring: the directory inside names the one it is in, which loses its own name.
			const inode = volume.core.inode(inner);
			const number = inode.map[0] ?? 0;
			const outer = volume.core.inode(2).map[0] ?? 0;
			t.ok(number > 0 && outer > 0 && dir.ino > 0);
			volume.rename('/d5', '/d6/e/moved');
			volume.close();
			changeInode(d, '/d6/e/moved', (moved) => {
				moved.parent = 2;
			});
		},
		/has the parent/,
	);
});

t.test('random damage: repaired, or refused, and never a crash', async (t) => {
	let state = 99;
	const random = (limit: number): number => {
		state = (Math.imul(state, 1103515245) + 12345) >>> 0;
		return Math.floor((state / 2 ** 32) * limit);
	};
	let clean = 0;
	const rounds = 60;
	for (let round = 0; round < rounds; round++) {
		const device = copy();
		for (let hit = 0; hit <= random(6); hit++) {
			const at = random(3) === 0 ? random(300 * 4096) : random(2500 * 4096);
			for (let i = 0; i < 1 + random(100); i++) device.bytes[at + i] = random(256);
		}
		if (fsck(device, { time, repair: true }).clean) clean++;
	}
	t.ok(clean >= rounds * 0.95, `${clean} of ${rounds}`);
});
