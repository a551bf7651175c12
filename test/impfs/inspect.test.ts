import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import t from 'tap';
import { damageVolume } from '../../tools/crash/damage-volume.js';
import { extractInode, injectFault, showInode, showLog, showMap } from '../../tools/image/debug.js';
import { MemoryDevice } from '../../tools/impfs/device.js';
import { fsck } from '../../tools/impfs/fsck.js';
import { inject, inodeFields, journalLines, mapLines, mapRuns } from '../../tools/impfs/inspect.js';
import { ImpfsVolume } from '../../tools/impfs/volume.js';

const time = { sec: 1_700_000_000, ns: 0 };
const { bytes } = damageVolume();
const copy = () => new MemoryDevice(bytes.slice());

t.test('an inode, its map and the journal can be read', async (t) => {
	const device = copy();
	const { core, ...volume } = { core: ImpfsVolume.open(device, { readonly: true }).core };
	t.ok(volume);
	const ino = ImpfsVolume.open(device, { readonly: true }).stat('/large').ino;
	const fields = inodeFields(core, ino);
	t.equal(fields[0], `inode        ${ino}`);
	t.ok(fields.includes('mode         0100644'));
	t.ok(fields.includes('size         4400000'));
	const inode = core.inode(ino);
	const runs = mapRuns(core, ino, inode);
	t.strictSame(
		runs.map(({ level, logical }) => `${level} at ${logical}`),
		[
			'0 at 0',
			'0 at 11',
			'1 at 12',
			'0 at 12',
			'0 at 700',
			'0 at 1034',
			'2 at 1035',
			'1 at 1035',
			'0 at 1035',
			'0 at 1070',
		],
	);
	t.match(mapLines(runs)[2], /^indirect +12 +block \d+$/);
	inode.map[12] = 4_000_000;
	t.match(mapLines(mapRuns(core, ino, inode))[2], /beyond the volume/);
	inode.map[12] = 2;
	t.match(mapLines(mapRuns(core, ino, inode))[2], /wrong checksum/);
	inode.map[0] = 0x80000000 + 500;
	t.match(mapLines(mapRuns(core, ino, inode))[0], /block 500 {2}unwritten/);
	const log = journalLines(device);
	t.equal(log.filter((line) => line.startsWith('transaction')).length, 2);
	t.equal(log.filter((line) => line.startsWith('  block')).length, 5);
	t.match(log.join('\n'), /replay +is due at the next mount\n(.*\n)*next +transaction 3 at log block 10/);
	device.bytes.fill(0, core.superblock.journal_start * 4096, core.superblock.journal_start * 4096 + 4);
	t.match(journalLines(device).join('\n'), /no magic number/);
	t.throws(() => journalLines(new MemoryDevice(1 << 24)), /magic number/);
});

t.test('a fault is put where it was meant, and fsck finds it', async (t) => {
	const device = copy();
	t.equal(inject(device, 'group:0', 'free_blocks', 7n, true) > 7n, true);
	t.match(fsck(device, { time }).problems, [{ message: /free_blocks is 7/ }]);
	const unsealed = copy();
	inject(unsealed, 'inode:40', 'links', 9n, false);
	t.match(fsck(unsealed, { time }).problems[0]?.message, /inode 40 has a wrong checksum/);
	for (const [where, field] of [
		['super', 'free'],
		['group:1', 'flags'],
		['inode:0', 'mode'],
		['planet', 'mode'],
		['inode:2', 'map[15]'],
	] as const)
		t.throws(() => inject(device, where, field, 0n, true), { name: 'UsageError' }, `${where} ${field}`);
	t.throws(() => inject(device, 'inode:2', 'mode', 65536n, true), /does not fit/);
	inject(device, 'inode:41', 'map[3]', 77n, true);
	t.equal(ImpfsVolume.open(device, { readonly: true }).core.inode(41).map[3], 77);
	for (const where of ['backup', 'journal']) inject(device, where, 'reserved', 0n, true);
	inject(device, 'super', 'uuid[1]', 1n, true);
	t.match(fsck(device, { time }).problems[0]?.message, /uuid of the superblock/, 'the backup is believed');
});

t.test('the same by image and path', async (t) => {
	const folder = mkdtempSync(path.join(tmpdir(), 'imposos-inspect-'));
	t.teardown(() => rmSync(folder, { recursive: true, force: true }));
	const image = path.join(folder, 'x.img');
	writeFileSync(image, bytes);
	const ino = Number(/\d+/.exec(showInode(`${image}:/d0/f3`)[0] ?? '')?.[0]);
	t.match(showMap(`${image}#${ino}`), [/^data +0-1 +block \d+-\d+$/]);
	t.match(showLog(image)[0], /^journal/);
	t.equal(extractInode(`${image}#${ino}`, path.join(folder, 'out')), 7501);
	t.match(readFileSync(path.join(folder, 'out'), 'latin1'), /^file 0 3 file 0 3/);
	t.equal(extractInode(`${image}:/large`, path.join(folder, 'out')), 4_386_816, 'up to the last block that is held');
	t.equal(injectFault(image, `inode:${ino}`, 'size', '0x10', true), 7501n);
	t.ok(showInode(`${image}#${ino}`).includes('size         16'));
	t.throws(() => injectFault(image, 'super', 'state', 'many', true), /is no number/);
	t.throws(() => showInode(`${image}#0`), /inodes are 1 to/);
});
