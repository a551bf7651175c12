import { PackageError } from '../errors.js';
import { Apt, type AptOptions } from './apt.js';
import type { LockedSource } from './lock.js';

/** apt for source packages: a state of its own, whose lists are of sources alone. */
export class AptSources extends Apt {
	constructor(options: Omit<AptOptions, 'kind'>) {
		super({ ...options, kind: 'deb-src' });
	}

	/**
	 * The newest version of a source package that the archive offers.
	 *
	 * @throws PackageError when there is none
	 */
	async newest(name: string): Promise<LockedSource> {
		const result = await this.run('apt-get', ['-qq', '--print-uris', '--only-source', 'source', name]);
		if (result.exitCode !== 0) throw this.refusal(result.all, [name]);
		const files: LockedSource['files'] = [];
		for (const line of result.stdout.split('\n')) {
			const match = /^'[^']*' (\S+) (\d+) SHA256:([0-9a-f]{64})$/.exec(line.trim());
			if (match === null) continue;
			const [, file = '', size = '', sha256 = ''] = match;
			files.push({ file, size: Number(size), sha256 });
		}
		// File names have no epoch: the index says what the version is called.
		const description = files.find(({ file }) => file.endsWith('.dsc'))?.file;
		const shown = await this.run('apt-cache', ['showsrc', '--only-source', name]);
		const stanza = shown.stdout.split('\n\n').find((text) => description !== undefined && text.includes(description));
		const version = /^Version: (\S+)$/m.exec(stanza ?? '')?.[1];
		if (version === undefined) throw new PackageError(`apt does not say what the source of ${name} consists of`);
		return { version, files: files.sort((a, b) => (a.file < b.file ? -1 : 1)) };
	}

	/** As {@link Apt.download}, for one source package. */
	async downloadSource(name: string, version: string, folder: string): Promise<boolean> {
		// Copies: a link into a mirror on this host would change with it.
		const verb = ['-o', 'Acquire::Source-Symlinks=false', '--download-only', '--only-source', 'source'];
		return this.downloadBy(verb, [`${name}=${version}`], folder);
	}
}
