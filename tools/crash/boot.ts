/** Crash states that a machine mounts: what the kernel makes of them is what the host said, and it leaves them sound. */
import { closeSync, openSync, readFileSync, rmSync, truncateSync, writeFileSync, writeSync } from 'node:fs';
import path from 'node:path';
import { GuestFailure } from '../errors.js';
import { FileDevice } from '../impfs/device.js';
import { fsck } from '../impfs/fsck.js';
import { type ImpfsVolume, S_IFDIR, S_IFLNK } from '../impfs/volume.js';
import { emptyVolume, VOLUME } from './disk.js';
import type { OverlayDevice } from './overlay.js';
import type { RecordingMachine } from './record.js';

const BLOCK = 4096;
const PROGRAM = '/usr/libexec/imposos-tests/01/many-images';

/** A state that was written to a file of patches, and what has to be seen in it. */
export interface BootState {
	epoch: number;
	crash: string;
	/** As `many-images` writes it, sorted. */
	listing: string[];
}

/** Whether a state belongs to the one in `share` that is booted. */
export function chosen(number: bigint, share: number): boolean {
	return BigInt.asUintN(32, number) % BigInt(share) === 0n;
}

/** What makes one image of another, as `many-images` reads it. */
export function encodePatch(patches: readonly { offset: number; data: Uint8Array }[]): Buffer {
	const parts: Uint8Array[] = [Buffer.from('IMGP'), u32(patches.length)];
	for (const { offset, data } of patches)
		parts.push(u32(offset), u32(data.length), data, new Uint8Array(-data.length & 3));
	return Buffer.concat(parts);
}

/** Ends a list of images. */
export const endOfPatches = Buffer.from('IMGE');

function u32(value: number): Buffer {
	const bytes = Buffer.alloc(4);
	bytes.writeUInt32LE(value);
	return bytes;
}

/** The blocks in which a state differs from a volume. */
export function encodePatches(before: Uint8Array, disk: OverlayDevice): Buffer {
	const patches: { offset: number; data: Uint8Array }[] = [];
	for (let offset = 0; offset < VOLUME; offset += BLOCK) {
		const data = new Uint8Array(BLOCK);
		disk.read(data, offset);
		if (Buffer.compare(data, before.subarray(offset, offset + BLOCK)) !== 0) patches.push({ offset, data });
	}
	return encodePatch(patches);
}

/** FNV-1a. */
function hash(bytes: Uint8Array): string {
	let state = 2166136261;
	for (const byte of bytes) state = Math.imul(state ^ byte, 16777619);
	return (state >>> 0).toString(16).padStart(8, '0');
}

/** All names of a volume with what they hold, as `many-images` writes them, sorted. */
export function listing(volume: ImpfsVolume): string[] {
	const lines: string[] = [];
	const visit = (folder: string) => {
		for (const { name, type } of volume.readdir(folder || '/')) {
			const inside = `${folder}/${name}`;
			if (type === S_IFDIR) {
				lines.push(`d ${inside}`);
				visit(inside);
			} else if (type === S_IFLNK) {
				const target = Buffer.from(volume.readlink(inside));
				lines.push(`l ${inside} ${target.length} ${hash(target)}`);
			} else {
				const data = volume.readFile(inside);
				lines.push(`f ${inside} ${data.length} ${hash(data)}`);
			}
		}
	};
	visit('');
	return lines.sort();
}

export interface BootOptions {
	folder: string;
	/** Of the empty volume that the patches are made for. */
	seed: number;
	/** Files of patches, in order, and the states in them. */
	files: readonly string[];
	states: readonly BootState[];
	signal: AbortSignal;
	boot(extra: string[]): Promise<RecordingMachine>;
}

/** QEMU's arguments for two further disks. */
export function moreDisks(files: readonly string[]): string[] {
	return files.flatMap((file, index) => [
		...['-drive', `if=none,id=more${index},format=raw,cache=unsafe,discard=unmap,file=${file.replaceAll(',', ',,')}`],
		...['-device', `ide-hd,drive=more${index},bus=ide.${(index + 1) >> 1},unit=${(index + 1) & 1}`],
	]);
}

/** Writes the disk that `many-images` reads. */
export function writeImages(file: string, base: Uint8Array, patchFiles: readonly string[]): void {
	const fd = openSync(file, 'w');
	try {
		const write = (bytes: Uint8Array) => {
			for (let done = 0; done < bytes.length; ) done += writeSync(fd, bytes, done);
		};
		write(base);
		for (const patches of patchFiles) write(readFileSync(patches));
		write(endOfPatches);
		write(new Uint8Array(65536));
	} finally {
		closeSync(fd);
	}
}

/** Has a machine mount states. Returns what is wrong. */
export async function bootStates({ folder, seed, files, states, signal, boot }: BootOptions): Promise<string[]> {
	if (states.length === 0) return [];
	const input = path.join(folder, 'boot-in.img');
	const output = path.join(folder, 'boot-out.img');
	writeImages(input, emptyVolume(seed), files);
	writeFileSync(output, '');
	truncateSync(output, states.length * VOLUME);
	try {
		const machine = await boot(moreDisks([input, output]));
		let text: string;
		try {
			text = await mountAll(machine, states.length, signal);
		} finally {
			await machine.end();
		}
		return [...compareListings(text, states), ...checkOutput(output, states)];
	} finally {
		rmSync(input, { force: true });
		rmSync(output, { force: true });
	}
}

async function mountAll({ control }: RecordingMachine, count: number, signal: AbortSignal): Promise<string> {
	const { status, stdout, stderr } = await control.exec([PROGRAM, 'crash', '/dev/sdb', '/dev/sdc'], {
		timeout: 120_000 + count * 4000,
		signal,
	});
	if (status !== 0) throw new GuestFailure(`many-images ended with status ${status}: ${stderr}${stdout.slice(-300)}`);
	return stdout;
}

function compareListings(text: string, states: readonly BootState[]): string[] {
	const wrong: string[] = [];
	const parts = text.split(/^image \d+\n/m).slice(1);
	for (const [index, { epoch, crash, listing: expected }] of states.entries()) {
		const lines = (parts[index] ?? '').trimEnd().split('\n');
		const end = lines.pop() ?? '';
		const where = `epoch ${epoch}, ${crash}, booted`;
		if (end !== `end ${index} mounted`) wrong.push(`${where}: ${end || 'no answer'}`);
		else if (lines.sort().join('\n') !== expected.join('\n')) {
			const differs = expected.find((line) => !lines.includes(line)) ?? lines.find((line) => !expected.includes(line));
			wrong.push(`${where}: the kernel sees another tree than the host: ${differs}`);
		}
	}
	return wrong;
}

function checkOutput(file: string, states: readonly BootState[]): string[] {
	return states.flatMap(({ epoch, crash }, index) => {
		const device = FileDevice.open(file, { offset: index * VOLUME, size: VOLUME, readonly: true });
		try {
			const { problems, notes } = fsck(device, { time: { sec: 1_800_000_000, ns: 0 } });
			const texts = [...problems.map(({ pass, message }) => `${pass}: ${message}`), ...notes];
			return texts.map((what) => `epoch ${epoch}, ${crash}, after it was booted and unmounted: ${what}`);
		} catch (error) {
			return [`epoch ${epoch}, ${crash}, after it was booted: ${error instanceof Error ? error.message : error}`];
		} finally {
			device.close();
		}
	});
}
