import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { type CpioEntry, cpioArchive } from './cpio.js';
import { defaultMachine, type MachineSpec } from './spec.js';

export interface LinuxPeerParts {
	/** Debian's i386 kernel (vmlinuz). */
	kernel: string;
	/** Debian's static busybox for i386. */
	busybox: string;
	/** The guest agent, linked statically. */
	agent: string;
	/** Further programs: path in the guest, file on the host. */
	programs?: Record<string, string>;
}

const folder = 0o040755;
const program = 0o100755;

const init = `#!/bin/busybox sh
/bin/busybox mkdir -p /proc /sys /dev /tmp /root /bin /sbin /usr/bin /usr/sbin
/bin/busybox --install -s
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t devtmpfs devtmpfs /dev
mkdir -p /dev/pts
mount -t devpts devpts /dev/pts
hostname peer
while :; do /usr/libexec/imposos/agent /dev/ttyS1; sleep 1; done &
trap 'poweroff -f' USR2
trap 'reboot -f' TERM
while :; do
	setsid cttyhack sh </dev/ttyS0 >/dev/ttyS0 2>&1 &
	while kill -0 $! 2>/dev/null; do wait $!; done
done
`;

/**
 * Writes the first root of a Linux that runs our agent: Debian's own kernel, as what ImposOS is measured against
 * and as a second opinion on the agent and this workshop.
 */
export function writePeerRoot(out: string, { busybox, agent, programs = {} }: LinuxPeerParts): void {
	const files: Record<string, string> = { 'bin/busybox': busybox, 'usr/libexec/imposos/agent': agent, ...programs };
	const folders = new Set(['dev']);
	for (const file of Object.keys(files)) {
		const parts = file.split('/').slice(0, -1);
		for (let depth = 1; depth <= parts.length; depth++) folders.add(parts.slice(0, depth).join('/'));
	}
	const entries: CpioEntry[] = [
		...[...folders].sort().map((path) => ({ path, mode: folder })),
		{ path: 'dev/console', mode: 0o020600, device: { major: 5, minor: 1 } },
		{ path: 'init', mode: program, content: Buffer.from(init) },
		...Object.entries(files).map(([path, file]) => ({ path, mode: program, content: readFileSync(file) })),
	];
	const archive = cpioArchive(entries);
	// Saved states are known by the file's time: what has not changed is not written.
	if (!existsSync(out) || !readFileSync(out).equals(archive)) writeFileSync(out, archive);
}

/** The machine that boots it. */
export function linuxPeerMachine(kernel: string, initrd: string, append = ''): MachineSpec {
	return {
		...defaultMachine,
		kernel,
		initrd,
		append: `console=ttyS0 mitigations=off audit=0 quiet panic=-1 ${append}`.trim(),
	};
}
