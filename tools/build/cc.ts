import path from 'node:path';
import { execa } from 'execa';
import type { BuildOptions } from './kernel.js';
import { fromRoot, type Variant } from './paths.js';
import { buildUserland } from './userland.js';

/** What programs from elsewhere compile against: headers, start files, libraries, `imposos.pc`. */
export function sysroot(variant: Variant): string {
	return fromRoot('build', variant, 'user', 'sysroot');
}

/**
 * Brings the library up to date.
 *
 * @returns the compiler's path: a script that takes gcc's arguments
 * @throws BuildError, ToolError
 */
export async function compiler(options: BuildOptions): Promise<string> {
	await buildUserland(options);
	return path.join(sysroot(options.variant), 'bin', 'imposos-cc');
}

/** Runs it here. @returns its exit status */
export async function runCompiler(args: readonly string[], options: BuildOptions): Promise<number> {
	const { exitCode } = await execa(await compiler(options), args, {
		stdio: 'inherit',
		reject: false,
		...(options.signal === undefined ? {} : { cancelSignal: options.signal }),
	});
	return exitCode ?? 1;
}
