import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import t from 'tap';
import { fromRoot } from '../../tools/build/paths.js';

/** Files below a folder of the repository whose name fits, as paths from its root. */
function filesBelow(folder: string, wanted: RegExp): string[] {
	if (!existsSync(fromRoot(folder))) return [];
	return readdirSync(fromRoot(folder), { recursive: true, withFileTypes: true })
		.filter((entry) => entry.isFile() && wanted.test(entry.name))
		.map((entry) => path.relative(fromRoot(), path.join(entry.parentPath, entry.name)))
		.sort();
}

const text = (file: string) => readFileSync(fromRoot(file), 'utf8');

/**
 * Kernel modules by level: a module includes headers of its own level and below. Entry code (traps, system
 * calls) stands above all, and `arch` gives the lowest level its headers.
 */
const levels: Record<string, number> = {
	abi: 0,
	gen: 0,
	arch: 1,
	core: 2,
	sched: 3,
	mm: 3,
	block: 4,
	fs: 4,
	net: 4,
	tty: 4,
	drivers: 4,
	modules: 5,
	sys: 6,
};

/** Headers that are lower than their folder, and why. */
const loweredHeaders: Record<string, number> = {
	// Locks and waits are about the task that runs.
	'sched/task.h': 2,
	// The processor's start-up code fills in the memory map.
	'mm/init.h': 1,
	// Prototypes of handlers, which lie in every module.
	'sys/syscalls.h': 0,
	// Objects are for everybody.
	'mm/kmalloc.h': 2,
	// Conversions of the ABI's time structures; no code of its own.
	'sys/timeconv.h': 2,
	// Memory maps files through their operation tables, and the page cache is half its own.
	'fs/vfs.h': 3,
	'fs/pagecache.h': 3,
};

/**
 * Sources that are above their folder: the processor's own part implements what the headers of core and mm
 * declare; start-up and entry code calls into everything.
 */
function levelOf(file: string): number {
	const parts = file.split(path.sep);
	if (/^kernel\/arch\/i386\/(boot|entry|traps?|irq|fault|syscall|signal|start|vdso|interrupts?)/.test(file)) return 99;
	if (/^kernel\/core\/(init|main|start|panic|oops|kasan)/.test(file)) return 99;
	// The life of a process, and files that stand for one or for its calls, put memory, files and terminals together.
	if (
		/^kernel\/sched\/(task|fork|clone|exec|exit|reap|wait|binfmt|coredump|core_notes|pidfd|seccomp_notify)/.test(file)
	)
		return 5;
	if (parts[1] === 'arch' && /\.[cS]$/.test(file)) return 3;
	return levels[(parts[1] === 'include' ? parts[2] : parts[1]) ?? ''] ?? 99;
}

t.test('kernel sources include what lies below them, and nothing of user space', async (t) => {
	const bad: string[] = [];
	for (const file of filesBelow('kernel', /\.[chS]$/)) {
		const level = levelOf(file);
		for (const [, quote, name = ''] of text(file).matchAll(/^[ \t]*#[ \t]*include[ \t]*([<"])([^>"]+)/gm)) {
			if (/userland|phases\//.test(name)) bad.push(`${file} includes ${name} of user space`);
			if (quote === '"') continue;
			const target = name.split('/')[0] ?? '';
			const targetLevel = loweredHeaders[name] ?? levels[target];
			// Types that every level may name live with the module that defines them.
			if (targetLevel !== undefined && targetLevel > level && !/types\.h$/.test(name))
				bad.push(`${file} includes <${name}>`);
		}
		if (/^[ \t]*\.incbin/m.test(text(file)) && !file.includes('vdso')) bad.push(`${file} embeds a file`);
	}
	t.strictSame(bad, []);
});

t.test('the shared headers depend on nothing but each other', async (t) => {
	const bad: string[] = [];
	for (const file of filesBelow('kernel/abi', /\.h$/)) {
		for (const [, name = ''] of text(file).matchAll(/^[ \t]*#[ \t]*include[ \t]*[<"]([^>"]+)/gm)) {
			if (!name.startsWith('abi/')) bad.push(`${file} includes ${name}`);
		}
	}
	t.strictSame(bad, []);
});

t.test('user space takes of the kernel the shared headers alone', async (t) => {
	const bad: string[] = [];
	for (const file of [...filesBelow('userland', /\.[chS]$/), ...filesBelow('phases', /\.[chS]$/)]) {
		for (const [, name = ''] of text(file).matchAll(/^[ \t]*#[ \t]*include[ \t]*[<"]([^>"]+)/gm)) {
			if (/(^|\/)kernel\//.test(name) && !/kernel\/abi\//.test(name)) bad.push(`${file} includes ${name}`);
		}
	}
	t.strictSame(bad, []);
});

/** Files of tools/ that are programs of their own. */
const programs = new Set(['main.ts', 'kallsyms.ts']);

/** Folders of tools/ by level, as with the kernel; files right in tools/ are at the bottom. */
const toolLevels: Record<string, number> = { build: 1, abi: 1, impfs: 2, image: 3, machine: 3, suite: 4, cli: 5 };

t.test('tools import one way: cli, suite, image and machine, impfs, build', async (t) => {
	const bad: string[] = [];
	for (const file of filesBelow('tools', /\.ts$/)) {
		const own = path.relative('tools', file).split(path.sep);
		const level = own.length === 1 ? 0 : (toolLevels[own[0] ?? ''] ?? 99);
		for (const [, name = ''] of text(file).matchAll(/(?:from|import\()\s*'(\.[^']+)'/g)) {
			const target = path.join(path.dirname(file), name).split(path.sep);
			// Above the repository: the text of a template, not an import. Benchmarks are a command's work.
			if (target[0] === '..' || (level === toolLevels['cli'] && target[0] === 'bench')) continue;
			if (target[0] !== 'tools') bad.push(`${file} imports ${name}`);
			else if (target.length > 2 && (toolLevels[target[1] ?? ''] ?? 0) > level) {
				// The build driver makes images at the very end, and imports that late.
				if (file !== 'tools/build/all.ts') bad.push(`${file} imports ${name}`);
			}
		}
		const cli = own[0] === 'cli';
		if (!cli && /\bprocess\.(exit\(|argv\b)/.test(text(file)) && !programs.has(own.at(-1) ?? ''))
			bad.push(`${file} uses process.exit or argv`);
	}
	t.strictSame(bad, []);
});

t.test('sources are of the size that the house style asks for', async (t) => {
	const long = (files: string[], limit: number) =>
		files.map((file) => ({ file, lines: text(file).split('\n').length })).filter(({ lines }) => lines > limit);
	const table = /syscall|font|keymap|\.test\.ts$/;
	t.strictSame(
		long(
			[...filesBelow('kernel', /\.[chS]$/), ...filesBelow('userland', /\.[chS]$/)].filter((file) => !table.test(file)),
			800,
		),
		[],
	);
	t.strictSame(
		long(
			filesBelow('tools', /\.ts$/).filter((file) => !table.test(file)),
			650,
		),
		[],
	);
});

t.test('every C source says what it is for', async (t) => {
	const silent = [...filesBelow('kernel', /\.c$/), ...filesBelow('userland', /\.c$/)].filter(
		(file) => !/^\s*\/\*/.test(text(file)),
	);
	t.strictSame(silent, []);
});
