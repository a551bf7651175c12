import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { buildRoot } from '../../tools/build/paths.js';
import { PackageError } from '../../tools/errors.js';
import type { Lifetime } from '../../tools/lifetime.js';
import { silentLog } from '../../tools/log.js';
import { fetchLinux } from '../../tools/machine/linux-kernel.js';
import { linuxPeerMachine, writePeerRoot } from '../../tools/machine/linux-peer.js';
import { startMachine } from '../../tools/machine/machine.js';
import { prepareSnapshot, resumeSnapshot } from '../../tools/machine/snapshot.js';
import { defaultMachine, type MachineSpec } from '../../tools/machine/spec.js';
import type { MachineSource } from '../../tools/suite/machine-source.js';
import { compileAgent } from './local-agent.js';

/** Debian's Linux with our agent in it: a guest to test the workshop on, whatever state our own kernel is in. */
export async function peerMachine(): Promise<MachineSpec> {
	const signal = new AbortController().signal;
	const [agent, linux] = await Promise.all([compileAgent(), fetchLinux({ signal, log: silentLog })]);
	const initrd = path.join(buildRoot, 'test', 'peer.cpio');
	mkdirSync(path.dirname(initrd), { recursive: true });
	writePeerRoot(initrd, { ...linux, agent });
	return { ...linuxPeerMachine(linux.kernel, initrd), memory: 96, network: false, audio: false };
}

/**
 * The peer, and the option for tests that need it: at a desk without network they are skipped, CI has everything.
 */
export async function findPeer(): Promise<{ peer: MachineSpec; needsPeer: { skip: string | false } }> {
	try {
		return { peer: await peerMachine(), needsPeer: { skip: false } };
	} catch (error) {
		if (!(error instanceof PackageError) || process.env['CI'] !== undefined) throw error;
		return { peer: defaultMachine, needsPeer: { skip: error.message } };
	}
}

/** A source of such machines for the suite runner. */
export function peerSource(spec: MachineSpec, lifetime: Lifetime): MachineSource {
	return {
		resume: async (_request, places) => resumeSnapshot(await prepareSnapshot(spec, { lifetime }), places),
		boot: (_request, places) => startMachine(spec, places),
	};
}
