import { copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { execa } from 'execa';
import { buildRoot, ensureFolder, userRoot, type Variant } from '../tools/build/paths.js';
import { BuildError } from '../tools/errors.js';
import { packageFile } from '../tools/image/package-file.js';
import type { CpioEntry } from '../tools/machine/cpio.js';
import { buildLibraryPrograms } from './library.js';

const LIBRARIES = 20;
const FUNCTIONS = 250;

const functionName = (library: number, index: number) =>
	`library_${String(library).padStart(2, '0')}_function_${String(index).padStart(3, '0')}`;

/** A library whose table names a function of another library in each of its words. Pure. */
export function librarySource(library: number): string {
	const indexes = [...Array(FUNCTIONS).keys()];
	const other = (index: number) => functionName((library + 1 + (index % (LIBRARIES - 1))) % LIBRARIES, index);
	return [
		...indexes.map((index) => `int ${functionName(library, index)}(void) { return ${index}; }`),
		...indexes.map((index) => `extern int ${other(index)}(void);`),
		`int (*const table_${library}[])(void) = { ${indexes.map(other).join(', ')} };`,
	].join('\n');
}

/** Ends with 0 if functions are where the tables say. Pure. */
export function programSource(): string {
	const all = [...Array(LIBRARIES).keys()];
	return [
		...all.map((library) => `extern int (*const table_${library}[])(void);`),
		'void _start(void) { int wrong = 0;',
		...all.map((library) => `for (int i = 0; i < ${FUNCTIONS}; i++) wrong |= table_${library}[i]() != i;`),
		'__asm__ volatile("int $0x80" : : "a"(1), "b"(wrong)); for (;;); }',
	].join('\n');
}

/**
 * Compiles a program with twenty libraries and 5,000 relocations by name, without a C library.
 *
 * @returns the files, all in `folder`; the program is called `program`
 * @throws BuildError
 */
export async function buildTwenty(folder: string, signal: AbortSignal): Promise<string[]> {
	ensureFolder(folder);
	const compile = async (out: string, source: string, flags: readonly string[]) => {
		const common = ['-m32', '-O1', '-nostdlib', '-fno-stack-protector', '-Wl,--hash-style=gnu', '-Wl,--build-id=none'];
		const { exitCode, stderr } = await execa(
			'i686-linux-gnu-gcc',
			[...common, '-o', path.join(folder, out), '-x', 'c', '-', ...flags],
			{ input: source, reject: false, cancelSignal: signal },
		);
		if (exitCode !== 0) throw new BuildError(`${out} does not compile:\n${stderr}`);
	};
	const names = [...Array(LIBRARIES).keys()].map((library) => `libtwenty${library}.so`);
	for (const [library, name] of names.entries())
		await compile(name, librarySource(library), ['-shared', '-fPIC', `-Wl,-soname,${name}`]);
	await compile('program', programSource(), [
		...[
			'-pie',
			'-fPIE',
			'-Wl,-rpath,$ORIGIN',
			'-Wl,-z,now',
			'-Wl,--allow-shlib-undefined',
			'-x',
			'none',
			`-L${folder}`,
		],
		...['-Wl,--no-as-needed', ...names.map((name) => `-l:${name}`)],
	]);
	return [...names, 'program'].map((name) => path.join(folder, name));
}

/**
 * The folders that the rows of loading and of libraries need in each root, below build/bench: what both run, our own
 * programs for ImposOS, Debian's and those with glibc for Linux, and its cache of libraries.
 *
 * @throws BuildError, PackageError
 */
export async function writeLoadingRoots(
	variant: Variant,
	signal: AbortSignal,
): Promise<{ imposos: string; linux: string }> {
	const top = path.join(buildRoot, 'bench', 'loading');
	rmSync(top, { recursive: true, force: true });
	const twenty = await buildTwenty(path.join(top, 'twenty'), signal);
	const libraries = await buildLibraryPrograms(path.join(top, 'library'), variant, signal);
	const glibc = await packageFile('libc6', 'lib/i386-linux-gnu/ld-linux.so.2', signal).catch(() =>
		packageFile('libc6', 'lib/i386-linux-gnu/ld-2.36.so', signal),
	);
	const roots = { imposos: path.join(top, 'imposos'), linux: path.join(top, 'linux') };
	for (const root of [roots.imposos, roots.linux]) {
		for (const folder of ['bin', 'lib', 'twenty', 'library', 'etc'])
			mkdirSync(path.join(root, folder), { recursive: true });
		for (const file of twenty) copyFileSync(file, path.join(root, 'twenty', path.basename(file)));
		copyFileSync(path.join(userRoot(variant), 'usr/lib/ld-imposos.so.1'), path.join(root, 'lib/ld-imposos.so.1'));
		writeFileSync(path.join(root, 'lib/ld-linux.so.2'), glibc, { mode: 0o755 });
	}
	copyFileSync(path.join(userRoot(variant), 'usr/bin/true'), path.join(roots.imposos, 'bin/dynamic'));
	copyFileSync(libraries.ours, path.join(roots.imposos, 'library/program'));
	copyFileSync(libraries.glibc, path.join(roots.linux, 'library/program'));
	const folder = path.join(roots.linux, 'lib/i386-linux-gnu');
	mkdirSync(folder);
	writeFileSync(path.join(folder, 'libc.so.6'), await packageFile('libc6', 'lib/i386-linux-gnu/libc.so.6', signal), {
		mode: 0o755,
	});
	writeFileSync(path.join(roots.linux, 'bin/dynamic'), await packageFile('coreutils', 'bin/true', signal), {
		mode: 0o755,
	});
	writeFileSync(path.join(roots.linux, 'etc/ld.so.conf'), '/lib/i386-linux-gnu\n');
	const { exitCode, stderr } = await execa('ldconfig', ['-r', roots.linux], {
		reject: false,
		cancelSignal: signal,
		env: { PATH: `${process.env['PATH'] ?? ''}:/usr/sbin:/sbin` },
	});
	if (exitCode !== 0) throw new BuildError(`ldconfig makes no cache for Linux:\n${stderr}`);
	return roots;
}

/** A folder's files for a RAM disk, with the folders that are not there yet. */
export function folderEntries(folder: string, have: readonly string[]): CpioEntry[] {
	const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort();
	return names.flatMap((name): CpioEntry[] => {
		const status = statSync(path.join(folder, name));
		if (status.isDirectory()) return have.includes(name) ? [] : [{ path: name, mode: 0o040755 }];
		const mode = status.mode & 0o100 ? 0o100755 : 0o100644;
		return [{ path: name, mode, content: readFileSync(path.join(folder, name)) }];
	});
}
