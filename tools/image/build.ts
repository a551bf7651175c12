import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { sysroot } from '../build/cc.js';
import { buildKernel } from '../build/kernel.js';
import {
	cacheRoot,
	compiledRoot,
	displayPath,
	fromRoot,
	imagePath,
	kernelPath,
	userRoot,
	type Variant,
} from '../build/paths.js';
import { buildUserland } from '../build/userland.js';
import { ImageError } from '../errors.js';
import { type Log, silentLog } from '../log.js';
import { type Declaration, readDeclaration } from './declaration.js';
import { layoutDisk, writeDisk } from './disk.js';
import { fingerprint } from './fingerprint.js';
import { grubFolder, makeBootLoader } from './grub.js';
import { checkKernel } from './kernel-file.js';
import { PackageStore } from './packages.js';
import { buildPorts } from './ports.js';
import { buildRoot } from './root.js';
import { SourceStore } from './source-store.js';
import { writeRoot } from './writer.js';

export interface BuildImageOptions {
	/** Name of a declaration in images/, or the path of one. */
	name: string;
	variant: Variant;
	signal: AbortSignal;
	/** Where the image goes; build/VARIANT/images/NAME.img when left out. */
	out?: string;
	/** False when the caller has just built kernel and user space. */
	make?: boolean;
	/** Refuse packages other than those in the lock file. */
	locked?: boolean;
	/** Mirror to take Debian packages from instead of the host's. */
	mirror?: string;
	/** What to use instead of the variant's own kernel and staged tree, which are then not made. */
	kernel?: string;
	userland?: string;
	/** The lock file and the folder of downloads, when not the repository's. */
	lockFile?: string;
	cache?: string;
	log?: Log;
}

export interface ImageBuild {
	path: string;
	/** False when it was up to date. */
	built: boolean;
	/** Free space of the root filesystem in bytes, when it was built. */
	free?: number;
}

const usualLockFile = fromRoot('images', 'packages.lock');
const baseCommandLine = 'root=/dev/sda1 rootfstype=impfs init=/sbin/init';

/**
 * Builds a disk image: boot loader, kernel, root filesystem. Does nothing when no input has changed. The same
 * inputs give the same bytes; an image that is being replaced stays whole until the new one is complete.
 *
 * @throws UsageError, BuildError, ImageError, PackageError, ToolError
 */
export async function buildImage(options: BuildImageOptions): Promise<ImageBuild> {
	const { variant, signal, log = silentLog } = options;
	const declaration = readDeclaration(options.name);
	if (options.make !== false) {
		if (options.kernel === undefined) await buildKernel({ variant, signal, log });
		if (options.userland === undefined) await buildUserland({ variant, signal, log });
	}
	const { kernel = kernelPath(variant), userland = userRoot(variant) } = options;
	for (const input of [kernel, userland]) {
		if (!existsSync(input))
			throw new ImageError(`an image takes ${displayPath(input)}, which is not there`, { hint: 'imposos build' });
	}
	const out = path.resolve(options.out ?? imagePath(variant, declaration.name));
	const stamp = path.join(path.dirname(out), `.${path.basename(out)}.inputs`);
	if (existsSync(out) && readOrEmpty(stamp) === inputsOf(declaration, options)) return { path: out, built: false };

	mkdirSync(path.dirname(out), { recursive: true });
	const scratch = mkdtempSync(path.join(os.tmpdir(), 'imposos-image-'));
	const partial = `${out}.${process.pid}.partial`;
	try {
		const free = await assemble(declaration, options, partial, scratch);
		signal.throwIfAborted();
		rmSync(stamp, { force: true });
		renameSync(partial, out);
		// Resolving packages may have changed the lock file, which is an input.
		writeFileSync(stamp, inputsOf(declaration, options));
		return { path: out, built: true, free };
	} finally {
		rmSync(partial, { force: true });
		rmSync(scratch, { recursive: true, force: true });
	}
}

