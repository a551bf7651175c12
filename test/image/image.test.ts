import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
	chmodSync,
	existsSync,
	linkSync,
	mkdirSync,
	mkdtempSync,
	readFileSync,
	rmSync,
	symlinkSync,
	utimesSync,
	writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import t from 'tap';
import { ImageError, PackageError, UsageError } from '../../tools/errors.js';
import { readAr } from '../../tools/image/ar.js';
import { buildImage } from '../../tools/image/build.js';
import { unpackDeb } from '../../tools/image/deb.js';
import { declarationNames, readDeclaration } from '../../tools/image/declaration.js';
import { layoutDisk } from '../../tools/image/disk.js';
import { writeDpkgDatabase } from '../../tools/image/dpkg-database.js';
import { checkKernel } from '../../tools/image/kernel-file.js';
import { readLock } from '../../tools/image/lock.js';
import { PackageStore, sha256OfFile } from '../../tools/image/packages.js';
import { hostSources, parseDeb822, parseSourcesList } from '../../tools/image/sources.js';
import { readTar } from '../../tools/image/tar-reader.js';
import { RootTree, splitPath, type TreeNode } from '../../tools/image/tree.js';
import { FileDevice } from '../../tools/impfs/device.js';
import { ImpfsVolume } from '../../tools/impfs/volume.js';
import { collectedLog } from '../collected-log.js';

const scratch = mkdtempSync(path.join(tmpdir(), 'imposos-image-test-'));
t.teardown(() => rmSync(scratch, { recursive: true, force: true }));
const { signal } = new AbortController();

const file = (text = ''): TreeNode => ({
	type: 'file',
	mode: 0o644,
	uid: 0,
	gid: 0,
	mtime: 1,
	contents: { kind: 'bytes', bytes: Buffer.from(text) },
});
const folder = (mode = 0o755): TreeNode => ({ type: 'directory', mode, uid: 0, gid: 0, mtime: 1, children: new Map() });
const link = (target: string): TreeNode => ({ type: 'symlink', mode: 0o777, uid: 0, gid: 0, mtime: 1, target });

t.test('a tree follows links among the parents, merges directories and keeps hard links', async (t) => {
	const tree = new RootTree(7);
	tree.add('/usr/bin', folder());
	tree.add('/bin', link('usr/bin'));
	const cat = file('cat');
	tree.add('/bin/cat', cat);
	t.equal(tree.find('/usr/bin/cat'), cat, 'a name below a link lands where it points');
	tree.add('/usr/bin', folder(0o700));
	t.equal(tree.find('/usr/bin')?.mode, 0o700, 'the newcomer decides the mode');
	t.equal(tree.find('/bin/cat'), cat, 'what was there stays');
	tree.add('/bin', folder());
	t.equal(tree.find('/bin', false)?.type, 'symlink', 'a directory does not replace a link to one');
	tree.add('/usr/bin/dog', cat);
	const nodes = [...tree.entries()].filter(([, node]) => node === cat).map(([name]) => name);
	t.strictSame(nodes, ['/usr/bin/cat', '/usr/bin/dog']);
	t.equal(tree.find('/a/b'), undefined);
	tree.add('/a/b/c', file());
	t.equal(tree.find('/a')?.mtime, 1, 'parents are made');
	t.ok(tree.remove('/a/b'));
	t.notOk(tree.remove('/a/b'));
	t.notOk(tree.remove('/'));
	t.strictSame(splitPath('/a/../../b/./c/'), ['b', 'c']);
});

t.test('a tree settles collisions as told', async (t) => {
	const tree = new RootTree(0);
	const first = file('first');
	tree.add('/x', first);
	t.equal(tree.add('/x', file('second'), 'keep'), first);
	t.throws(() => tree.add('/x', file(), 'refuse'), ImageError);
	const aside = file('aside');
	tree.add('/x', aside, (name) => `/elsewhere${name}`);
	t.equal(tree.find('/elsewhere/x'), aside);
	t.equal(tree.find('/x'), first);
	t.equal(
		tree.add('/x', file(), () => undefined),
		first,
	);
	tree.add('/x', aside);
	t.equal(tree.find('/x'), aside);
	tree.add('/folder', folder());
	t.throws(() => tree.add('/folder', file()), /is a directory/);
	t.throws(() => tree.add('/x/y', file()), /not a directory/);
	t.throws(() => tree.add('/', file()), ImageError);
	tree.add('/loop', link('loop'));
	t.throws(() => tree.add('/loop/x', file()), /too many symbolic links/);
	t.equal(tree.find('/loop/x'), undefined);
});

