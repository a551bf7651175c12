import { execFileSync } from 'node:child_process';
import {
	linkSync,
	mkdirSync,
	mkdtempSync,
	readFileSync,
	readlinkSync,
	rmSync,
	statSync,
	symlinkSync,
	utimesSync,
	writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import t, { type Test } from 'tap';
import { groupLayout, IMPFS, type inodeLayout, journalHeaderLayout, journalTagLayout } from '../../tools/abi/impfs.js';
import { copyFiles, parsePlace, withVolume } from '../../tools/image/files.js';
import { checkVolume, makeVolume } from '../../tools/image/volume.js';
import { crc32c, crc32cWords } from '../../tools/impfs/crc32c.js';
import { FileDevice, MemoryDevice } from '../../tools/impfs/device.js';
import { fsck } from '../../tools/impfs/fsck.js';
import { replayed, scanJournal } from '../../tools/impfs/journal.js';
import { longListing, modeString, timeString, treeLines } from '../../tools/impfs/listing.js';
import { locateVolume } from '../../tools/impfs/locate.js';
import { mkfs } from '../../tools/impfs/mkfs.js';
import { ImpfsVolume } from '../../tools/impfs/volume.js';

const MIB = 2 ** 20;
const time = { sec: 1_700_000_000, ns: 0 };
const scratch = mkdtempSync(path.join(tmpdir(), 'imposos-impfs-'));
t.teardown(() => rmSync(scratch, { recursive: true, force: true }));

function sample(): MemoryDevice {
	const device = new MemoryDevice(32 * MIB);
	mkfs(device, { uuid: new Uint8Array(16).fill(1), hashSeed: new Uint8Array(16).fill(2), time });
	const volume = ImpfsVolume.open(device, { clock: () => time });
	for (let d = 0; d < 8; d++) {
		volume.mkdir(`/d${d}/e`, { parents: true });
		for (let i = 0; i < 40; i++) volume.writeFile(`/d${d}/f${i}`, `contents of ${d} ${i}`);
	}
	for (let i = 0; i < 400; i++) volume.symlink('somewhere', `/d0/link-${i}`);
	volume.writeFile('/large', new Uint8Array(6 * MIB).fill(5));
	volume.link('/large', '/d1/large');
	volume.symlink('z'.repeat(200), '/long');
	volume.setxattr('/d2', 'user.a', new Uint8Array(10));
	volume.close();
	return device;
}
const original = sample();

function copy(): MemoryDevice {
	return new MemoryDevice(original.bytes.slice());
}

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

/** Writes a transaction of one block into the log and marks the volume as in need of replay. */
function logTransaction(device: MemoryDevice, home: number, contents: Uint8Array, whole: boolean): void {
	const { superblock, seed } = ImpfsVolume.open(device, { readonly: true }).core;
	const begin = crc32cWords(seed, 1, 0);
	const block = (type: number, count: number): Uint8Array => {
		const bytes = new Uint8Array(4096);
		journalHeaderLayout.encode({ magic: IMPFS.JOURNAL_MAGIC, type, sequence: 1, count, time_ns: 0, time: 0 }, bytes);
		return bytes;
	};
	const seal = (bytes: Uint8Array): Uint8Array => {
		new DataView(bytes.buffer).setUint32(4092, crc32c(begin, bytes, 0, 4092), true);
		return bytes;
	};
	const head = block(IMPFS.JOURNAL_DESC, 1);
	const checksum = crc32c(begin, contents);
	journalTagLayout.encode({ block: home, flags: 0, checksum, reserved: 0 }, head, IMPFS.JOURNAL_HEADER);
	device.write(seal(head), (superblock.journal_start + 1) * 4096);
	device.write(contents, (superblock.journal_start + 2) * 4096);
	if (whole) device.write(seal(block(IMPFS.JOURNAL_COMMIT, 2)), (superblock.journal_start + 3) * 4096);
	const volume = ImpfsVolume.open(device, { clock: () => time });
	volume.core.superblock.incompat |= IMPFS.INCOMPAT_RECOVER;
	volume.core.superDirty();
	volume.core.sync();
}

t.test('replay: whole transactions count, others do not', async (t) => {
	for (const whole of [true, false]) {
		const device = copy();
		const volume = ImpfsVolume.open(device, { readonly: true });
		const home = volume.core.inode(volume.stat('/d7/f7').ino).map[0] ?? 0;
		const text = new Uint8Array(4096);
		text.set(new TextEncoder().encode('CONTENTS OF 7 7'));
		logTransaction(device, home, text, whole);
		const scan = scanJournal(device, ImpfsVolume.open(device, { readonly: true }).core.superblock);
		t.equal(scan.transactions.length, whole ? 1 : 0);
		t.equal(replayed(scan).size, whole ? 1 : 0);
		const expected = whole ? 'CONTENTS OF 7 7' : 'contents of 7 7';
		t.equal(ImpfsVolume.open(device, { readonly: true }).readFile('/d7/f7').toString(), expected);
		const mounted = ImpfsVolume.open(device, { clock: () => time });
		t.equal(mounted.readFile('/d7/f7').toString(), expected);
		mounted.close();
		t.same(fsck(device, { time }).problems, []);
		t.equal(scanJournal(device, mounted.core.superblock).transactions.length, 0);
	}
});

t.test('orphans are freed when a volume is opened, and are no damage', async (t) => {
	const device = copy();
	const volume = ImpfsVolume.open(device, { clock: () => time });
	const { core } = volume;
	const { ino } = volume.stat('/d1/f9');
	const inode = core.inode(ino);
	volume.link('/d1/f9', '/keep');
	volume.unlink('/d1/f9');
	volume.unlink('/keep');
	t.equal(inode.links, 1);
	// Made anew by hand: without a name, on the list.
	volume.writeFile('/orphan', 'soon gone');
	const orphan = volume.stat('/orphan').ino;
	volume.rename('/orphan', '/d1/orphan');
	core.superblock.orphan_head = orphan;
	core.superDirty();
	core.sync();
	const result = fsck(device, { time });
	t.ok(result.problems.length === 0, 'a named inode on the list waits to be cut to size');
	t.match(result.notes.join(), /1 orphan/);
	ImpfsVolume.open(device, { clock: () => time }).close();
	t.same(fsck(device, { time }).problems, []);
	t.equal(groupLayout.size, IMPFS.GROUP_DESC_SIZE);
});

t.test('images by file: partitions, trees in and out, listings', async (t) => {
	const image = path.join(scratch, 'disk.img');
	const made = makeVolume({ file: image, size: 32 * MIB, force: false, label: 'data' });
	t.equal(made.blocks, 8192);
	t.throws(() => makeVolume({ file: image, size: 32 * MIB, force: false }), /exists/);
	makeVolume({ file: image, size: 0, force: true });
	t.throws(() => makeVolume({ file: path.join(scratch, 'small'), size: MIB, force: false }), /too few/);
	t.throws(() => statSync(path.join(scratch, 'small')));

	const tree = path.join(scratch, 'tree');
	mkdirSync(path.join(tree, 'a/b'), { recursive: true });
	writeFileSync(path.join(tree, 'a/file'), 'text', { mode: 0o640 });
	linkSync(path.join(tree, 'a/file'), path.join(tree, 'hard'));
	symlinkSync('a/file', path.join(tree, 'soft'));
	execFileSync('mkfifo', [path.join(tree, 'pipe')]);
	utimesSync(path.join(tree, 'a/b'), 5_000_000_000, 5_000_000_000);
	const warnings: string[] = [];
	const warn = (message: string): void => void warnings.push(message);
	t.equal(copyFiles({ from: tree, to: `${image}:/`, recursive: true, chown: '12:34', warn }), 7);
	t.throws(() => copyFiles({ from: tree, to: `${image}:/`, recursive: false, warn }), /is a directory/);
	t.throws(() => copyFiles({ from: tree, to: tree, recursive: true, warn }), /one of the two/);
	t.throws(() => copyFiles({ from: tree, to: `${image}:/`, recursive: true, chown: 'me', warn }), /two numbers/);
	const out = path.join(scratch, 'out');
	t.equal(copyFiles({ from: `${image}:/tree`, to: out, recursive: true, warn }), 7);
	t.equal(readFileSync(path.join(out, 'hard'), 'utf8'), 'text');
	t.equal(statSync(path.join(out, 'hard')).ino, statSync(path.join(out, 'a/file')).ino);
	t.equal(statSync(path.join(out, 'a/file')).mode & 0o7777, 0o640);
	t.equal(readlinkSync(path.join(out, 'soft')), 'a/file');
	t.equal(statSync(path.join(out, 'a/b')).mtimeMs, 5e12);
	t.ok(statSync(path.join(out, 'pipe')).isFIFO());
	withVolume(image, { readonly: true }, (volume) => {
		t.same([volume.stat('/tree/soft').uid, volume.stat('/tree/soft').gid], [12, 34]);
		const lines = longListing(
			volume,
			['/tree/soft', '/tree/a'].map((at) => ({ path: at, name: at, status: volume.stat(at) })),
		);
		t.match(lines[0], /^lrwxrwxrwx 1 12 34 .* \/tree\/soft -> a\/file$/);
		t.match([...treeLines(volume, '/')].join('\n'), /└── soft -> a\/file/);
	});
	t.same(parsePlace(`${image}:/x`), { image, path: '/x' });
	t.throws(() => parsePlace('no-such-image:/'), /there is no image/);
	t.ok(checkVolume(image, true, () => {}).clean);
	t.equal(modeString(0o107777), '-rwsrwsrwt');
	t.equal(modeString(0o041000), 'd--------T');
	t.equal(timeString({ sec: 0, ns: 0 }), '1970-01-01 00:00:00');

	// The same volume as the first partition of a disk.
	const disk = new Uint8Array(33 * MIB);
	disk.set(readFileSync(image), MIB);
	const table = new DataView(disk.buffer);
	table.setUint8(450, 0x83);
	table.setUint32(454, 2048, true);
	table.setUint32(458, 65536, true);
	table.setUint16(510, 0xaa55, true);
	const whole = path.join(scratch, 'whole.img');
	writeFileSync(whole, disk);
	t.same(locateVolume(whole), { offset: MIB, size: 32 * MIB });
	t.ok(checkVolume(whole, false, () => {}).clean);
	t.throws(() => locateVolume(path.join(scratch, 'absent')), /cannot be opened/);
	t.throws(() => FileDevice.open(image, { offset: 32 * MIB, size: 1 }), /are needed/);
	const device = FileDevice.open(image, { readonly: true });
	t.throws(() => device.write(new Uint8Array(1), 0), /reading only/);
	t.throws(() => device.read(new Uint8Array(1), device.size), /access/);
	device.close();
});
