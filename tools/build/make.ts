import { writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { Options } from 'execa';
import { BuildError, ToolError } from '../errors.js';
import { type Log, silentLog } from '../log.js';
import { buildRoot, displayPath, ensureFolder, fromRoot, type Variant, variantRoot } from './paths.js';
import { noteMade, upToDate } from './up-to-date.js';

export interface MakeOptions {
	/** Folder below the repository's root that has the makefile: `kernel` or `userland`. */
	folder: string;
	variant: Variant;
	/** Jobs side by side; the number of processors when left out. */
	jobs?: number;
	/** Further arguments for make. */
	args?: string[];
	signal?: AbortSignal;
	log?: Log;
	/** Where the output is kept; build/VARIANT/FOLDER.log when left out. */
	logFile?: string;
	/** Same as a log of level 1, for callers without a log. */
	verbose?: boolean;
}

/** The command line with which a folder is made; one build at a time holds the tree's lock. */
export function makeArguments(options: MakeOptions): [string, string[]] {
	const jobs = options.jobs ?? os.availableParallelism();
	return [
		'flock',
		[
			'-F',
			path.join(buildRoot, '.make.lock'),
			'make',
			'--no-print-directory',
			`-j${jobs}`,
			'-C',
			fromRoot(options.folder),
			`VARIANT=${options.variant}`,
			...(options.args ?? []),
		],
	];
}

/**
 * Makes kernel or user space. What the compiler prints reaches the user as it was printed: at once with `-v`,
 * otherwise in one piece when the build fails; it is also kept in build/VARIANT/FOLDER.log. Without `-v`, make is not even
 * started when it would find nothing to do.
 *
 * @throws BuildError when make fails, ToolError when make or the compiler is not installed
 */
export async function make(options: MakeOptions): Promise<void> {
	const log = options.log ?? silentLog;
	const live = options.verbose === true || log.level > 0;
	const whole = (options.args ?? []).length === 0;
	if (whole && !live && upToDate(options.folder, options.variant)) return;
	const { execa } = await import('execa');
	const started = Date.now();
	const [file, args] = makeArguments(options);
	const logFile = options.logFile ?? path.join(ensureFolder(variantRoot(options.variant)), `${options.folder}.log`);
	if (live) log.detail(`${file} ${args.join(' ')}`);
	const settings = {
		all: true,
		reject: false,
		stdin: 'ignore',
		buffer: true,
		maxBuffer: 64 << 20,
		env: environment(),
		extendEnv: false,
		...(options.signal ? { cancelSignal: options.signal, gracefulCancel: false } : {}),
	} satisfies Options;
	const child = execa(file, args, settings);
	if (live) child.all.on('data', (chunk: Buffer) => log.raw(chunk));
	const result = await child;
	options.signal?.throwIfAborted();
	writeFileSync(logFile, result.all ? `${result.all}\n` : '');
	if (!result.failed) {
		if (whole) noteMade(options.folder, options.variant, started);
		return;
	}
	if (result.code === 'ENOENT') throw new ToolError(`${file} is not installed`, { cause: result.originalMessage });
	const output = result.all ?? '';
	if (!live) log.raw(`${output}\n`);
	const missing = /\b(i686-linux-gnu-[a-z+]+|make|objcopy): (?:command )?(?:not found|No such file)/.exec(output)?.[1];
	if (missing !== undefined) throw new ToolError(`${missing} is not installed`, { log: displayPath(logFile) });
	throw new BuildError(`${options.folder}/ does not build (${options.variant})`, {
		log: displayPath(logFile),
		hint: 'the first error above is the one to mend',
	});
}

/** Make must not inherit the settings of a make that called us. */
function environment(): Record<string, string> {
	const kept: Record<string, string> = {};
	for (const [name, value] of Object.entries(process.env)) {
		if (value !== undefined && !['MAKEFLAGS', 'MFLAGS', 'MAKELEVEL', 'MAKEOVERRIDES', 'VARIANT'].includes(name))
			kept[name] = value;
	}
	return { ...kept, LC_ALL: 'C' };
}
