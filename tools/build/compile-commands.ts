import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { makeArguments } from './make.js';
import { buildRoot, ensureFolder, fromRoot, type Variant } from './paths.js';

/** An entry of Clang's JSON compilation database. */
export interface CompileCommand {
	directory: string;
	file: string;
	arguments: string[];
	output?: string;
}

const compilerName = /(?:^|\/)i686-linux-gnu-(?:gcc|g\+\+|cpp)$/;
const sourceName = /\.(?:c|S|cc|cpp)$/;

/** Splits a line of a POSIX shell into simple commands of words; enough for what make prints. */
export function shellWords(line: string): string[][] {
	const commands: string[][] = [[]];
	const token = /(?:[^\s'"\\;&|]|\\.|'[^']*'|"(?:[^"\\]|\\.)*")+|&&|\|\||[;&|]/gs;
	for (const [word] of line.matchAll(token)) {
		if (/^(?:&&|\|\||[;&|])$/.test(word)) commands.push([]);
		else commands.at(-1)?.push(unquote(word));
	}
	return commands.filter((command) => command.length > 0);
}

function unquote(word: string): string {
	return word.replace(
		/\\(.)|'([^']*)'|"((?:[^"\\]|\\.)*)"/gs,
		(_all, escaped?: string, single?: string, double?: string) => {
			if (escaped !== undefined) return escaped;
			return single ?? (double ?? '').replace(/\\(["\\$`])/g, '$1');
		},
	);
}

/** Finds the compilations among the commands that make prints. */
export function compileCommands(output: string, directory: string): CompileCommand[] {
	const found: CompileCommand[] = [];
	for (const line of output.replace(/\\\n/g, ' ').split('\n')) {
		for (const words of shellWords(line)) {
			if (words[0] === undefined || !compilerName.test(words[0]) || !words.includes('-c')) continue;
			const sources = words.filter(
				(word, at) => sourceName.test(word) && words[at - 1] !== '-o' && words[at - 1] !== '-MT',
			);
			const objectAt = words.indexOf('-o');
			const output = objectAt < 0 ? undefined : words[objectAt + 1];
			for (const file of sources)
				found.push({ directory, file: path.resolve(directory, file), arguments: words, ...(output ? { output } : {}) });
		}
	}
	return found;
}

/**
 * Writes compile_commands.json for editors, from what make would run. Asking make costs a little, so it is
 * done again only when the set of sources or a makefile changed.
 */
export async function writeCompileCommands(folders: string[], variant: Variant, signal?: AbortSignal): Promise<void> {
	const hash = createHash('sha256').update(variant);
	for (const folder of folders) hashSources(hash, fromRoot(folder));
	const digest = hash.digest('hex');
	const stamp = path.join(ensureFolder(buildRoot), '.compile-commands');
	if (readOrEmpty(stamp) === digest) return;
	const { execa } = await import('execa');
	const commands: CompileCommand[] = [];
	for (const folder of folders) {
		const [file, args] = makeArguments({ folder, variant, jobs: 1, args: ['-n', '-B'] });
		const { stdout } = await execa(file, args, {
			reject: false,
			maxBuffer: 64 << 20,
			stderr: 'ignore',
			...(signal ? { cancelSignal: signal } : {}),
		});
		signal?.throwIfAborted();
		commands.push(...compileCommands(stdout, fromRoot(folder)));
	}
	writeFileSync(fromRoot('compile_commands.json'), `${JSON.stringify(commands, null, '\t')}\n`);
	writeFileSync(stamp, digest);
}

function hashSources(hash: ReturnType<typeof createHash>, folder: string): void {
	for (const entry of readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1))) {
		const file = path.join(folder, entry.name);
		if (entry.isDirectory()) hashSources(hash, file);
		else if (sourceName.test(entry.name)) hash.update(`${file}\n`);
		else if (/^Makefile$|\.mk$/.test(entry.name)) hash.update(`${file} ${statSync(file).mtimeMs}\n`);
	}
}

function readOrEmpty(file: string): string {
	try {
		return readFileSync(file, 'utf8');
	} catch {
		return '';
	}
}