t.test('tar archives as GNU tar writes them', async (t) => {
	const source = path.join(scratch, 'tar');
	const long = 'n'.repeat(90);
	mkdirSync(path.join(source, long, long), { recursive: true });
	writeFileSync(path.join(source, long, long, 'file'), 'contents');
	writeFileSync(path.join(source, 'plain'), 'x'.repeat(600), { mode: 0o600 });
	chmodSync(path.join(source, 'plain'), 0o4755);
	utimesSync(path.join(source, 'plain'), 1e9, 1e9);
	linkSync(path.join(source, 'plain'), path.join(source, 'second'));
	symlinkSync('l'.repeat(150), path.join(source, 'symlink'));
	execFileSync('mkfifo', [path.join(source, 'fifo')]);
	for (const format of ['gnu', 'pax', 'ustar']) {
		const names = format === 'ustar' ? ['plain', 'second', 'fifo'] : ['.'];
		const options = [`--format=${format}`, '--sort=name', '--owner=5', '--group=6', '--numeric-owner', '-C', source];
		const archive = execFileSync('tar', ['-c', ...options, ...names]);
		const entries = new Map(readTar(archive).map((entry) => [entry.path, entry]));
		const plain = entries.get('plain');
		t.match(plain, { type: 'file', mode: 0o4755, uid: 5, gid: 6, mtime: 1e9, size: 600 }, format);
		t.equal(archive.toString('latin1', plain?.offset, (plain?.offset ?? 0) + 600), 'x'.repeat(600));
		t.match(entries.get('second'), { type: 'hardlink', target: 'plain' });
		t.match(entries.get('fifo'), { type: 'fifo' });
		if (format === 'ustar') continue;
		t.match(entries.get('symlink'), { type: 'symlink', target: 'l'.repeat(150) });
		t.match(entries.get(`${long}/${long}/file`), { type: 'file', size: 8 });
		t.match(entries.get(''), { type: 'directory' });
	}
	const archive = execFileSync('tar', ['-c', '-C', source, 'plain']);
	t.throws(() => readTar(archive.subarray(0, 1024)), PackageError, 'cut off in the data');
	t.throws(() => readTar(archive.subarray(0, 1536)), /no end/);
	archive[0] = 0x41;
	t.throws(() => readTar(archive), /checksum/);
	const devices = spawnSync('tar', ['-c', '-C', '/dev', 'null']);
	t.match(readTar(devices.stdout), [{ path: 'null', type: 'char', major: 1, minor: 3 }]);
});

/** Builds a Debian package with dpkg-deb; gives its path. */
function makeDeb(
	name: string,
	version: string,
	files: Record<string, string>,
	options: { depends?: string; compression?: string } = {},
) {
	const root = mkdtempSync(path.join(scratch, 'deb-'));
	mkdirSync(path.join(root, 'DEBIAN'));
	const depends = options.depends === undefined ? '' : `Depends: ${options.depends}\n`;
	const control = `Package: ${name}\nVersion: ${version}\nArchitecture: i386\nMaintainer: Nobody <nobody@example.org>\n${depends}Description: test\n`;
	writeFileSync(path.join(root, 'DEBIAN', 'control'), control);
	for (const [file, text] of Object.entries(files)) {
		mkdirSync(path.join(root, path.dirname(file)), { recursive: true });
		writeFileSync(path.join(root, file), text, { mode: 0o755 });
	}
	const target = path.join(scratch, `${name}_${version}_i386.deb`);
	execFileSync('dpkg-deb', ['--root-owner-group', `-Z${options.compression ?? 'xz'}`, '--build', root, target]);
	return target;
}

