import { statSync } from 'node:fs';
import path from 'node:path';
import { execa } from 'execa';
import { displayPath, kernelPath, userRoot, userSymbols, type Variant } from '../build/paths.js';
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
	const spec = options.request && (await prepareMachine(options.request, { signal, log }));
	const program = programSymbols(options);
	if (spec !== undefined) {
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
			...program,
			...options.extra,
			symbols,
		];
		// Ctrl-C stops the machine, which is gdb's to do.
		const takeBack = lifetime.lendInterrupt();
		const { exitCode, code } = await execa('gdb', args, { stdio: 'inherit', reject: false }).finally(takeBack);
		if (code === 'ENOENT') throw new ToolError('gdb is not installed');
		await qmp.human('gdbserver none');
		return exitCode ?? 1;
	} finally {
		qmp.close();
	}
}

/** Directories of programs that a bare name, or one below a merged /bin or /sbin, may be in. */
const programFolders = ['usr/bin', 'usr/sbin', 'usr/libexec'];

/** A program of this repository, with symbols. @throws UsageError when there is none of that path or name */
export function findProgram(program: string, variant: Variant): string {
	const root = userSymbols(variant);
	const places = [program, path.join('usr', program), ...programFolders.map((folder) => path.join(folder, program))];
	// Tests keep theirs where they are run.
	const file = [root, userRoot(variant)]
		.flatMap((folder) => places.map((place) => path.join(folder, place)))
		.find((place) => statSync(place, { throwIfNoEntry: false })?.isFile());
	if (file === undefined)
		throw new UsageError(`no ${program} among the programs of this repository`, {
			hint: `those in ${displayPath(root)} have symbols`,
		});
	return file;
}

function programSymbols({ program, variant }: DebugOptions): string[] {
	if (program === undefined) return [];
	const file = findProgram(program, variant);
	return ['-ex', 'set confirm off', '-ex', `add-symbol-file ${file}`, '-ex', 'set confirm on'];
}
