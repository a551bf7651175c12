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
	writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import t from 'tap';
import { ImageError, UsageError } from '../../tools/errors.js';
import { buildImage } from '../../tools/image/build.js';
import { declarationNames, readDeclaration } from '../../tools/image/declaration.js';
import { layoutDisk } from '../../tools/image/disk.js';
import { checkKernel } from '../../tools/image/kernel-file.js';
import { sha256OfFile } from '../../tools/image/packages.js';
import { FileDevice } from '../../tools/impfs/device.js';
import { ImpfsVolume } from '../../tools/impfs/volume.js';
import { makeDeb, makeMirror } from './debs.js';

const scratch = mkdtempSync(path.join(tmpdir(), 'imposos-image-test-'));
t.teardown(() => rmSync(scratch, { recursive: true, force: true }));
const { signal } = new AbortController();

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
	const tool = makeDeb(scratch, 'debtool', '1', { 'usr/bin/tool': 'theirs', 'usr/share/doc/debtool/x': 'no' });
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
		mirror: makeMirror(scratch, 'image-mirror', [tool]),
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