t.test('Debian packages in every compression that is supported', async (t) => {
	for (const compression of ['xz', 'gzip', 'none']) {
		const deb = makeDeb('one', `1.${compression.length}`, { 'usr/bin/one': `${compression}\n` }, { compression });
		const archive = await unpackDeb(deb, await sha256OfFile(deb), scratch);
		const entries = readTar(readFileSync(archive));
		const entry = entries.find(({ path: name }) => name === 'usr/bin/one');
		t.match(entry, { mode: 0o755, uid: 0, size: compression.length + 1 }, compression);
		t.equal(await unpackDeb(deb, await sha256OfFile(deb), scratch), archive, 'unpacked once');
	}
	const zstd = makeDeb('two', '1', { x: '' }, { compression: 'zstd' });
	await t.rejects(unpackDeb(zstd, 'a', scratch), /not supported/);
	writeFileSync(path.join(scratch, 'text'), 'not a package');
	await t.rejects(unpackDeb(path.join(scratch, 'text'), 'b', scratch), PackageError);
	const good = readFileSync(makeDeb('three', '1', { x: 'y' }));
	const broken = path.join(scratch, 'broken');
	writeFileSync(broken, good.subarray(0, good.length - 40));
	await t.rejects(unpackDeb(broken, 'c', scratch), PackageError);
	const members = readAr(good);
	t.strictSame(
		members.map(({ name }) => name),
		['debian-binary', 'control.tar.xz', 'data.tar.xz'],
	);
	const damaged = Buffer.from(good);
	damaged[damaged.length - 20] = (damaged[damaged.length - 20] ?? 0) ^ 0xff;
	damaged[damaged.length - 60] = (damaged[damaged.length - 60] ?? 0) ^ 0xff;
	writeFileSync(broken, damaged);
	await t.rejects(unpackDeb(broken, 'd', scratch), PackageError);
	t.notOk(existsSync(path.join(scratch, 'unpacked', 'd.tar')), 'nothing half unpacked stays');
});

/** Makes a mirror of the given packages on the host's disk; gives its address. */
function makeMirror(name: string, debs: string[]): string {
	const mirror = path.join(scratch, name);
	const index = path.join(mirror, 'dists', 'bookworm', 'main', 'binary-i386');
	mkdirSync(index, { recursive: true });
	mkdirSync(path.join(mirror, 'pool'), { recursive: true });
	let packages = '';
	for (const deb of debs) {
		const data = readFileSync(deb);
		writeFileSync(path.join(mirror, 'pool', path.basename(deb)), data);
		const control = execFileSync('dpkg-deb', ['-f', deb]).toString();
		const sum = createHash('sha256').update(data).digest('hex');
		packages += `${control}Filename: pool/${path.basename(deb)}\nSize: ${data.length}\nSHA256: ${sum}\n\n`;
	}
	writeFileSync(path.join(index, 'Packages'), packages);
	writeFileSync(path.join(index, 'Packages.gz'), gzipSync(packages));
	const line = (file: string) => {
		const data = readFileSync(path.join(index, file));
		return ` ${createHash('sha256').update(data).digest('hex')} ${data.length} main/binary-i386/${file}\n`;
	};
	const release = `Suite: bookworm\nCodename: bookworm\nArchitectures: i386\nComponents: main\nDate: ${new Date().toUTCString()}\nSHA256:\n`;
	writeFileSync(
		path.join(mirror, 'dists', 'bookworm', 'Release'),
		`${release}${line('Packages')}${line('Packages.gz')}`,
	);
	return `file:${mirror}`;
}

