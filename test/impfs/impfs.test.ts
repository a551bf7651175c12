import { readFileSync } from 'node:fs';
import t from 'tap';
import { IMPFS, inodeLayout, superblockLayout } from '../../tools/abi/impfs.js';
import { layout } from '../../tools/abi/layout.js';
import { fromRoot } from '../../tools/build/paths.js';
import { crc32c } from '../../tools/impfs/crc32c.js';
import { MemoryDevice } from '../../tools/impfs/device.js';
import { ImpfsError } from '../../tools/impfs/errors.js';
import { fromBytes } from '../../tools/impfs/file.js';
import { fsck } from '../../tools/impfs/fsck.js';
import { geometry } from '../../tools/impfs/geometry.js';
import { bucketKey, halfSipHash } from '../../tools/impfs/hash.js';
import { mapPath } from '../../tools/impfs/map.js';
import { type MkfsOptions, mkfs } from '../../tools/impfs/mkfs.js';
import { ImpfsVolume, S_IFCHR, S_IFIFO, S_IFLNK, S_IFMT } from '../../tools/impfs/volume.js';

const MIB = 2 ** 20;
const time = { sec: 1_700_000_000, ns: 123_456_789 };
const options: MkfsOptions = { uuid: new Uint8Array(16).fill(7), hashSeed: new Uint8Array(16).fill(9), time };

function makeVolume(size = 32 * MIB, more: Partial<MkfsOptions> = {}) {
	const device = new MemoryDevice(size);
	mkfs(device, { ...options, ...more });
	return { device, volume: ImpfsVolume.open(device, { clock: () => time }) };
}

function problems(device: MemoryDevice): string[] {
	return fsck(device, { time }).problems.map(({ pass, message }) => `${pass}: ${message}`);
}

function throwsErrno(
	t: { fail(message: string): unknown; equal(a: unknown, b: unknown): unknown },
	errno: string,
	work: () => unknown,
): void {
	try {
		work();
		t.fail(`nothing was thrown instead of ${errno}`);
	} catch (error) {
		if (!(error instanceof ImpfsError)) throw error;
		t.equal(error.errno, errno);
	}
}

