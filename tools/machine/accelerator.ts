import { accessSync, constants, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { release, tmpdir } from 'node:os';
import path from 'node:path';
import { execa } from 'execa';
import { cacheRoot } from '../build/paths.js';
import { debugExit } from './machine.js';
import { qemuProgram } from './qemu.js';
import type { Accelerator } from './spec.js';

const KVM = '/dev/kvm';
const PROBE_MS = 10_000;

/**
 * A kernel of a few instructions: multiboot starts it in 32-bit protected mode; it turns on paging with 4 MiB pages,
 * touches memory through them and leaves through isa-debug-exit. Loaded at 1 MiB by the header's own addresses.
 */
export function probeKernel(): Buffer {
	const base = 0x100000;
	const flags = 0x10000; // the header has load addresses
	const magic = 0x1badb002;
	const code = Buffer.from([
		...[0xb8, 0x83, 0x00, 0x00, 0x00], // mov $0x83, %eax: present, writable, 4 MiB
		...[0xa3, 0x00, 0x00, 0x20, 0x00], // mov %eax, 0x200000
		...[0xb8, 0x00, 0x00, 0x20, 0x00], // mov $0x200000, %eax
		...[0x0f, 0x22, 0xd8], // mov %eax, %cr3
		...[0x0f, 0x20, 0xe0, 0x83, 0xc8, 0x10, 0x0f, 0x22, 0xe0], // cr4 |= PSE
		...[0x0f, 0x20, 0xc0, 0x0d, 0x00, 0x00, 0x00, 0x80, 0x0f, 0x22, 0xc0], // cr0 |= PG
		...[0xff, 0x05, 0x00, 0x00, 0x30, 0x00], // incl 0x300000
		...[0xb0, debugExit.success, 0xe6, 0xf4], // out $success, $0xf4
		...[0xf4, 0xeb, 0xfd], // hlt for ever
	]);
	const header = Buffer.alloc(32);
	const end = base + header.length + code.length;
	[magic, flags, -(magic + flags), base, base, end, end, base + header.length].forEach((value, index) => {
		header.writeUInt32LE(value >>> 0, index * 4);
	});
	return Buffer.concat([header, code]);
}

/** Whether an accelerator really runs 32-bit guests here, found out by running one. */
export async function probeAccelerator(accelerator: Accelerator, signal?: AbortSignal): Promise<boolean> {
	const folder = mkdtempSync(path.join(tmpdir(), 'imposos-probe-'));
	try {
		const kernel = path.join(folder, 'kernel');
		writeFileSync(kernel, probeKernel());
		const args = [
			...['-nodefaults', '-no-user-config', '-machine', 'pc', '-accel', accelerator, '-cpu', 'max', '-m', '16M'],
			...['-display', 'none', '-no-reboot', '-device', 'isa-debug-exit,iobase=0xf4,iosize=0x04', '-kernel', kernel],
		];
		const { exitCode } = await execa(qemuProgram, args, {
			reject: false,
			timeout: PROBE_MS,
			killSignal: 'SIGKILL',
			...(signal ? { cancelSignal: signal } : {}),
		});
		signal?.throwIfAborted();
		return exitCode === 2 * debugExit.success + 1;
	} finally {
		rmSync(folder, { recursive: true, force: true });
	}
}

/** Picks KVM where it works, TCG elsewhere; the probe's answer is kept until host or QEMU change. */
export async function chooseAccelerator(wish: 'auto' | Accelerator, signal?: AbortSignal): Promise<Accelerator> {
	if (wish !== 'auto') return wish;
	try {
		accessSync(KVM, constants.R_OK | constants.W_OK);
	} catch {
		return 'tcg';
	}
	const cache = path.join(cacheRoot, 'accelerator.json');
	const key = `${release()} ${statSync(KVM).ino}`;
	try {
		const kept = JSON.parse(readFileSync(cache, 'utf8')) as { key?: string; answer?: Accelerator };
		if (kept.key === key && (kept.answer === 'kvm' || kept.answer === 'tcg')) return kept.answer;
	} catch {}
	const answer: Accelerator = (await probeAccelerator('kvm', signal)) ? 'kvm' : 'tcg';
	mkdirSync(cacheRoot, { recursive: true });
	writeFileSync(cache, JSON.stringify({ key, answer }));
	return answer;
}
