import { readFileSync } from 'node:fs';
import { coveragePage, parseLimits, parseSyscalls } from '../abi/syscalls.js';
import { fromRoot } from '../build/paths.js';

/** Where the coverage of system calls is written down. */
export const syscallsFile = fromRoot('docs', 'syscalls.md');

/** What {@link syscallsFile} has to say now. */
export function syscallsPage(): string {
	const table = readFileSync(fromRoot('kernel', 'abi', 'syscalls.tbl'), 'utf8');
	return coveragePage(parseSyscalls(table), parseLimits(table));
}
