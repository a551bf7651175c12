import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { execa } from 'execa';
import { sysroot } from '../build/cc.js';
import { fromRoot, type Variant } from '../build/paths.js';

/**
 * A digest of what programs from elsewhere see when they compile: headers without their comments, names and kinds of what
 * the shared library exports and the sizes of its objects, start files, compiler and how it is called. What the library does
 * inside may change without changing it.
 */
export async function sysrootIdentity(variant: Variant, signal: AbortSignal): Promise<string> {
	const root = sysroot(variant);
	const hash = createHash('sha256');
	const include = path.join(root, 'include');
	for (const name of readdirSync(include, { recursive: true, encoding: 'utf8' }).sort()) {
		if (!name.endsWith('.h')) continue;
		hash.update(`${name}\n${withoutComments(readFileSync(path.join(include, name), 'utf8'))}\n`);
	}
	const run = async (file: string, args: string[]) =>
		(await execa(file, args, { cancelSignal: signal, env: { LC_ALL: 'C' } })).stdout;
	const symbols = await run('i686-linux-gnu-nm', ['-DP', '--defined-only', path.join(root, 'lib', 'libc.so')]);
	for (const line of symbols.split('\n')) {
		const [name, kind = '', , length = ''] = line.split(' ');
		hash.update(`${name} ${kind} ${/[BDRV]/.test(kind) ? length : ''}\n`);
	}
	for (const name of ['crt1.o', 'Scrt1.o', 'libc_nonshared.a', 'imposos.specs'])
		hash.update(readFileSync(path.join(root, 'lib', name)));
	hash.update(await run(path.join(root, 'bin', 'imposos-cc'), ['--version']));
	hash.update(readFileSync(fromRoot('images', 'ports', 'config.site')));
	for (const name of ['port-compilation.ts', 'port-files.ts'])
		hash.update(readFileSync(fromRoot('tools', 'image', name)));
	return hash.digest('hex');
}

function withoutComments(text: string): string {
	return text
		.replace(/\/\*[\s\S]*?\*\//g, ' ')
		.replace(/[ \t]+/g, ' ')
		.replace(/\s*\n\s*/g, '\n');
}
