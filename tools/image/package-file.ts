import { readFileSync } from 'node:fs';
import { cacheRoot, fromRoot } from '../build/paths.js';
import { PackageError } from '../errors.js';
import { type Log, silentLog } from '../log.js';
import { unpackDeb } from './deb.js';
import { PackageStore } from './packages.js';
import { readTar } from './tar-reader.js';

/**
 * The contents of a file of a Debian package, as images get it.
 *
 * @param name package, of the release that images are made of
 * @param file path in the package, without a leading slash
 * @throws PackageError
 */
export async function packageFile(
	name: string,
	file: string,
	signal: AbortSignal,
	log: Log = silentLog,
): Promise<Buffer> {
	const lockFile = fromRoot('images', 'packages.lock');
	const store = new PackageStore({ cache: cacheRoot, lockFile, suite: 'bookworm', signal, log });
	const [fetched] = await store.fetch({ names: [name], dependencies: false });
	if (fetched === undefined) throw new PackageError(`there is no package ${name}`);
	const archive = readFileSync(await unpackDeb(fetched.path, fetched.sha256, cacheRoot));
	const entry = readTar(archive).find(({ path, type }) => path === file && type === 'file');
	if (entry === undefined) throw new PackageError(`package ${name} has no file ${file}`);
	return archive.subarray(entry.offset, entry.offset + entry.size);
}