t.test('packages are resolved, locked, cached and checked', async (t) => {
	const base = makeDeb('base-lib', '1.0', { 'usr/lib/base': 'one' });
	const tool = makeDeb('tool', '2.0', { 'usr/bin/tool': 'two' }, { depends: 'base-lib' });
	const mirror = makeMirror('mirror', [base, tool]);
	const cache = path.join(scratch, 'cache');
	const lockFile = path.join(scratch, 'packages.lock');
	const { log, text } = collectedLog(1);
	const common = { cache, lockFile, suite: 'bookworm', mirror, signal, log };
	const request = { names: ['tool'], dependencies: true };
	await t.rejects(new PackageStore({ ...common, locked: true }).fetch(request), /does not have tool/);
	const fetched = await new PackageStore(common).fetch(request);
	t.match(fetched, [
		{ name: 'base-lib', version: '1.0' },
		{ name: 'tool', version: '2.0' },
	]);
	t.match(text(), /bookworm-updates.* did not refresh: going on/, 'an index that is not there is a warning');
	t.match(text(), /fetching base-lib, tool/);
	t.match(readLock(lockFile, 'bookworm').packages['tool'], { version: '2.0', size: readFileSync(tool).length });
	t.match(await new PackageStore({ ...common, locked: true }).fetch(request), [{ name: 'base-lib' }, { name: 'tool' }]);
	t.match(await new PackageStore(common).fetch({ names: ['tool'], dependencies: false }), [{ name: 'tool' }]);
	await t.rejects(new PackageStore(common).fetch({ names: ['no-such'], dependencies: true }), /no package no-such/);

	writeFileSync(fetched[1]?.path ?? '', 'something else');
	await t.rejects(new PackageStore(common).fetch(request), /is not the one in/);
	await new PackageStore(common).fetch(request);

	const successor = makeDeb('tool', '2.1', { 'usr/bin/tool': 'three' }, { depends: 'base-lib' });
	rmSync(path.join(scratch, 'mirror'), { recursive: true });
	makeMirror('mirror', [base, successor]);
	t.match(await new PackageStore(common).fetch(request), [{}, { version: '2.0' }], 'what is in the cache stays');
	rmSync(path.join(cache, 'packages'), { recursive: true });
	await t.rejects(new PackageStore({ ...common, locked: true }).fetch(request), /no longer has tool 2.0/);
	t.match(await new PackageStore(common).fetch(request), [{}, { version: '2.1' }]);
	t.match(text(), /the archive has dropped tool 2.0: using 2.1/);

	writeFileSync(lockFile, '{}');
	t.throws(() => new PackageStore(common), /is damaged/);
	rmSync(lockFile);
	await t.rejects(new PackageStore({ ...common, mirror: 'nonsense' }).fetch(request), /not the address of a mirror/);
	const nowhere = { ...common, mirror: `file:${scratch}/nowhere`, cache: path.join(scratch, 'cache2') };
	await t.rejects(new PackageStore(nowhere).fetch(request), /no package index/);
});

t.test('dpkg knows the packages of an image that has it', async (t) => {
	const read = (tree: RootTree, name: string) => {
		const node = tree.find(`/var/lib/dpkg/${name}`);
		return node?.type === 'file' && node.contents.kind === 'bytes' ? Buffer.from(node.contents.bytes).toString() : '';
	};
	const deb = makeDeb('known', '1.5', { 'etc/known': 'x', 'usr/bin/known': '' }, { depends: 'libc6' });
	const files = new Map([
		['', folder()],
		['etc/known', file('x')],
	]);
	const one = { name: 'known', file: deb, sha256: await sha256OfFile(deb), files };
	const without = new RootTree(0);
	await writeDpkgDatabase(without, [one], 7, scratch);
	t.equal(without.find('/var/lib/dpkg/status'), undefined, 'nobody would read it');
	const tree = new RootTree(0);
	tree.add('/usr/bin/dpkg', file());
	await writeDpkgDatabase(tree, [one], 7, scratch);
	t.match(read(tree, 'status'), /^Package: known\nStatus: install ok installed\nVersion: 1.5\n[\s\S]*Depends: libc6\n/);
	t.equal(read(tree, 'info/known.list'), '/.\n/etc/known\n', 'what was left out is not there');
	t.equal(read(tree, 'info/format'), '1\n');
	t.equal(tree.find('/var/lib/dpkg/updates')?.type, 'directory');
	await t.rejects(writeDpkgDatabase(tree, [{ ...one, name: 'other' }], 7, scratch), /is of another/);
});

