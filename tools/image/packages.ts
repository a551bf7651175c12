import { createHash } from 'node:crypto';
import { createReadStream, existsSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { displayPath } from '../build/paths.js';
import { PackageError } from '../errors.js';
import type { Log } from '../log.js';
import { Apt } from './apt.js';
import { changeLock, type LockedPackage, type PackageLock, readLock } from './lock.js';

/** Packages to bring, by name or apt pattern. */
export interface PackageRequest {
	names: readonly string[];
	/** Whether what they depend on comes as well. */
	dependencies: boolean;
}

export interface PackageStoreOptions {
	/** Folder for downloads and apt's private state. */
	cache: string;
	lockFile: string;
	suite: string;
	mirror?: string;
	/** Refuse anything but what the lock file names. */
	locked?: boolean;
	signal: AbortSignal;
	log: Log;
}

/** A package file that is here and whose contents are what the lock says. */
export interface FetchedPackage extends LockedPackage {
	name: string;
	path: string;
}

/** Outside packages: resolved by apt, pinned by a lock file, kept in a cache, checked by SHA-256. */
export class PackageStore {
	readonly #options: PackageStoreOptions;
	readonly #apt: Apt;
	readonly #lock: PackageLock;
	readonly #folder: string;

	constructor(options: PackageStoreOptions) {
		this.#options = options;
		this.#folder = path.join(options.cache, 'packages');
		this.#lock = readLock(options.lockFile, options.suite);
		const { suite, mirror, signal, log } = options;
		this.#apt = new Apt({
			folder: path.join(options.cache, 'apt'),
			suite,
			signal,
			log,
			...(mirror === undefined ? {} : { mirror }),
		});
	}

	/** What the lock says of a request, without touching the network; undefined when it does not know it. */
	locked(request: PackageRequest): (LockedPackage & { name: string })[] | undefined {
		const names = isPlain(request) ? request.names : this.#lock.sets[setKey(request)];
		const found = names?.map((name) => ({ name, entry: this.#lock.packages[name] }));
		const complete = found?.flatMap(({ name, entry }) => (entry === undefined ? [] : [{ name, ...entry }]));
		return complete !== undefined && complete.length === names?.length ? complete : undefined;
	}

	/**
	 * Resolves a request and fetches what is not in the cache.
	 *
	 * @throws PackageError when a package does not exist, is not what the lock says, or cannot be fetched
	 */
	async fetch(request: PackageRequest): Promise<FetchedPackage[]> {
		let wanted = this.locked(request) ?? (await this.#resolve(request));
		const missing = wanted.filter(({ file }) => !existsSync(path.join(this.#folder, file)));
		if (missing.length > 0 && !(await this.#download(missing))) {
			await this.#apt.update(true);
			if (!(await this.#download(missing))) {
				await this.#replaceDropped(request, missing);
				wanted = this.locked(request) ?? [];
				const successors = wanted.filter(({ file }) => !existsSync(path.join(this.#folder, file)));
				if (!(await this.#download(successors))) {
					throw new PackageError(`the mirror's index and its packages disagree on ${nameList(successors)}`, {
						hint: 'its synchronisation may be under way: try again later',
					});
				}
			}
		}
		const fetched = wanted.map((entry) => ({ ...entry, path: path.join(this.#folder, entry.file) }));
		for (const entry of fetched) await this.#check(entry);
		return fetched;
	}

	async #resolve(request: PackageRequest): Promise<(LockedPackage & { name: string })[]> {
		if (this.#options.locked) {
			throw new PackageError(`${displayPath(this.#options.lockFile)} does not have ${request.names.join(' ')}`, {
				hint: 'build once without --locked and commit the changed lock file',
			});
		}
		await this.#apt.update();
		const offered = await this.#apt.resolve(request.names, request.dependencies);
		if (offered.length === 0) throw new PackageError(`apt found nothing for ${request.names.join(' ')}`);
		for (const { name, ...entry } of offered) this.#lock.packages[name] ??= entry;
		this.#keepSet(request, offered);
		this.#writeLock();
		return this.locked(request) ?? [];
	}

	async #replaceDropped(request: PackageRequest, missing: { name: string; version: string }[]): Promise<void> {
		const offered = await this.#apt.resolve(request.names, request.dependencies);
		const versions = new Map(offered.map(({ name, version }) => [name, version]));
		const dropped = missing.filter(({ name, version }) => versions.get(name) !== version);
		if (this.#options.locked) {
			const names = dropped.map(({ name, version }) => `${name} ${version}`).join(', ');
			throw new PackageError(`the archive no longer has ${names}`, {
				hint: 'build without --locked to take the successors, and commit the changed lock file',
			});
		}
		for (const { name, version } of dropped) {
			const successor = versions.get(name);
			const instead = successor === undefined ? 'and nothing in its place' : `using ${successor}`;
			this.#options.log.warn(`the archive has dropped ${name} ${version}: ${instead}`);
		}
		const gone = new Set(dropped.map(({ name }) => name));
		for (const { name, ...entry } of offered) {
			if (this.#lock.packages[name] === undefined || gone.has(name)) this.#lock.packages[name] = entry;
		}
		this.#keepSet(request, offered);
		this.#writeLock();
	}

	#writeLock(): void {
		const { lockFile, suite } = this.#options;
		const { sets, packages } = this.#lock;
		changeLock(lockFile, suite, { sets, packages });
	}

	#keepSet(request: PackageRequest, offered: readonly { name: string }[]): void {
		if (!isPlain(request)) this.#lock.sets[setKey(request)] = offered.map(({ name }) => name);
	}

	async #download(packages: { name: string; version: string }[]): Promise<boolean> {
		if (packages.length === 0) return true;
		await this.#apt.update();
		this.#options.log.info(`fetching ${nameList(packages)}`);
		return this.#apt.download(packages, this.#folder);
	}

	async #check({ path: file, name, size, sha256 }: FetchedPackage): Promise<void> {
		const sameSize = statSync(file, { throwIfNoEntry: false })?.size === size;
		if (sameSize && (await sha256OfFile(file)) === sha256) return;
		rmSync(file, { force: true });
		throw new PackageError(`the package file of ${name} is not the one in ${displayPath(this.#options.lockFile)}`, {
			hint: 'it was removed: run the command again to fetch it anew',
		});
	}
}

function nameList(packages: { name: string }[]): string {
	const names = packages.map(({ name }) => name);
	return names.length > 6 ? `${names.slice(0, 5).join(', ')} and ${names.length - 5} more packages` : names.join(', ');
}

/** Whether a request stands for the very packages it names, so that their entries in the lock are all there is to know. */
function isPlain({ names, dependencies }: PackageRequest): boolean {
	return !dependencies && names.every((name) => /^[a-z0-9][a-z0-9+.-]*$/.test(name));
}

function setKey({ names, dependencies }: PackageRequest): string {
	return `${[...names].sort().join(' ')}${dependencies ? '' : ' (alone)'}`;
}

/** SHA-256 of a file's contents, hexadecimal. */
export async function sha256OfFile(file: string): Promise<string> {
	const hash = createHash('sha256');
	await pipeline(createReadStream(file), hash);
	return hash.digest('hex');
}