t.test('every constant of the header is in the tables, with its value', async (t) => {
	const header = readFileSync(fromRoot('kernel/abi/impfs.h'), 'utf8');
	const declared = [...header.matchAll(/^#define IMPFS_(\w+)[ \t]+(0x[0-9a-f]+|\d+)(?:u|ull)?\b/gm)];
	t.ok(declared.length > 60);
	const values = Object.fromEntries(declared.map(([, name = '', value = '']) => [name, Number(value)]));
	t.same({ ...IMPFS }, values);
});

t.test('codecs: what is encoded decodes, and what does not fit is refused', async (t) => {
	const one = layout('one', [
		['a', 'u8'],
		['b', 'u16'],
		['c', 's64'],
		['d', 'u32', 2],
		['e', 'bytes', 3],
	]);
	t.equal(one.size, 22);
	t.equal(one.offset('e'), 19);
	const value = { a: 255, b: 65535, c: -5, d: [1, 0xffffffff], e: Uint8Array.of(1, 2, 3) };
	const bytes = new Uint8Array(30);
	one.encode(value, bytes, 5);
	t.same(one.decode(bytes, 5), value);
	for (const c of [-(2 ** 40), 2 ** 40 + 1, -1, 0]) {
		one.encode({ ...value, c }, bytes);
		t.equal(one.decode(bytes).c, c);
	}
	t.throws(() => one.encode({ ...value, a: 256 }, bytes), RangeError);
	t.throws(() => one.encode({ ...value, b: 1.5 }, bytes), RangeError);
	t.throws(() => one.encode({ ...value, d: [1] }, bytes), RangeError);
	t.throws(() => one.encode({ ...value, e: new Uint8Array(2) }, bytes), RangeError);
	t.throws(() => one.offset('z'), RangeError);
});

t.test('checksum and hash give their published values', async (t) => {
	const digits = new TextEncoder().encode('123456789');
	t.equal((crc32c(0xffffffff, digits) ^ 0xffffffff) >>> 0, 0xe3069283);
	t.equal(crc32c(crc32c(0xffffffff, digits, 0, 4), digits, 4), crc32c(0xffffffff, digits));
	const seen = new Set<number>();
	for (let n = 0; n < 64; n++) seen.add(halfSipHash(1, 2, new Uint8Array(n)));
	t.equal(seen.size, 64);
	t.not(halfSipHash(1, 2, digits), halfSipHash(1, 3, digits));
	const key = bucketKey([1, 2], digits);
	t.ok(key >= IMPFS.KEY_MIN && key <= IMPFS.KEY_MAX && key % 128 === 0);
});

t.test('geometry: every size from 16 MiB to 1 TiB, and none beyond', async (t) => {
	for (const size of [16 * MIB, 16 * MIB + 4096, 128 * MIB, 129 * MIB, 2 ** 30, 4 * 2 ** 30, 2 ** 40]) {
		const shape = geometry(size);
		t.ok(shape.blocks * 4096 <= size);
		t.ok(shape.groups.every(({ head, blocks }) => head < blocks));
	}
	t.equal(geometry(4 * 2 ** 30).blocks, 1_048_576);
	t.ok(geometry(2 ** 30).blocks >= 262_144);
	t.ok(geometry(2 ** 30).groups.length * geometry(2 ** 30).groupInodes >= 4096);
	t.throws(() => geometry(16 * MIB - 1), /too few/);
	t.throws(() => geometry(2 ** 40 + 2 ** 30), /too many/);
	t.throws(() => geometry(16 * MIB, { journalBlocks: 10 }), /too small/);
	t.throws(() => geometry(16 * MIB, { journalBlocks: 4000 }), /no room/);
	t.throws(() => geometry(16 * MIB, { bytesPerInode: 1 }), /bytes per inode/);
});

t.test('the map reaches what the format promises', async (t) => {
	t.same(mapPath(11), [11]);
	t.same(mapPath(12), [12, 0]);
	t.same(mapPath(12 + 1023), [13, 0, 0]);
	const single = 12 + 1023 + 1023 ** 2;
	t.equal(single * 4096, 4_290_822_144);
	t.same(mapPath(single), [14, 0, 0, 0]);
	t.same(mapPath(single + 1023 ** 3 - 1), [14, 1022, 1022, 1022]);
	throwsErrno(t, 'EFBIG', () => mapPath(single + 1023 ** 3));
});

t.test('an empty volume is clean and the same each time', async (t) => {
	const a = makeVolume();
	a.volume.close();
	const b = makeVolume();
	b.volume.close();
	t.same(problems(a.device), []);
	t.ok(Buffer.from(a.device.bytes).equals(Buffer.from(b.device.bytes)));
	t.same(
		a.volume.readdir('/').map(({ name }) => name),
		['lost+found'],
	);
	t.throws(() => mkfs(new MemoryDevice(16 * MIB), { ...options, label: 'x'.repeat(33) }), /32 bytes/);
	t.throws(() => mkfs(new MemoryDevice(16 * MIB), { ...options, reservedPercent: 90 }), /percent/);
});

t.test('files, links, nodes and attributes come back as they went in', async (t) => {
	const { device, volume } = makeVolume();
	const late = { sec: 2 ** 33, ns: 999_999_999 };
	volume.mkdir('/a/b/c', { parents: true });
	volume.writeFile('/a/file', 'hello', { mode: 0o4751, uid: 70_000, gid: 80_000, mtime: late });
	volume.writeFile('/a/empty', '');
	volume.link('/a/file', '/a/b/again');
	volume.symlink('x'.repeat(60), '/short');
	volume.symlink('y'.repeat(61), '/long');
	volume.symlink('.././file', '/a/b/through');
	volume.symlink('/a', '/absolute');
	volume.mknod('/null', S_IFCHR, { major: 1, minor: 300 }, { mode: 0o666 });
	volume.mknod('/pipe', S_IFIFO);
	volume.setxattr('/a', 'user.one', Uint8Array.of(1, 2, 3));
	volume.setxattr('/a', 'security.two', new Uint8Array(1000));
	volume.close();
	t.same(problems(device), []);

	const again = ImpfsVolume.open(device, { readonly: true });
	const file = again.stat('/a/file');
	t.match(file, { mode: 0o104751, uid: 70_000, gid: 80_000, size: 5, links: 2, mtime: late, blocks: 1 });
	t.equal(again.stat('/a/b/again').ino, file.ino);
	t.equal(again.readFile('/absolute/b/../b/through').toString(), 'hello');
	t.equal(again.readlink('/short'), 'x'.repeat(60));
	t.equal(again.readlink('/long'), 'y'.repeat(61));
	t.equal(again.stat('/short').blocks, 0);
	t.same(again.stat('/null').rdev, { major: 1, minor: 300 });
	t.same([...again.xattrs('/a').keys()], ['user.one', 'security.two']);
	t.equal(again.stat('/a').links, 3);
	t.equal(again.readFile('/a/empty').length, 0);
	t.equal(again.stat('/absolute').mode & S_IFMT, S_IFLNK);
	t.equal(again.stat('/absolute', { follow: true }).ino, again.stat('/a').ino);
	throwsErrno(t, 'EROFS', () => again.mkdir('/x'));
});

t.test('operations fail as the kernel would', async (t) => {
	const { device, volume } = makeVolume();
	volume.mkdir('/d');
	volume.writeFile('/f', 'x');
	volume.symlink('loop', '/loop');
	throwsErrno(t, 'EEXIST', () => volume.mkdir('/d'));
	throwsErrno(t, 'EEXIST', () => volume.mkdir('/'));
	throwsErrno(t, 'ENOENT', () => volume.mkdir('/no/where'));
	throwsErrno(t, 'ENOTDIR', () => volume.mkdir('/f/x'));
	throwsErrno(t, 'ENOENT', () => volume.readFile('/nope'));
	throwsErrno(t, 'EISDIR', () => volume.readFile('/d'));
	throwsErrno(t, 'EISDIR', () => volume.unlink('/d'));
	throwsErrno(t, 'ENOTDIR', () => volume.rmdir('/f'));
	throwsErrno(t, 'ELOOP', () => volume.readFile('/loop'));
	throwsErrno(t, 'ENAMETOOLONG', () => volume.writeFile(`/${'n'.repeat(256)}`, ''));
	throwsErrno(t, 'ENAMETOOLONG', () => volume.symlink('t'.repeat(4096), '/t'));
	throwsErrno(t, 'EPERM', () => volume.link('/d', '/e'));
	throwsErrno(t, 'ENODATA', () => volume.removexattr('/f', 'user.none'));
	throwsErrno(t, 'EINVAL', () => volume.setxattr('/f', 'bogus', new Uint8Array(1)));
	throwsErrno(t, 'ENOSPC', () => volume.setxattr('/f', 'user.large', new Uint8Array(5000)));
	throwsErrno(t, 'EINVAL', () => volume.rename('/d', '/d/e'));
	throwsErrno(t, 'EINVAL', () => volume.readlink('/f'));
	volume.mkdir('/d/e');
	throwsErrno(t, 'ENOTEMPTY', () => volume.rmdir('/d'));
	volume.writeFile(`/${'n'.repeat(255)}`, 'long name');
	volume.close();
	t.same(problems(device), []);
});

t.test('rename moves, replaces and keeps counts', async (t) => {
	const { device, volume } = makeVolume();
	volume.mkdir('/a/x', { parents: true });
	volume.mkdir('/b');
	volume.writeFile('/one', '1');
	volume.writeFile('/two', '2');
	volume.rename('/one', '/two');
	t.equal(volume.readFile('/two').toString(), '1');
	t.notOk(volume.exists('/one'));
	volume.rename('/a/x', '/b/y');
	t.equal(volume.stat('/a').links, 2);
	t.equal(volume.stat('/b').links, 3);
	volume.mkdir('/empty');
	volume.rename('/b', '/empty');
	t.ok(volume.exists('/empty/y'));
	throwsErrno(t, 'EISDIR', () => volume.rename('/two', '/empty'));
	throwsErrno(t, 'ENOTDIR', () => volume.rename('/empty', '/two'));
	volume.close();
	t.same(problems(device), []);
});

t.test('large directories split, and their keys keep their order', async (t) => {
	const { device, volume } = makeVolume(64 * MIB);
	const names = Array.from({ length: 3000 }, (_, i) => `name-${i}-${'x'.repeat(i % 60)}`);
	volume.mkdir('/d');
	for (const name of names) volume.symlink('t', `/d/${name}`);
	t.equal(volume.readdir('/d').length, names.length);
	for (const name of names.filter((_, i) => i % 3 !== 0)) volume.unlink(`/d/${name}`);
	for (const name of names.filter((_, i) => i % 3 === 1)) volume.symlink('again', `/d/${name}`);
	volume.close();
	t.equal(volume.readdir('/d').length, 2000);
	t.equal(volume.readlink(`/d/${names[1]}`), 'again');
	t.same(problems(device), []);
	volume.remove('/d');
	volume.close();
	t.same(problems(device), []);
});

t.test('holes stay holes, and files reach the third level', async (t) => {
	const { device, volume } = makeVolume();
	const far = 5 * 2 ** 30;
	const chunk = new Uint8Array(4096).fill(1);
	const source = {
		size: 3 * MIB,
		read: (into: Uint8Array, offset: number) => {
			into.fill(0);
			if (offset === 2 * MIB) into.set(chunk, 8192);
		},
	};
	volume.writeFile('/sparse', source);
	t.match(volume.stat('/sparse'), { size: 3 * MIB, blocks: 2 });
	const data = volume.readFile('/sparse', { offset: 2 * MIB + 8190, length: 4 });
	t.same([...data], [0, 0, 1, 1]);
	t.ok(far > 4_290_822_144);
	volume.writeFile('/sparse', fromBytes(new Uint8Array(10)));
	t.match(volume.stat('/sparse'), { size: 10, blocks: 0 });
	volume.close();
	t.same(problems(device), []);
});

t.test('a full volume says so and stays sound', async (t) => {
	const { device, volume } = makeVolume(16 * MIB);
	const data = new Uint8Array(MIB).fill(3);
	throwsErrno(t, 'ENOSPC', () => {
		for (let i = 0; i < 32; i++) volume.writeFile(`/f${i}`, data);
	});
	volume.close();
	t.same(problems(device), []);
	throwsErrno(t, 'ENOSPC', () => {
		for (let i = 0; i < 5000; i++) volume.mknod(`/n${i}`, S_IFIFO);
	});
	volume.close();
	t.same(problems(device), []);
});

t.test('unknown features are refused with their reason', async (t) => {
	for (const [field, pattern] of [
		['incompat', /unknown features/],
		['ro_compat', /forbid/],
	] as const) {
		const { device, volume } = makeVolume(16 * MIB);
		volume.close();
		const bytes = device.bytes.subarray(IMPFS.SUPER_OFFSET, IMPFS.SUPER_OFFSET + superblockLayout.size);
		const superblock = superblockLayout.decode(bytes);
		superblock[field] = 0x8000;
		superblockLayout.encode(superblock, bytes);
		superblock.checksum = crc32c(0xffffffff, bytes, 0, bytes.length - 4);
		superblockLayout.encode(superblock, bytes);
		t.throws(() => ImpfsVolume.open(device), pattern);
		if (field === 'ro_compat') t.ok(ImpfsVolume.open(device, { readonly: true }));
	}
	t.throws(() => ImpfsVolume.open(new MemoryDevice(16 * MIB)), /magic/);
	t.throws(() => fsck(new MemoryDevice(16 * MIB), { time }), /no impfs volume/);
});

t.test('an inode is as long as its place', async (t) => {
	t.equal(inodeLayout.size, IMPFS.INODE_SIZE);
	t.equal(inodeLayout.offset('map') % 4, 0);
});
