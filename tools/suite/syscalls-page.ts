import { readdirSync, readFileSync } from 'node:fs';
import { coveragePage, parseLimits, parseSyscalls } from '../abi/syscalls.js';
import { fromRoot } from '../build/paths.js';

/** Where the coverage of system calls is written down. */
export const syscallsFile = fromRoot('docs', 'syscalls.md');

/** The guest's test programs as PHASE/NAME with the words of their sources. */
function guestPrograms(): { name: string; words: Set<string> }[] {
	const phases = readdirSync(fromRoot('phases')).filter((folder) => /^\d\d-/.test(folder));
	return phases.sort().flatMap((folder) => {
		const guest = fromRoot('phases', folder, 'guest');
		let files: string[];
		try {
			files = readdirSync(guest).filter((file) => file.endsWith('.c'));
		} catch {
			return [];
		}
		return files.sort().map((file) => {
			const text = readFileSync(`${guest}/${file}`, 'utf8');
			const called = [...text.matchAll(/\b(?:SYS_|__NR_)?(\w+)\b(?=\(|\s*[,)])/g)].map(([, word = '']) => word);
			return { name: `${folder.slice(0, 2)}/${file.slice(0, -2)}`, words: new Set(called) };
		});
	});
}

/** A call's name as programs write it: the library's functions have no widths in their names. */
function spellings(name: string): string[] {
	const plain = name
		.replace(/(_time64|64_64|64|32)$/, '')
		.replace(/^_(llseek|newselect)$/, (_, word) => word.replace('new', '').replace('ll', 'l'));
	return [...new Set([name, plain, plain.replace(/^rt_/, ''), plain.replace(/\d$/, '')])];
}

/** What {@link syscallsFile} has to say now. */
export function syscallsPage(): string {
	const table = readFileSync(fromRoot('kernel', 'abi', 'syscalls.tbl'), 'utf8');
	const programs = guestPrograms();
	return coveragePage(parseSyscalls(table), parseLimits(table), (name) => {
		const words = spellings(name);
		const found = programs
			.filter((program) => words.some((word) => program.words.has(word)))
			.map((program) => program.name);
		return found.length > 4 ? [...found.slice(0, 4), 'and more'] : found;
	});
}