t.test('the host’s package sources, in both formats', async (t) => {
	const list =
		'# deb x y z\ndeb http://a/debian bookworm main contrib # here\ndeb [arch=amd64 trusted=yes] http://b s main\ndeb-src http://a c main\n';
	t.strictSame(parseSourcesList(list), [
		{ uri: 'http://a/debian', suite: 'bookworm', components: ['main', 'contrib'] },
		{ uri: 'http://b', suite: 's', components: ['main'] },
	]);
	const stanzas =
		'Types: deb deb-src\n# comment\nURIs: http://a\nSuites: one\n two\nComponents: main\n\nTypes: deb\nEnabled: no\nURIs: http://b\nSuites: x\n';
	t.strictSame(parseDeb822(stanzas), [
		{ uri: 'http://a', suite: 'one', components: ['main'] },
		{ uri: 'http://a', suite: 'two', components: ['main'] },
	]);
	const etc = path.join(scratch, 'etc');
	mkdirSync(path.join(etc, 'sources.list.d'), { recursive: true });
	writeFileSync(path.join(etc, 'sources.list.d', 'a.sources'), stanzas);
	writeFileSync(path.join(etc, 'sources.list.d', 'b.list'), list);
	t.equal(hostSources(etc).length, 4);
	t.strictSame(hostSources(path.join(scratch, 'none')), []);
});

t.test('declarations say what is wrong with them', async (t) => {
	for (const name of declarationNames()) t.equal(readDeclaration(name).name, name);
	const write = (value: unknown, name = 'own') => {
		const declaration = path.join(scratch, `${name}.json`);
		writeFileSync(declaration, typeof value === 'string' ? value : JSON.stringify(value));
		return declaration;
	};
	t.throws(() => readDeclaration('no-such'), UsageError);
	t.throws(() => readDeclaration('./no-such.json'), /no image declaration/);
	t.throws(() => readDeclaration(write('{')), /is not JSON/);
	t.throws(() => readDeclaration(write({ describe: '' })), /"size" is missing/);
	t.throws(() => readDeclaration(write({ describe: '', size: '5' })), /size: must be a number and/);
	t.throws(() => readDeclaration(write({ describe: '', size: '1M', wrong: 1 })), /wrong/);
	t.throws(() => readDeclaration(write({ describe: '', extends: 'own' })), /circle/);
	write({ describe: 'a', size: '1M', time: '1970-01-02T00:00:00Z', users: [{ name: 'a', uid: 1, gid: 1 }] }, 'parent');
	const child = readDeclaration(write({ describe: 'b', extends: 'parent', users: [{ name: 'a', uid: 2, gid: 2 }] }));
	mkdirSync(path.join(scratch, 'ports'));
	writeFileSync(
		path.join(scratch, 'ports', 'hello.json'),
		JSON.stringify({ describe: '', layers: [{ packages: ['hello'] }] }),
	);
	const ported = readDeclaration(write({ describe: '', size: '1M', ports: ['hello'] }, 'ported'));
	t.match(ported, { layers: [{ layer: { packages: ['hello'] } }], files: [/ported/, /hello/] });
	t.throws(() => readDeclaration(write({ describe: '', size: '1M', ports: ['none'] }, 'ported')), UsageError);
	t.match(child, { size: 2 ** 20, time: 86400, suite: 'bookworm', users: [{ uid: 2 }] });
});

t.test('disks', async (t) => {
	const layout = layoutDisk(5000, 2 ** 20);
	t.equal(layout.partitionOffset, 17 * 2 ** 20);
	t.equal(layoutDisk(17 * 2 ** 20, 2 ** 20).partitionOffset, 33 * 2 ** 20);
	t.throws(() => layoutDisk(1, 1000), ImageError);
	t.throws(() => layoutDisk(1, 2 ** 42), ImageError);
});

/** A kernel that writes its command line to the serial port and leaves through isa-debug-exit. */
function tinyKernel(): string {
	const source = path.join(scratch, 'kernel.S');
	writeFileSync(
		source,
		`.text
.balign 4
.long 0x1badb002, 3, -(0x1badb002 + 3)
.globl _start
_start:	mov 16(%ebx), %esi
1:	lodsb
	mov $0x3f8, %dx
	outb %al, %dx
	test %al, %al
	jnz 1b
	mov $0x10, %al
	mov $0xf4, %dx
	outb %al, %dx
	hlt
`,
	);
	const kernel = path.join(scratch, 'kernel.elf');
	const options = ['-m32', '-nostdlib', '-static', '-no-pie', '-Wl,-Ttext=0x200000,--build-id=none', '-o', kernel];
	execFileSync('i686-linux-gnu-gcc', [...options, source]);
	return kernel;
}

