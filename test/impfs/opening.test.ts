import t from 'tap';
import { groupLayout, IMPFS, journalHeaderLayout, journalTagLayout } from '../../tools/abi/impfs.js';
import { crc32c, crc32cWords } from '../../tools/impfs/crc32c.js';
import type { MemoryDevice } from '../../tools/impfs/device.js';
import { fsck } from '../../tools/impfs/fsck.js';
import { replayed, scanJournal } from '../../tools/impfs/journal.js';
import { ImpfsVolume } from '../../tools/impfs/volume.js';
import { copy, time } from './sample.js';

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
