import { existsSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';
import { displayPath } from '../build/paths.js';
import { PackageError } from '../errors.js';
import { AptSources } from './apt-sources.js';
import { changeLock, type LockedSource, type PackageLock, readLock } from './lock.js';
import { type PackageStoreOptions, sha256OfFile } from './packages.js';

/** A source package that is here and whose files are what the lock says. */
export interface FetchedSource extends LockedSource {
	name: string;
	/** The .dsc; what it names lies beside it. */
	description: string;
}

/** Debian source packages: pinned by the lock file, kept in a cache, checked by SHA-256. */
export class SourceStore {
	readonly #options: PackageStoreOptions;
	readonly #apt: AptSources;
	readonly #lock: PackageLock;
	readonly #folder: string;

	constructor(options: PackageStoreOptions) {
		this.#options = options;
		this.#folder = path.join(options.cache, 'sources');
		this.#lock = readLock(options.lockFile, options.suite);
		const { suite, mirror, signal, log, cache } = options;
		const choice = mirror === undefined ? {} : { mirror };
		this.#apt = new AptSources({ folder: path.join(cache, 'apt-sources'), suite, signal, log, ...choice });
	}

	/**
	 * Fetches what is not in the cache, in the version of the lock; the newest when the lock has none.
	 *
	 * @throws PackageError when there is no such source, it is not what the lock says, or it cannot be fetched
	 */
	async fetch(name: string): Promise<FetchedSource> {
		let source = this.#lock.sources[name] ?? (await this.#resolve(name));
		if (!this.#isHere(source) && !(await this.#download(name, source))) {
			await this.#apt.update(true);
			if (!(await this.#download(name, source))) {
				source = await this.#replaceDropped(name, source);
				if (!this.#isHere(source) && !(await this.#download(name, source))) {
					throw new PackageError(`the mirror's index has ${name} ${source.version}, the mirror has not`, {
						hint: 'its synchronisation may be under way: try again later',
					});
				}
			}
		}
		for (const file of source.files) await this.#check(name, file);
		const description = source.files.find(({ file }) => file.endsWith('.dsc'))?.file;
		if (description === undefined) throw new PackageError(`the source of ${name} has no description (.dsc)`);
		return { ...source, name, description: path.join(this.#folder, description) };
	}

	async #resolve(name: string): Promise<LockedSource> {
		if (this.#options.locked) {
			throw new PackageError(`${displayPath(this.#options.lockFile)} does not have the source of ${name}`, {
				hint: 'build once without --locked and commit the changed lock file',
			});
		}
		await this.#apt.update();
		return this.#keep(name, await this.#apt.newest(name));
	}

	async #replaceDropped(name: string, dropped: LockedSource): Promise<LockedSource> {
		const newest = await this.#apt.newest(name);
		if (newest.version === dropped.version) return newest;
		if (this.#options.locked) {
			throw new PackageError(`the archive no longer has the source of ${name} ${dropped.version}`, {
				hint: 'build without --locked to take its successor, and commit the changed lock file',
			});
		}
		this.#options.log.warn(`the archive has dropped the source of ${name} ${dropped.version}: using ${newest.version}`);
		return this.#keep(name, newest);
	}

	#keep(name: string, source: LockedSource): LockedSource {
		const { lockFile, suite } = this.#options;
		this.#lock.sources[name] = source;
		changeLock(lockFile, suite, { sources: this.#lock.sources });
		return source;
	}

	#isHere({ files }: LockedSource): boolean {
		return files.every(({ file }) => existsSync(path.join(this.#folder, file)));
	}

	async #download(name: string, { version }: LockedSource): Promise<boolean> {
		await this.#apt.update();
		this.#options.log.info(`fetching the source of ${name}`);
		return this.#apt.downloadSource(name, version, this.#folder);
	}

	async #check(name: string, { file, size, sha256 }: LockedSource['files'][number]): Promise<void> {
		const place = path.join(this.#folder, file);
		const sameSize = statSync(place, { throwIfNoEntry: false })?.size === size;
		if (sameSize && (await sha256OfFile(place)) === sha256) return;
		rmSync(place, { force: true });
		const lock = displayPath(this.#options.lockFile);
		throw new PackageError(`${file}, of the source of ${name}, is not the one in ${lock}`, {
			hint: 'it was removed: run the command again to fetch it anew',
		});
	}
}