t.test('a kernel that no boot loader could load is refused', async (t) => {
	const good = readFileSync(tinyKernel());
	checkKernel(good, 'good');
	const changed = (edit: (copy: Buffer) => void) => {
		const copy = Buffer.from(good);
		edit(copy);
		return copy;
	};
	t.throws(() => checkKernel(Buffer.from('text'), 'x'), /x is no kernel .*: it is not an ELF file/);
	t.throws(
		() =>
			checkKernel(
				changed((copy) => copy.writeUInt8(2, 4)),
				'x',
			),
		/not for 32-bit x86/,
	);
	t.throws(
		() =>
			checkKernel(
				changed((copy) => copy.writeUInt32LE(0x10, 24)),
				'x',
			),
		/entry is in none/,
	);
	t.throws(() => checkKernel(good.subarray(0, 4112), 'x'), ImageError);
	t.throws(
		() =>
			checkKernel(
				changed((copy) => copy.fill(0, 4096, 4108)),
				'x',
			),
		/no multiboot header/,
	);
	t.throws(
		() =>
			checkKernel(
				changed((copy) => copy.writeUInt16LE(60000, 44)),
				'x',
			),
		/truncated/,
	);
});

t.test('an image boots like a PC, holds what was declared, and is made alike twice', async (t) => {
	const kernel = tinyKernel();
	const userland = path.join(scratch, 'userland');
	mkdirSync(path.join(userland, 'sbin'), { recursive: true });
	mkdirSync(path.join(userland, 'usr', 'bin'), { recursive: true });
	writeFileSync(path.join(userland, 'sbin', 'init'), 'init', { mode: 0o700 });
	writeFileSync(path.join(userland, 'usr', 'bin', 'tool'), 'ours', { mode: 0o755 });
	linkSync(path.join(userland, 'usr', 'bin', 'tool'), path.join(userland, 'usr', 'bin', 'again'));
	symlinkSync('init', path.join(userland, 'sbin', 'telinit'));
	mkdirSync(path.join(scratch, 'host', 'sub'), { recursive: true });
	writeFileSync(path.join(scratch, 'host', 'sub', 'data'), 'd'.repeat(10000));
	const tool = makeDeb('debtool', '1', { 'usr/bin/tool': 'theirs', 'usr/share/doc/debtool/x': 'no' });
	const declaration = path.join(scratch, 'image.json');
	const write = (size: string) =>
		writeFileSync(
			declaration,
			JSON.stringify({
				describe: 'test',
				size,
				commandLine: 'console=ttyS0 quiet',
				layers: [
					{
						entries: [
							{ type: 'directory', path: '/usr/sbin' },
							{ type: 'symlink', path: '/sbin', target: 'usr/sbin' },
							{ type: 'char', path: '/dev/null', mode: '666', major: 1, minor: 3 },
							{ type: 'block', path: '/dev/sda', owner: { uid: 0, gid: 6 }, major: 8, minor: 0 },
							{ type: 'fifo', path: '/run/fifo' },
							{ type: 'file', path: '/etc/motd', text: 'hello\n', mode: '600' },
							{ type: 'hardlink', path: '/etc/motd2', target: '/etc/motd' },
							{ type: 'copy', path: '/etc/data', from: 'host/sub/data' },
							{ type: 'file', path: '/gone', text: '' },
							{ type: 'remove', path: '/gone' },
						],
					},
					{ packages: ['debtool'], without: ['/usr/share/doc'] },
					{ tree: 'host', to: '/opt' },
					{ links: { target: 'tool', folder: '/usr/bin', names: ['tool', 'alias'] } },
					{ userland: true, collisions: { aside: '/usr/lib/imposos/bin' } },
				],
				users: [
					{ name: 'root', uid: 0, gid: 0, home: '/root' },
					{ name: 'joe', uid: 1000, gid: 1000, home: '/home/joe', password: '' },
				],
				groups: [{ name: 'wheel', gid: 10, members: ['joe'] }],
			}),
		);
	write('16M');
	const common = {
		name: declaration,
		variant: 'debug' as const,
		signal,
		kernel,
		userland,
		lockFile: path.join(scratch, 'image.lock'),
		cache: path.join(scratch, 'image-cache'),
		mirror: makeMirror('image-mirror', [tool]),
	};
	const first = await buildImage({ ...common, out: path.join(scratch, 'first.img') });
	const second = await buildImage({ ...common, out: path.join(scratch, 'second.img') });
	t.ok(first.built);
	t.equal(await sha256OfFile(first.path), await sha256OfFile(second.path), 'byte for byte');
	t.notOk((await buildImage({ ...common, out: first.path })).built, 'nothing to do');
	chmodSync(path.join(userland, 'usr', 'bin', 'tool'), 0o750);
	t.ok((await buildImage({ ...common, out: first.path })).built, 'a changed input');

	const device = FileDevice.open(first.path, { offset: 17 * 2 ** 20, readonly: true });
	const volume = ImpfsVolume.open(device, { readonly: true });
	const read = (name: string) => volume.readFile(name).toString();
	t.equal(read('/usr/sbin/init'), 'init');
	t.equal(volume.stat('/usr/sbin/init').mode, 0o100755);
	t.equal(volume.readlink('/usr/sbin/telinit'), 'init');
	t.equal(read('/usr/bin/tool'), 'theirs');
	t.equal(read('/usr/lib/imposos/bin/tool'), 'ours');
	t.equal(volume.stat('/usr/lib/imposos/bin/tool').ino, volume.stat('/usr/bin/again').ino, 'hard links stay');
	t.match(volume.stat('/dev/null'), { mode: 0o020666, rdev: { major: 1, minor: 3 } });
	t.match(volume.stat('/dev/sda'), { mode: 0o060600, gid: 6, rdev: { major: 8, minor: 0 } });
	t.equal(volume.stat('/run/fifo').mode, 0o010644);
	t.match(volume.stat('/etc/motd'), { mode: 0o100600, links: 2, mtime: { sec: 1767225600 } });
	t.equal(read('/opt/sub/data').length, 10000);
	t.equal(read('/etc/data').length, 10000);
	t.equal(volume.readlink('/usr/bin/alias'), 'tool');
	t.notOk(volume.exists('/gone'));
	t.notOk(volume.exists('/usr/share/doc/debtool'));
	t.match(read('/etc/passwd'), /^joe:x:1000:1000::\/home\/joe:\/bin\/sh$/m);
	t.match(read('/etc/group'), /^wheel:x:10:joe$/m);
	t.match(read('/etc/shadow'), /^joe::20454:/m);
	t.match(volume.stat('/home/joe'), { uid: 1000, mode: 0o040755 });
	t.equal(volume.stat('/root').mode, 0o040700);
	device.close();

	const machine = ['-m', '32', '-display', 'none', '-monitor', 'none', '-serial', 'stdio', '-snapshot', '-no-reboot'];
	const exit = ['-device', 'isa-debug-exit,iobase=0xf4,iosize=4'];
	const drive = ['-drive', `file=${first.path},format=raw,if=ide`];
	const run = spawnSync('qemu-system-i386', [...machine, ...exit, ...drive], { timeout: 300_000 });
	t.equal(run.status, 33, 'GRUB loads the kernel by its sectors');
	t.match(run.stdout.toString(), /^root=\/dev\/sda1 rootfstype=impfs init=\/sbin\/init console=ttyS0 quiet/);

	write('16M');
	writeFileSync(
		path.join(scratch, 'host', 'big'),
		createHash('shake256', { outputLength: 20 << 20 })
			.update('')
			.digest(),
	);
	await t.rejects(buildImage({ ...common, out: first.path }), /does not fit into 16 MiB/);
	t.ok(existsSync(first.path), 'the image that was there stays');
	await t.rejects(buildImage({ ...common, kernel: path.join(scratch, 'none') }), /is not there/);
	const aborted = AbortSignal.abort(new Error('stop'));
	await t.rejects(buildImage({ ...common, signal: aborted, out: path.join(scratch, 'third.img') }), /stop/);
	t.notOk(existsSync(path.join(scratch, 'third.img')));
});
