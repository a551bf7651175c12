import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { execa } from 'execa';
import { sysroot } from '../build/cc.js';
import { displayPath, fromRoot, type Variant, variantRoot } from '../build/paths.js';
import { BuildError, ToolError } from '../errors.js';
import type { Log } from '../log.js';
import type { NamedRecipe } from './recipe.js';

export interface CompilationOptions {
	recipe: NamedRecipe;
	/** The .dsc of its source. */
	description: string;
	/** Folder that is all its own. */
	work: string;
	variant: Variant;
	signal: AbortSignal;
	log: Log;
}

const triplet = 'i686-linux-gnu';
const commandLimit = 20 * 60 * 1000;
const tailLines = 25;
/** Time that sources may compile in: 2026-01-01. */
const sourceDate = '1767225600';

/** One port on its way from a source package to files: unpacked, patched, and built by the lines of its recipe. */
export class PortCompilation {
	/** Where what it needs has to be, as it would be installed, before it runs. */
	readonly needs: string;
	/** Where it installs. */
	readonly destination: string;
	readonly #options: CompilationOptions;
	readonly #source: string;
	readonly #log: string;

	constructor(options: CompilationOptions) {
		const { work, variant, recipe } = options;
		this.#options = options;
		this.needs = path.join(work, 'needs');
		this.destination = path.join(work, 'destination');
		this.#source = path.join(work, 'source');
		this.#log = path.join(variantRoot(variant), 'ports', `${recipe.name}.log`);
	}

	/** @throws BuildError when a line of the recipe fails, ToolError when the host lacks what unpacks sources */
	async run(): Promise<void> {
		const { recipe, description, work } = this.#options;
		mkdirSync(this.destination);
		mkdirSync(path.join(work, 'home'));
		writeFileSync(this.#log, '');
		// apt has checked who signed the index that names the sums of these files, and we have checked the sums.
		const unpack = ['--no-check', '--no-copy', '--extract', description, this.#source];
		await this.#command('dpkg-source', unpack, work, `dpkg-source ${unpack.join(' ')}`);
		for (const line of recipe.build) await this.#command('sh', ['-euc', line], this.#source, line);
	}

	async #command(file: string, args: string[], cwd: string, shown: string): Promise<void> {
		const { recipe, signal, log } = this.#options;
		appendFileSync(this.#log, `+ ${shown}\n`);
		log.detail(`${recipe.name}: ${shown}`);
		const result = await execa(file, args, {
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
		appendFileSync(this.#log, `${result.all ?? ''}\n`);
		signal.throwIfAborted();
		if (!result.failed) return;
		if (result.code === 'ENOENT') throw new ToolError(`${file} is not installed: ports need it`);
		const how = result.timedOut ? 'did not end within 20 minutes' : `ended with status ${result.exitCode ?? 'unknown'}`;
		log.raw(`${(result.all ?? '').split('\n').slice(-tailLines).join('\n')}\n`);
		throw new BuildError(`port ${recipe.name} does not compile: "${shown}" ${how}`, {
			log: displayPath(this.#log),
			hint: `mend ${displayPath(recipe.file)}, or what our C library lacks, and build the image again`,
		});
	}

	/** Nothing of the host's own but where its programs are, so that only what is known decides what comes out. */
	#environment(): Record<string, string> {
		const { recipe, variant, work } = this.#options;
		const libraries = path.join(this.needs, 'usr', 'lib', 'imposos');
		return {
			PATH: `${path.join(sysroot(variant), 'bin')}:${process.env['PATH'] ?? '/usr/bin:/bin'}`,
			HOME: path.join(work, 'home'),
			LC_ALL: 'C',
			TZ: 'UTC0',
			SOURCE_DATE_EPOCH: sourceDate,
			CONFIG_SITE: fromRoot('images', 'ports', 'config.site'),
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
