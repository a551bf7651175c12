import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { fromRoot } from '../build/paths.js';
import { answeredCalls } from './call-arguments.js';

/** Errors by the call that may fail with them. */
export type ErrorsByCall = ReadonlyMap<string, ReadonlySet<string>>;

/** Where the errors that manual pages name are written down, and those that no case provokes, with the reason. */
export const documentedFile = fromRoot('phases', '04-syscalls', 'errors-documented.tbl');
export const excusedFile = fromRoot('phases', '04-syscalls', 'errors-excused.tbl');

/** Two names of one number. */
const SAME: Record<string, string> = { EWOULDBLOCK: 'EAGAIN', ENOTSUP: 'EOPNOTSUPP', EDEADLOCK: 'EDEADLK' };

/** The one name of an error that has two. */
export function errorName(name: string): string {
	return SAME[name] ?? name;
}

/** Lines `CALL ERROR ERROR…`; `#` begins a comment. @throws Error naming the line that is none. */
export function parseErrors(text: string): ErrorsByCall {
	const errors = new Map<string, Set<string>>();
	for (const line of text.split('\n')) {
		if (line === '' || line.startsWith('#')) continue;
		if (!/^\w+( E[A-Z0-9]+)*$/.test(line)) throw new Error(`expected CALL ERROR…, not ‘${line}’`);
		const [call = '', ...names] = line.split(' ');
		errors.set(call, new Set([...(errors.get(call) ?? []), ...names]));
	}
	return errors;
}

/** An error that no case provokes, and why. */
export interface Excuse {
	readonly call: string;
	readonly error: string;
	readonly reason: string;
}

/** Sections `= REASON` of lines `ERROR CALL CALL…`. @throws Error naming the line that is neither. */
export function parseExcuses(text: string): Excuse[] {
	let reason = '';
	return text.split('\n').flatMap((line) => {
		if (line === '' || line.startsWith('#')) return [];
		if (line.startsWith('= ')) {
			reason = line.slice(2);
			return [];
		}
		if (!/^E[A-Z0-9]+( \w+)+$/.test(line) || !reason) throw new Error(`expected ERROR CALL…, not ‘${line}’`);
		const [error = '', ...calls] = line.split(' ');
		return calls.map((call) => ({ call, error, reason }));
	});
}

/** What a page's section of errors has entries for. */
export function errorsOfPage(page: string): Set<string> {
	const names = new Set<string>();
	let within = false;
	let before = '';
	for (const line of page.split('\n')) {
		if (line.startsWith('.SH')) within = line.includes('ERRORS');
		else if (within && /^\.(B|BR|BI|IR)\b/.test(line) && /^\.T[PQ]/.test(before)) {
			for (const [name] of line.matchAll(/\bE[A-Z0-9]{2,}\b/g)) names.add(errorName(name));
		}
		before = line;
	}
	return names;
}

/**
 * The table of documented errors for the calls that answer, from a folder of manual pages as Debian's manpages-dev has it
 * (`NAME.2.gz`). A call with 64-bit times fails as its elder.
 */
export function documentedTable(folder: string): string {
	const pages = new Map(
		readdirSync(folder)
			.filter((file) => file.endsWith('.2.gz'))
			.map((file) => [basename(file, '.2.gz'), join(folder, file)]),
	);
	const lines = answeredCalls().map(({ name }) => {
		const file = pages.get(name) ?? pages.get(name.replace(/(_time64|64)$/, ''));
		const errors = file ? [...errorsOfPage(gunzipSync(readFileSync(file)).toString())] : [];
		return [name, ...errors.sort()].join(' ');
	});
	return [
		'# Which errors the manual page of a call names (section 2 of Debian’s manpages-dev), for every call that answers.',
		'# Written by `imposos phases --manual FOLDER`. A page that several calls share names the errors of all.',
		...lines,
		'',
	].join('\n');
}

/** What the two tables say now. */
export function errorTables(): { documented: ErrorsByCall; excuses: Excuse[] } {
	return {
		documented: parseErrors(readFileSync(documentedFile, 'utf8')),
		excuses: parseExcuses(readFileSync(excusedFile, 'utf8')),
	};
}

/** Pairs `CALL ERROR` that are documented, have not been provoked, and are not excused. */
export function missingErrors(documented: ErrorsByCall, excuses: readonly Excuse[], provoked: ErrorsByCall): string[] {
	const excused = new Set(excuses.map(({ call, error }) => `${call} ${error}`));
	return [...documented]
		.flatMap(([call, errors]) =>
			[...errors].filter((error) => !provoked.get(call)?.has(error)).map((error) => `${call} ${error}`),
		)
		.filter((pair) => !excused.has(pair));
}

/** Pairs that are excused although a case provokes them. */
export function idleExcuses(excuses: readonly Excuse[], provoked: ErrorsByCall): string[] {
	return excuses
		.filter(({ call, error }) => provoked.get(call)?.has(error))
		.map(({ call, error }) => `${call} ${error}`);
}
