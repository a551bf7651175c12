import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { cacheRoot, fromRoot } from '../build/paths.js';
import { PackageError } from '../errors.js';
import { type Log, silentLog } from '../log.js';
import { unpackDeb } from './deb.js';
import { type FetchedPackage, PackageStore } from './packages.js';
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
	const archive = await packageArchive(name, signal, log);
	const entry = readTar(archive).find(({ path, type }) => path === file && type === 'file');
	if (entry === undefined) throw new PackageError(`package ${name} has no file ${file}`);
	return archive.subarray(entry.offset, entry.offset + entry.size);
}

/**
 * Unpacks the plain files of a Debian package, for a compiler of the host: no links, no owners.
 *
 * @param into folder, which is the package's root afterwards
 * @throws PackageError
 */
export async function unpackPackage(name: string, into: string, signal: AbortSignal): Promise<void> {
	const archive = await packageArchive(name, signal, silentLog);
	for (const entry of readTar(archive).filter(({ type }) => type === 'file')) {
		const target = path.join(into, entry.path);
		mkdirSync(path.dirname(target), { recursive: true });
		writeFileSync(target, archive.subarray(entry.offset, entry.offset + entry.size), { mode: entry.mode });
	}
}

/**
 * A Debian package as the archive has it.
 *
 * @throws PackageError
 */
export async function packageDeb(name: string, signal: AbortSignal): Promise<Buffer> {
	return readFileSync((await fetchPackage(name, signal, silentLog)).path);
}

async function packageArchive(name: string, signal: AbortSignal, log: Log): Promise<Buffer> {
	const fetched = await fetchPackage(name, signal, log);
	return readFileSync(await unpackDeb(fetched.path, fetched.sha256, cacheRoot));
}

async function fetchPackage(name: string, signal: AbortSignal, log: Log): Promise<FetchedPackage> {
	const lockFile = fromRoot('images', 'packages.lock');
	const store = new PackageStore({ cache: cacheRoot, lockFile, suite: 'bookworm', signal, log });
	const [fetched] = await store.fetch({ names: [name], dependencies: false });
	if (fetched === undefined) throw new PackageError(`there is no package ${name}`);
	return fetched;
}
