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
import t from 'tap';
import { copyFiles, parsePlace, withVolume } from '../../tools/image/files.js';
import { checkVolume, makeVolume } from '../../tools/image/volume.js';
import { FileDevice } from '../../tools/impfs/device.js';
import { longListing, modeString, timeString, treeLines } from '../../tools/impfs/listing.js';
import { locateVolume } from '../../tools/impfs/locate.js';

const MIB = 2 ** 20;
const scratch = mkdtempSync(path.join(tmpdir(), 'imposos-files-'));
t.teardown(() => rmSync(scratch, { recursive: true, force: true }));

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
