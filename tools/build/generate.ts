import { existsSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { BuildError } from '../errors.js';
import { fileTime, newestTime } from './newest.js';
import { compiledRoot, ensureFolder, fromRoot, generatedRoot } from './paths.js';

const generator = path.join(compiledRoot, 'tools', 'abi', 'main.js');

/**
 * Brings the generated headers in build/gen up to date with kernel/abi. The generator rewrites only files
 * that changed, so nothing is compiled again for nothing; it is not even started when no input is newer.
 *
 * @throws BuildError with what the generator said
 */
export async function generateHeaders(signal?: AbortSignal): Promise<void> {
	if (!existsSync(generator)) return;
	const stamp = path.join(ensureFolder(generatedRoot), '.stamp');
	const started = new Date();
	if (fileTime(stamp) > newestTime(fromRoot('kernel', 'abi'), path.dirname(generator))) return;
	const { execa } = await import('execa');
	const result = await execa(process.execPath, ['--enable-source-maps', generator], {
		all: true,
		reject: false,
		cwd: fromRoot(),
		...(signal ? { cancelSignal: signal } : {}),
	});
	signal?.throwIfAborted();
	if (result.failed) {
		throw new BuildError(`generating headers from kernel/abi failed: ${lastLine(result.all)}`, {
			cause: result.all,
			hint: 'node build/js/tools/abi/main.js shows all of it',
		});
	}
	writeFileSync(stamp, '');
	utimesSync(stamp, started, started);
}

function lastLine(text: string | undefined): string {
	const lines = (text ?? '').trim().split('\n');
	return lines.find((line) => /error/i.test(line)) ?? lines.at(-1) ?? '';
}