/**
 * Compiles the ports of an image without making it: minutes of work that go on beside other builds and machines, once our
 * library is there.
 *
 * @throws UsageError, BuildError, PackageError, ToolError
 */
export async function compilePorts(
	name: string,
	{ variant, signal, log }: { variant: Variant; signal: AbortSignal; log: Log },
): Promise<void> {
	const { ports, suite } = readDeclaration(name);
	const sources = new SourceStore({ cache: cacheRoot, lockFile: usualLockFile, suite, signal, log });
	await buildPorts(ports, { variant, sources, niceness: 5, signal, log });
}

async function assemble(
	declaration: Declaration,
	options: BuildImageOptions,
	file: string,
	scratch: string,
): Promise<number> {
	const { variant, signal, locked, mirror, cache = cacheRoot, lockFile = usualLockFile, log = silentLog } = options;
	const { suite } = declaration;
	const choices = { ...(locked === undefined ? {} : { locked }), ...(mirror === undefined ? {} : { mirror }) };
	const stores = { cache, lockFile, suite, signal, log, ...choices };
	const ports = await buildPorts(declaration.ports, { variant, sources: new SourceStore(stores), signal, log });
	const packages = new PackageStore(stores);
	const userland = options.userland ?? userRoot(variant);
	const tree = await buildRoot(declaration, { packages, cache, userland, sysroot: sysroot(variant), ports, signal });
	const kernelFile = options.kernel ?? kernelPath(variant);
	const kernel = new Uint8Array(readFileSync(kernelFile));
	checkKernel(kernel, displayPath(kernelFile));
	const layout = layoutDisk(kernel.length, declaration.size);
	const loader = await makeBootLoader({
		kernelStart: layout.kernelOffset / 512,
		kernelSectors: Math.ceil(kernel.length / 512),
		commandLine: `${baseCommandLine} ${declaration.commandLine}`.trim(),
		scratch,
		signal,
	});
	const identity = createHash('sha256').update(`${declaration.name} ${declaration.time} ${declaration.size}`).digest();
	writeDisk(file, layout, loader, kernel, identity.readUInt32LE(28));
	return writeRoot(tree, {
		file,
		offset: layout.partitionOffset,
		size: layout.partitionSize,
		label: declaration.name.slice(0, 32),
		uuid: versionFourUuid(identity.subarray(0, 16)),
		hashSeed: Uint8Array.from(identity.subarray(12, 28)),
		time: declaration.time,
	});
}

/** Marks 16 bytes as a random UUID (RFC 9562, section 5.4). */
function versionFourUuid(bytes: Uint8Array): Uint8Array {
	const uuid = Uint8Array.from(bytes);
	uuid[6] = ((uuid[6] ?? 0) & 0x0f) | 0x40;
	uuid[8] = ((uuid[8] ?? 0) & 0x3f) | 0x80;
	return uuid;
}

/** Digest of everything that goes into an image. */
function inputsOf(declaration: Declaration, options: BuildImageOptions): string {
	const { variant, mirror, kernel = kernelPath(variant), userland = userRoot(variant) } = options;
	const files = [...declaration.files, options.lockFile ?? usualLockFile, kernel];
	for (const part of ['boot.img', 'kernel.img', 'multiboot.mod']) files.push(path.join(grubFolder, part));
	for (const { layer, folder } of declaration.layers) {
		if ('userland' in layer) files.push(userland);
		else if ('sysroot' in layer || 'port' in layer) files.push(sysroot(variant));
		else if ('tree' in layer) files.push(path.resolve(folder, layer.tree));
		else if ('entries' in layer)
			for (const entry of layer.entries) if (entry.type === 'copy') files.push(path.resolve(folder, entry.from));
	}
	for (const part of ['image', 'impfs', 'abi']) files.push(path.join(compiledRoot, 'tools', part));
	return fingerprint(files, [declaration, mirror ?? null]);
}

function readOrEmpty(file: string): string {
	try {
		return readFileSync(file, 'utf8');
	} catch {
		return '';
	}
}
