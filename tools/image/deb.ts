import { randomUUID } from 'node:crypto';
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, renameSync, rmSync, writeSync } from 'node:fs';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import xz from 'xz-decompress';
import { PackageError } from '../errors.js';
import { readAr } from './ar.js';
import { readTar } from './tar-reader.js';

/** The two archives of a package: its files; its description, scripts and sums. */
export type DebPart = 'data' | 'control';

/**
 * Unpacks an archive of a Debian package (deb(5)) to a plain tar archive, once: the archive is kept beside
 * the downloads under the package's checksum.
 *
 * @param sha256 checksum of the package file, which the caller has verified
 * @returns path of the tar archive
 * @throws PackageError when the package is damaged or compressed in a way that is not supported
 */
export async function unpackDeb(file: string, sha256: string, cache: string, part: DebPart = 'data'): Promise<string> {
	const target = path.join(cache, 'unpacked', `${sha256}${part === 'data' ? '' : `.${part}`}.tar`);
	if (existsSync(target)) return target;
	const members = readAr(readFileSync(file));
	if (members[0]?.name !== 'debian-binary') throw new PackageError(`${path.basename(file)} is not a Debian package`);
	const member = members.find(({ name }) => name.startsWith(`${part}.tar`));
	if (member === undefined)
		throw new PackageError(`${path.basename(file)} has no ${part === 'data' ? 'file tree' : 'description'}`);
	mkdirSync(path.dirname(target), { recursive: true });
	const partial = `${target}.${randomUUID()}`;
	const output = openSync(partial, 'w');
	try {
		for await (const chunk of decompress(member.name, member.data)) writeSync(output, chunk);
		renameSync(partial, target);
	} catch (cause) {
		rmSync(partial, { force: true });
		if (cause instanceof PackageError) throw cause;
		throw new PackageError(`${path.basename(file)} does not unpack`, { cause });
	} finally {
		closeSync(output);
	}
	return target;
}

/**
 * Reads a field of a Debian package's own description (deb-control(5)).
 *
 * @returns undefined when the package does not have the field
 * @throws PackageError when the package is damaged
 */
export async function readDebField(file: string, field: string): Promise<string | undefined> {
	const member = readAr(readFileSync(file)).find(({ name }) => name.startsWith('control.tar'));
	if (member === undefined) throw new PackageError(`${path.basename(file)} has no description`);
	const chunks: Uint8Array[] = [];
	for await (const chunk of decompress(member.name, member.data)) chunks.push(chunk);
	const archive = Buffer.concat(chunks);
	const entry = readTar(archive).find(({ path: name }) => name === 'control');
	const text = archive.subarray(entry?.offset ?? 0, (entry?.offset ?? 0) + (entry?.size ?? 0)).toString();
	return new RegExp(`^${field}: (.*)`, 'm').exec(text)?.[1];
}

async function* decompress(name: string, data: Uint8Array): AsyncGenerator<Uint8Array> {
	if (name.endsWith('.tar')) yield data;
	else if (name.endsWith('.tar.gz')) yield gunzipSync(data);
	else if (name.endsWith('.tar.xz')) {
		const source = new ReadableStream<Uint8Array>({
			start(controller) {
				controller.enqueue(data);
				controller.close();
			},
		});
		const reader = new xz.XzReadableStream(source).getReader();
		for (;;) {
			const { done, value } = await reader.read();
			if (done) return;
			yield value;
		}
	} else throw new PackageError(`a package's member is compressed as ${name}, which is not supported`);
}
