import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { buildRoot, cacheRoot, ensureFolder, fromRoot } from '../tools/build/paths.js';
import { PackageError } from '../tools/errors.js';
import { unpackDeb } from '../tools/image/deb.js';
import { PackageStore } from '../tools/image/packages.js';
import { readTar } from '../tools/image/tar-reader.js';
import type { Log } from '../tools/log.js';
import { cpioArchive } from '../tools/machine/cpio.js';

/**
 * Debian's i386 kernel without PAE and without page-table isolation: the peer.
 *
 * @returns path of its vmlinuz
 * @throws PackageError
 */
export async function fetchLinux({ signal, log }: { signal: AbortSignal; log: Log }): Promise<string> {
	const store = new PackageStore({
		cache: cacheRoot,
		lockFile: fromRoot('images', 'packages.lock'),
		suite: 'bookworm',
		signal,
		log,
	});
	const pattern = '?name(^linux-image-6\\.1\\.0-[0-9]+-686$)';
	const images = await store.fetch({ names: [pattern], dependencies: false });
	const image = images.sort((a, b) => abi(b.name) - abi(a.name))[0];
	if (image === undefined) throw new PackageError('the archive has no linux-image-6.1.0-N-686');
	const tar = readFileSync(await unpackDeb(image.path, image.sha256, cacheRoot));
	const entry = readTar(tar).find(({ path: file }) => /^boot\/vmlinuz-/.test(file));
	if (entry === undefined) throw new PackageError(`${image.name} holds no boot/vmlinuz`);
	const out = path.join(ensureFolder(path.join(buildRoot, 'bench')), `vmlinuz-${image.version}`);
	writeFileSync(out, tar.subarray(entry.offset, entry.offset + entry.size));
	return out;
}

/** The N of linux-image-6.1.0-N-686. */
function abi(name: string): number {
	return Number(/-(\d+)-686$/.exec(name)?.[1] ?? 0);
}

/** A RAM disk for Linux whose init is one static program. @returns its path */
export function writeProgramRoot(program: string): string {
	const out = path.join(ensureFolder(path.join(buildRoot, 'bench')), 'linux-root.cpio');
	writeFileSync(
		out,
		cpioArchive([
			{ path: 'dev', mode: 0o040755 },
			{ path: 'dev/console', mode: 0o020600, device: { major: 5, minor: 1 } },
			{ path: 'tmp', mode: 0o041777 },
			{ path: 'init', mode: 0o100755, content: readFileSync(program) },
		]),
	);
	return out;
}
