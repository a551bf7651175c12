import path from 'node:path';
import { execa } from 'execa';
import { compiler } from '../tools/build/cc.js';
import { ensureFolder, fromRoot, type Variant } from '../tools/build/paths.js';
import { BuildError } from '../tools/errors.js';

/**
 * Calls of the library are what is measured: the compiler must not take them away. The shared libraries are what counts:
 * glibc's static one lacks the functions that are chosen by the processor.
 */
const flags = ['-O2', '-Wall', '-Wextra', '-Werror', '-fno-builtin'];

/**
 * Compiles bench/library with our library and with glibc.
 *
 * @returns both programs, in `folder`
 * @throws BuildError
 */
export async function buildLibraryPrograms(
	folder: string,
	variant: Variant,
	signal: AbortSignal,
): Promise<{ ours: string; glibc: string }> {
	ensureFolder(folder);
	const source = fromRoot('bench', 'library', 'program.c');
	const compile = async (cc: string, out: string) => {
		const file = path.join(folder, out);
		const { exitCode, stderr } = await execa(cc, [...flags, '-o', file, source], {
			reject: false,
			cancelSignal: signal,
		});
		if (exitCode !== 0) throw new BuildError(`bench/library does not compile with ${cc}:\n${stderr}`);
		return file;
	};
	return {
		ours: await compile(await compiler({ variant, signal }), 'ours'),
		glibc: await compile('i686-linux-gnu-gcc', 'glibc'),
	};
}
