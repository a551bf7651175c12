import { execFileSync, spawnSync } from 'node:child_process';
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
import t from 'tap';
import { PackageError } from '../../tools/errors.js';
import { readAr } from '../../tools/image/ar.js';
import { unpackDeb } from '../../tools/image/deb.js';
import { writeDpkgDatabase } from '../../tools/image/dpkg-database.js';
import { readLock } from '../../tools/image/lock.js';
import { PackageStore, sha256OfFile } from '../../tools/image/packages.js';
import { hostSources, parseDeb822, parseSourcesList } from '../../tools/image/sources.js';
import { readTar } from '../../tools/image/tar-reader.js';
import { RootTree } from '../../tools/image/tree.js';
import { collectedLog } from '../collected-log.js';
import { makeDeb, makeMirror } from './debs.js';
import { file, folder } from './nodes.js';

const scratch = mkdtempSync(path.join(tmpdir(), 'imposos-image-test-'));
t.teardown(() => rmSync(scratch, { recursive: true, force: true }));
const { signal } = new AbortController();

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
t.test('Debian packages in every compression that is supported', async (t) => {
	for (const compression of ['xz', 'gzip', 'none']) {
		const deb = makeDeb(
			scratch,
			'one',
			`1.${compression.length}`,
			{ 'usr/bin/one': `${compression}\n` },
			{ compression },
		);
		const archive = await unpackDeb(deb, await sha256OfFile(deb), scratch);
		const entries = readTar(readFileSync(archive));
		const entry = entries.find(({ path: name }) => name === 'usr/bin/one');
		t.match(entry, { mode: 0o755, uid: 0, size: compression.length + 1 }, compression);
		t.equal(await unpackDeb(deb, await sha256OfFile(deb), scratch), archive, 'unpacked once');
	}
	const zstd = makeDeb(scratch, 'two', '1', { x: '' }, { compression: 'zstd' });
	await t.rejects(unpackDeb(zstd, 'a', scratch), /not supported/);
	writeFileSync(path.join(scratch, 'text'), 'not a package');
	await t.rejects(unpackDeb(path.join(scratch, 'text'), 'b', scratch), PackageError);
	const good = readFileSync(makeDeb(scratch, 'three', '1', { x: 'y' }));
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
t.test('packages are resolved, locked, cached and checked', async (t) => {
	const base = makeDeb(scratch, 'base-lib', '1.0', { 'usr/lib/base': 'one' });
	const tool = makeDeb(scratch, 'tool', '2.0', { 'usr/bin/tool': 'two' }, { depends: 'base-lib' });
	const mirror = makeMirror(scratch, 'mirror', [base, tool]);
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

	const successor = makeDeb(scratch, 'tool', '2.1', { 'usr/bin/tool': 'three' }, { depends: 'base-lib' });
	rmSync(path.join(scratch, 'mirror'), { recursive: true });
	makeMirror(scratch, 'mirror', [base, successor]);
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
	const deb = makeDeb(scratch, 'known', '1.5', { 'etc/known': 'x', 'usr/bin/known': '' }, { depends: 'libc6' });
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
