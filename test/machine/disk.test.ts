import { copyFileSync, existsSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { execa } from 'execa';
import t from 'tap';
import { FileDevice } from '../../tools/impfs/device.js';
import { Lifetime } from '../../tools/lifetime.js';
import type { Machine } from '../../tools/machine/machine.js';
import { checkDisk, deviceWindow, rootPartition } from '../../tools/machine/partition.js';
import { Qcow2Device } from '../../tools/machine/qcow2.js';
import { belowOf, copyDisk, createOverlay, removeOverlay } from '../../tools/machine/qemu-img.js';
import { keptName } from '../../tools/machine/run.js';
import { defaultMachine } from '../../tools/machine/spec.js';
import { CaseTools } from '../../tools/suite/checks.js';
import { checkMachineDisk, readGuestFile } from '../../tools/suite/disk-check.js';
import { writeTinyDisk } from './tiny-disk.js';

const folder = mkdtempSync(path.join(tmpdir(), 'imposos-disk-'));
t.teardown(() => rmSync(folder, { recursive: true, force: true }));
const MiB = 2 ** 20;
const image = path.join(folder, 'disk.img');

writeTinyDisk(image);

/** All of a device, which is closed then. */
function deviceBytes(device: FileDevice | Qcow2Device): Uint8Array {
	const bytes = new Uint8Array(device.size);
	device.read(bytes, 0);
	device.close();
	return bytes;
}

t.test('overlays are read with what is below them', async (t) => {
	const overlay = path.join(folder, 'overlay.qcow2');
	await createOverlay({ file: image, format: 'raw' }, overlay);
	const commands = ['write -P 0x5a 5M 100k', 'write -P 0x33 17M 4k', 'write -z 6M 64k'];
	await execa('qemu-io', ['-f', 'qcow2', ...commands.flatMap((line) => ['-c', line]), overlay]);
	const flat = path.join(folder, 'flat.img');
	await execa('qemu-img', ['convert', '-O', 'raw', overlay, flat]);
	const [ours, theirs] = [Qcow2Device.open(overlay), FileDevice.open(flat, { readonly: true })];
	t.equal(ours.size, 18 * MiB);
	const [a, b] = [new Uint8Array(ours.size), new Uint8Array(ours.size)];
	ours.read(a, 0);
	theirs.read(b, 0);
	t.ok(Buffer.from(a).equals(b), 'as qemu-img reads it');
	const odd = new Uint8Array(70_001);
	ours.read(odd, 5 * MiB - 35_000);
	t.ok(Buffer.from(odd).equals(b.subarray(5 * MiB - 35_000, 5 * MiB + 35_001)), 'from any place');
	t.throws(() => ours.read(odd, 18 * MiB - 5), /access to bytes/);
	t.throws(() => ours.write(), /reading only/);
	ours.close();
	theirs.close();
	t.throws(() => Qcow2Device.open(image), /not qcow2/);
});

t.test('a kept disk does not notice that its image is built anew', async (t) => {
	const original = path.join(folder, 'original.img');
	copyFileSync(image, original);
	const before = Buffer.from(deviceBytes(FileDevice.open(original, { readonly: true })));
	const kept = path.join(folder, 'kept.qcow2');
	await copyDisk({ file: original, format: 'raw' }, kept);
	writeFileSync(original, Buffer.alloc(before.length, 0x77));
	t.ok(before.equals(deviceBytes(Qcow2Device.open(kept))));
	await t.rejects(
		copyDisk({ file: path.join(folder, 'none'), format: 'raw' }, path.join(folder, 'x')),
		/no disk image/,
	);
	t.equal(keptName('work', 'base'), 'base-work');
	t.equal(keptName('work', '/tmp/base.img'), 'base.img-work', 'each image has its own');
	t.throws(() => keptName('../x', 'base'), /not a name for a disk/);
});

t.test('an overlay does not notice that its image is built anew under the same name', async (t) => {
	const original = path.join(folder, 'replaced.img');
	copyFileSync(image, original);
	const before = Buffer.from(deviceBytes(FileDevice.open(original, { readonly: true })));
	const overlay = path.join(folder, 'held.qcow2');
	await createOverlay({ file: original, format: 'raw' }, overlay);
	const next = `${original}.next`;
	writeFileSync(next, Buffer.alloc(before.length, 0x77));
	renameSync(next, original);
	t.ok(before.equals(deviceBytes(Qcow2Device.open(overlay))), 'as this project reads it');
	const flat = path.join(folder, 'held.img');
	await execa('qemu-img', ['convert', '-O', 'raw', overlay, flat]);
	t.ok(before.equals(deviceBytes(FileDevice.open(flat, { readonly: true }))), 'as QEMU reads it');
	removeOverlay(overlay);
	t.same([existsSync(overlay), existsSync(belowOf(overlay))], [false, false], 'nothing is left');
});

t.test('what a disk must be', async (t) => {
	const check = (bytes: Uint8Array) => {
		const file = path.join(folder, 'bad.img');
		writeFileSync(file, bytes);
		const device = FileDevice.open(file, { readonly: true });
		try {
			checkDisk(device, 'bad.img');
		} finally {
			device.close();
		}
	};
	t.throws(() => check(Buffer.from('short')), /too short/);
	t.throws(() => check(Buffer.alloc(4096)), /no boot sector/);
	const sector = Buffer.alloc(4096);
	sector.writeUInt16LE(0xaa55, 510);
	t.throws(() => check(sector), /no partition/);
	sector[450] = 0x83;
	sector.writeUInt32LE(2048, 454);
	sector.writeUInt32LE(2048, 458);
	t.throws(() => check(sector), /cut short/);
	t.throws(() => check(Buffer.concat([sector, Buffer.alloc(3 * MiB)])), /is damaged/);
	const device = FileDevice.open(image, { readonly: true });
	t.same(rootPartition(device, 'disk.img'), { offset: 2 * MiB, size: 16 * MiB });
	t.throws(() => deviceWindow(device, 512, 512).read(new Uint8Array(2), 511), /partition of 512/);
	device.close();
});

t.test('what a machine leaves is checked', async (t) => {
	const overlay = path.join(folder, 'left.qcow2');
	await createOverlay({ file: image, format: 'raw' }, overlay);
	const machine = { spec: { ...defaultMachine, disks: [{ file: overlay, format: 'qcow2' }] } } as unknown as Machine;
	const tools = () => {
		const { signal } = new Lifetime();
		return new CaseTools({ scratch: folder, signal, full: false, seed: 1, booter: undefined as never });
	};
	t.equal(readGuestFile(machine, '/hello').toString(), 'from the host');
	const good = tools();
	checkMachineDisk(machine, good);
	t.same(good.checks, [], 'nothing to complain of');
	await execa('qemu-io', ['-f', 'qcow2', '-c', 'write -P 0xff 2052K 8k', overlay]);
	const bad = tools();
	checkMachineDisk(machine, bad);
	t.match(bad.checks, [{ ok: false }], 'damage is found');
});
