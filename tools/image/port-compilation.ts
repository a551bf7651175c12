import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { execa } from 'execa';
import { sysroot } from '../build/cc.js';
import { displayPath, fromRoot, type Variant } from '../build/paths.js';
import { BuildError, ToolError } from '../errors.js';
import type { Log } from '../log.js';
import { checkReach, giveToPort, portRights } from './port-rights.js';
import type { NamedRecipe } from './recipe.js';

export interface CompilationOptions {
	recipe: NamedRecipe;
	/** The .dsc of its source. */
	description: string;
	/** Folder that is all its own. */
	work: string;
	/** Where what its commands say is kept. */
	logFile: string;
	/** As of nice(1): how far it stands back for what else runs. */
	niceness: number;
	variant: Variant;
	signal: AbortSignal;
	log: Log;
}

const configSite = fromRoot('images', 'ports', 'config.site');
const triplet = 'i686-linux-gnu';
const commandLimit = 20 * 60 * 1000;
const tailLines = 25;
/** Time that sources may compile in: 2026-01-01. */
const sourceDate = '1767225600';

/**
 * One port on its way from a source package to files: unpacked, patched, and built by the lines of its recipe, which can
 * write nothing of the host but its work folder and what is everybody's.
 */
export class PortCompilation {
	/** Where what it needs has to be, as it would be installed, before it runs. */
	readonly needs: string;
	/** Where it installs. */
	readonly destination: string;
	readonly #options: CompilationOptions;
	readonly #source: string;
	readonly #home: string;

	constructor(options: CompilationOptions) {
		const { work } = options;
		this.#options = options;
		this.needs = path.join(work, 'needs');
		this.destination = path.join(work, 'destination');
		this.#source = path.join(work, 'source');
		this.#home = path.join(work, 'home');
	}

	/** @throws BuildError when a line of the recipe fails, ToolError when the host lacks what unpacks sources */
	async run(): Promise<void> {
		const { recipe, description, work, logFile, variant } = this.#options;
		checkReach([path.dirname(work), description, path.join(sysroot(variant), 'bin', 'imposos-cc'), configSite]);
		mkdirSync(this.destination);
		mkdirSync(this.#home);
		giveToPort(work);
		writeFileSync(logFile, '');
		// apt has checked who signed the index that names the sums of these files, and we have checked the sums.
		const unpack = ['--no-check', '--no-copy', '--extract', description, this.#source];
		await this.#command('dpkg-source', unpack, work, `dpkg-source ${unpack.join(' ')}`);
		for (const line of recipe.build) await this.#command('sh', ['-euc', line], this.#source, line);
	}

	async #command(file: string, args: string[], cwd: string, shown: string): Promise<void> {
		const { recipe, signal, log, logFile, niceness } = this.#options;
		appendFileSync(logFile, `+ ${shown}\n`);
		log.detail(`${recipe.name}: ${shown}`);
		const result = await execa('nice', ['-n', String(niceness), file, ...args], {
			...portRights(),
			cwd,
			all: true,
			reject: false,
			stdin: 'ignore',
			env: this.#environment(),
			extendEnv: false,
			maxBuffer: 64 << 20,
			cancelSignal: signal,
			timeout: commandLimit,
		});
		appendFileSync(logFile, `${result.all ?? ''}\n`);
		signal.throwIfAborted();
		if (!result.failed) return;
		if (/^nice: .*No such file/m.test(result.all ?? '')) throw new ToolError(`${file} is not installed: ports need it`);
		log.raw(`${(result.all ?? '').split('\n').slice(-tailLines).join('\n')}\n`);
		throw new BuildError(`port ${recipe.name} does not compile: "${shown}" ${howItEnded(result)}`, {
			log: displayPath(logFile),
			hint: /Permission denied|Read-only file system/.test(result.all ?? '')
				? `what ${displayPath(recipe.file)} installs has to go into $DESTDIR: its lines may write nothing of the host`
				: `mend ${displayPath(recipe.file)}, or what our C library lacks, and build the image again`,
		});
	}

	/** Nothing of the host's own but where its programs are, so that only what is known decides what comes out. */
	#environment(): Record<string, string> {
		const { recipe, variant, work } = this.#options;
		const libraries = path.join(this.needs, 'usr', 'lib', 'imposos');
		return {
			PATH: `${path.join(sysroot(variant), 'bin')}:${process.env['PATH'] ?? '/usr/bin:/bin'}`,
			HOME: this.#home,
			TMPDIR: this.#home,
			LC_ALL: 'C',
			TZ: 'UTC0',
			SOURCE_DATE_EPOCH: sourceDate,
			CONFIG_SITE: configSite,
			FORCE_UNSAFE_CONFIGURE: '1',
			// As if on the command line of every make: a makefile that sets DESTDIR itself must not install into the host.
			MAKEFLAGS: `-j${os.availableParallelism()} -- DESTDIR=${this.destination}`,
			HOST: triplet,
			CC: 'imposos-cc',
			AR: `${triplet}-ar`,
			NM: `${triplet}-nm`,
			RANLIB: `${triplet}-ranlib`,
			STRIP: `${triplet}-strip`,
			OBJDUMP: `${triplet}-objdump`,
			// For programs that run while it compiles: static, they need nothing of a host of this kind of processor.
			BUILD_CC: `${triplet}-gcc -static`,
			CC_FOR_BUILD: `${triplet}-gcc -static`,
			CFLAGS: `-O2 -ffile-prefix-map=${work}=/usr/src/${recipe.name}`,
			CPPFLAGS: `-I${path.join(this.needs, 'usr', 'include')}`,
			LDFLAGS: `-L${libraries} -Wl,-rpath-link,${libraries}`,
			PKG_CONFIG: 'false',
			// A release carries what these make; that a patch is newer is no reason to make it again.
			ACLOCAL: ':',
			AUTOCONF: ':',
			AUTOHEADER: ':',
			AUTOMAKE: ':',
			NEEDS: this.needs,
			DESTDIR: this.destination,
			TESTS: path.join(this.destination, 'usr/libexec/imposos-tests/ports', recipe.name),
			...recipe.environment,
		};
	}
}

function howItEnded(result: {
	timedOut: boolean;
	exitCode?: number | undefined;
	signal?: string | undefined;
	shortMessage?: string | undefined;
}): string {
	const { timedOut, exitCode, signal, shortMessage } = result;
	if (timedOut) return 'did not end within 20 minutes';
	if (exitCode !== undefined) return `ended with status ${exitCode}`;
	return signal === undefined ? `could not be run: ${shortMessage}` : `was ended by ${signal}`;
}
