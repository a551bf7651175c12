import { existsSync } from 'node:fs';
import path from 'node:path';
import { execa } from 'execa';
import { kernelPath, userRoot, type Variant } from '../build/paths.js';
import { ToolError, UsageError } from '../errors.js';
import { freePort } from './port.js';
import { type MachineRequest, prepareMachine } from './prepare.js';
import { Qmp } from './qmp.js';
import { findRun } from './registry.js';
import type { RunContext } from './run.js';
import { startSession } from './session.js';

export interface DebugOptions {
	/** A machine that runs, or what to boot. */
	vm?: string;
	request?: MachineRequest;
	/** Path in the guest of a program whose symbols are wanted. */
	program?: string;
	variant: Variant;
	/** Further arguments for gdb. */
	extra: readonly string[];
}

/** Opens gdb on a machine. @returns gdb's exit status */
export async function debugMachine(options: DebugOptions, context: RunContext): Promise<number> {
	const { lifetime, signal, log } = context;
	let id = options.vm;
	if (options.request !== undefined) {
		const spec = await prepareMachine(options.request, { signal, log });
		const session = await startSession({ ...spec, extra: [...spec.extra, '-S'] }, { lifetime, signal, title: 'debug' });
		id = session.id;
		log.info(`machine ${id} stands before its first instruction; imposos attach ${id} shows its console`);
	}
	const run = findRun(id);
	if (run.qmp === undefined) throw new UsageError(`machine ${run.id} is not one of QEMU's: gdb cannot stop it`);
	const port = await freePort(1234);
	const qmp = await Qmp.connect(run.qmp, signal);
	try {
		await qmp.human(`gdbserver tcp:127.0.0.1:${port}`);
		const symbols = run.kernel ?? kernelPath(options.variant);
		const args = [
			...['-q', '-ex', 'set architecture i386', '-ex', `target remote 127.0.0.1:${port}`],
			...programSymbols(options),
			...options.extra,
			symbols,
		];
		const { exitCode, code } = await execa('gdb', args, { stdio: 'inherit', reject: false });
		if (code === 'ENOENT') throw new ToolError('gdb is not installed');
		await qmp.human('gdbserver none');
		return exitCode ?? 1;
	} finally {
		qmp.close();
	}
}

function programSymbols({ program, variant }: DebugOptions): string[] {
	if (program === undefined) return [];
	const file = path.join(userRoot(variant), program);
	if (!existsSync(file)) throw new UsageError(`no ${program} among the programs of this repository`);
	return ['-ex', `add-symbol-file ${file}`];
}
