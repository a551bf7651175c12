import { execa } from 'execa';
import type { CaseTools } from '../../../tools/suite/checks.js';

/** Runs the host's gdb with commands, in batch. */
export async function gdb(t: CaseTools, args: readonly string[], commands: readonly string[]): Promise<string> {
	const each = commands.flatMap((command) => ['-ex', command]);
	const { all } = await execa('gdb', ['-nx', '-batch', ...args, ...each], {
		all: true,
		reject: false,
		cancelSignal: t.signal,
		timeout: 60_000,
		env: { DEBUGINFOD_URLS: '' },
	});
	return all ?? '';
}
