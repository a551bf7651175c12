import {
	existsSync,
	mkdirSync,
	mkdtempSync,
	readdirSync,
	readFileSync,
	renameSync,
	rmSync,
	statSync,
	writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { execa } from 'execa';
import { PackageError, ToolError } from '../errors.js';
import type { Log } from '../log.js';
import { hostSources } from './sources.js';

/** A package as the archive's index describes it. */
export interface ArchivePackage {
	name: string;
	version: string;
	/** Name of the file as apt stores it, with a colon in the version written as %3a. */
	file: string;
	/** Bytes. */
	size: number;
	/** Hexadecimal. */
	sha256: string;
}

export interface AptOptions {
	/** Folder of the private state; nothing outside is written. */
	folder: string;
	/** Release to take packages from, such as `bookworm`. */
	suite: string;
	/** Mirror to use instead of the host's own. */
	mirror?: string;
	/** What it deals with: packages of programs unless told otherwise. A folder is for one kind. */
	kind?: 'deb' | 'deb-src';
	signal: AbortSignal;
	log: Log;
}

const architecture = 'i386';
const indexLifetime = 24 * 3600 * 1000;
/** What apt says of versions that the archive does not have, or no longer. */
const absent =
	/(Version|find version) '.*' (for|of package) '.*'|Unable to (locate package|find a source)|404 +Not Found|File not found/;
const keyring = '/usr/share/keyrings/debian-archive-keyring.gpg';

/**
 * apt with a state of its own: the host's mirrors and network settings are read, its configuration, index
 * and package database are neither used nor touched. Needs no root.
 */
export class Apt {
	protected readonly options: AptOptions;
	readonly #config: string;

	constructor(options: AptOptions) {
		this.options = options;
		this.#config = path.join(options.folder, 'apt.conf');
	}

	/**
	 * Brings the package index up to date unless it is recent. An index that fails to refresh is a warning as
	 * long as another one is there.
	 *
	 * @throws PackageError when no index could be had at all
	 */
	async update(force = false): Promise<void> {
		const { folder, suite, mirror } = this.options;
		const stamp = path.join(folder, 'updated');
		const age = Date.now() - (statSync(stamp, { throwIfNoEntry: false })?.mtimeMs ?? 0);
		const source = `${suite} ${mirror ?? ''}`;
		if (!force && age < indexLifetime && readFileSync(stamp, 'utf8') === source) return;
		await this.#configure();
		this.options.log.detail(`apt-get update (${this.options.suite}, ${architecture})`);
		const result = await this.run('apt-get', ['update']);
		const index = this.options.kind === 'deb-src' ? 'Sources' : 'Packages';
		const failures = result.all.split('\n').filter((line) => /^(E|Err|W):/.test(line));
		if (result.exitCode !== 0 || failures.length > 0) {
			const targets = await this.run('apt-get', ['indextargets', '--format', '$(FILENAME)', `Created-By: ${index}`]);
			const present = targets.stdout.split('\n').filter((file) => file !== '' && existsSync(file));
			const reason = /Failed to fetch \S*\/dists\/(\S+)\/\S*/.exec(result.all)?.[1];
			if (present.length === 0) {
				throw new PackageError('no package index of Debian could be fetched', {
					cause: result.all,
					hint: 'check the network, or name a mirror with --mirror',
				});
			}
			const which = reason === undefined ? 'an index' : `the index of ${reason}`;
			this.options.log.warn(`${which} did not refresh: going on with what there is`);
		}
		writeFileSync(stamp, source);
	}

	/**
	 * Finds what the archive offers for a list of packages (or apt patterns).
	 *
	 * @param dependencies whether to add everything they depend on
	 * @throws PackageError when one does not exist or cannot be installed
	 */
	async resolve(names: readonly string[], dependencies: boolean): Promise<ArchivePackage[]> {
		const verb = dependencies ? ['install', '--no-install-recommends'] : ['download'];
		const result = await this.run('apt-get', ['-qq', '--print-uris', ...verb, ...names]);
		if (result.exitCode !== 0) throw this.refusal(result.all, names);
		const found: ArchivePackage[] = [];
		for (const line of result.stdout.split('\n')) {
			const match = /^'[^']*' (([^_ ]+)_([^_ ]+)_[a-z0-9]+\.deb) (\d+) SHA256:([0-9a-f]{64})$/.exec(line.trim());
			if (match === null) continue;
			const [, file = '', name = '', version = '', size = '', sha256 = ''] = match;
			found.push({ name, version: decodeURIComponent(version), file, size: Number(size), sha256 });
		}
		return found.sort((a, b) => (a.name < b.name ? -1 : 1));
	}

	/**
	 * Downloads exactly these versions into a folder; apt checks them against the signed index.
	 *
	 * @returns false when the archive has dropped one of the versions
	 * @throws PackageError when the download fails
	 */
	async download(packages: readonly { name: string; version: string }[], folder: string): Promise<boolean> {
		return this.downloadBy(
			['download'],
			packages.map(({ name, version }) => `${name}=${version}`),
			folder,
		);
	}

	/** Has an apt-get command leave files in a folder; false when what is asked for is not in the archive. */
	protected async downloadBy(verb: string[], exact: string[], folder: string): Promise<boolean> {
		mkdirSync(folder, { recursive: true });
		// Files get their names when they are complete: others may be looking.
		const partial = mkdtempSync(path.join(folder, '.partial-'));
		try {
			const result = await this.run('apt-get', ['-qq', ...verb, ...exact], partial);
			if (result.exitCode !== 0) {
				if (absent.test(result.all)) return false;
				throw this.refusal(result.all, exact);
			}
			for (const name of readdirSync(partial)) renameSync(path.join(partial, name), path.join(folder, name));
			return true;
		} finally {
			rmSync(partial, { recursive: true, force: true });
		}
	}

	/** The error that fits what apt said. */
	protected refusal(output: string, names: readonly string[]): PackageError {
		const lines = output.split('\n').map((line) => line.trim());
		const missing = lines
			.map((line) => /^E: Unable to (?:locate package|find a source package for) (\S+)/.exec(line)?.[1])
			.find((name) => name !== undefined);
		if (missing !== undefined)
			return new PackageError(`Debian ${this.options.suite} has no package ${missing} for ${architecture}`, {
				cause: output,
			});
		const line = lines.find((text) => text.startsWith('E:')) ?? lines.at(-1) ?? '';
		return new PackageError(`apt refused ${names.join(' ')}: ${line.replace(/^E: /, '')}`, {
			cause: output,
			hint: 'check the network, or name a mirror with --mirror',
		});
	}

	/** Runs one of apt's programs under the lock of the state. */
	protected async run(file: string, args: string[], cwd = this.options.folder) {
		// One apt at a time: several images may be built at once, from several processes.
		const lock = path.join(this.options.folder, 'lock');
		const result = await execa('flock', ['-F', lock, file, ...args], {
			cwd,
			all: true,
			reject: false,
			stdin: 'ignore',
			env: { APT_CONFIG: this.#config, LC_ALL: 'C', DEBIAN_FRONTEND: 'noninteractive' },
			cancelSignal: this.options.signal,
			timeout: 15 * 60 * 1000,
		});
		this.options.signal.throwIfAborted();
		if (result.code === 'ENOENT' || /flock: failed to execute/.test(result.all)) {
			throw new ToolError(`${file} is not installed: Debian packages need it`);
		}
		if (result.timedOut) throw new PackageError(`${file} ${args[0]} did not end within 15 minutes`);
		return { exitCode: result.exitCode ?? 1, stdout: result.stdout, all: result.all };
	}

	async #configure(): Promise<void> {
		const { folder, suite, signal, kind = 'deb' } = this.options;
		for (const name of [
			'state/lists/partial',
			'cache/archives/partial',
			'etc/sources.d',
			'etc/parts',
			'etc/preferences.d',
			'log',
		]) {
			mkdirSync(path.join(folder, name), { recursive: true });
		}
		const mirrors = this.options.mirror === undefined ? hostMirrors(suite) : mirrorLines(this.options.mirror, suite);
		// A folder of this host needs no signature: whoever can change it can change the image as well.
		const local = this.options.mirror?.startsWith('file:') === true;
		const trusted = local ? ' trusted=yes' : existsSync(keyring) ? ` signed-by=${keyring}` : '';
		writeFileSync(
			path.join(folder, 'etc', 'sources.list'),
			mirrors.map((line) => `${kind} [arch=${architecture}${trusted}] ${line}\n`).join(''),
		);
		writeFileSync(path.join(folder, 'status'), '');
		writeFileSync(this.#config, `${privateSettings(folder)}${await hostNetworkSettings(signal)}`);
	}
}

function privateSettings(folder: string): string {
	return `Dir "${folder}";
Dir::State "state";
Dir::State::status "${folder}/status";
Dir::Cache "cache";
Dir::Log "log";
Dir::Etc "etc";
Dir::Etc::Main "none";
Dir::Etc::Parts "parts";
Dir::Etc::SourceList "sources.list";
Dir::Etc::SourceParts "sources.d";
Dir::Etc::Preferences "none";
Dir::Etc::PreferencesParts "preferences.d";
Dir::Etc::Trusted "/etc/apt/trusted.gpg";
Dir::Etc::TrustedParts "/etc/apt/trusted.gpg.d";
Dir::Bin::Methods "/usr/lib/apt/methods";
#clear APT::Architectures;
APT::Architecture "${architecture}";
APT::Architectures { "${architecture}"; };
APT::Install-Recommends "false";
APT::Sandbox::User "root";
Acquire::ForceHash "sha256";
Acquire::Languages "none";
Debug::NoLocking "true";
`;
}

/** The archives of a suite that the host itself uses, as the ends of source lines. */
function hostMirrors(suite: string): string[] {
	const wanted = [suite, `${suite}-updates`, `${suite}-security`, `${suite}/updates`];
	const found = hostSources().filter(
		({ suite: name, components }) => wanted.includes(name) && components.includes('main'),
	);
	if (found.length === 0) {
		throw new PackageError(`this host takes no packages from Debian ${suite}`, {
			hint: 'name a Debian mirror with --mirror URL',
		});
	}
	return [...new Set(found.map(({ uri, suite: name }) => `${uri} ${name} main`))];
}

function mirrorLines(mirror: string, suite: string): string[] {
	if (!/^(https?|file|copy|ftp):/.test(mirror))
		throw new PackageError(`not the address of a mirror: ${mirror}`, { exitCode: 2 });
	return [`${mirror} ${suite} main`, `${mirror} ${suite}-updates main`];
}

/** Proxies and the like, which the host needs to reach its mirror; its hooks and everything else stay out. */
async function hostNetworkSettings(signal: AbortSignal): Promise<string> {
	const { stdout } = await execa('apt-config', ['dump'], { reject: false, cancelSignal: signal, timeout: 60_000 });
	const wanted = /^Acquire::(http|https|ftp|Retries|ForceIPv4|ForceIPv6|Check-Valid-Until|Check-Date)\b.*;$/;
	return (stdout ?? '')
		.split('\n')
		.filter((line) => wanted.test(line) && !line.endsWith(' "";'))
		.map((line) => `${line}\n`)
		.join('');
}
