import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fromRoot } from '../build/paths.js';
import type { CaseResult } from './result.js';

const file = fromRoot('build', 'last-results.json');

/** A case's last outcome, for `imposos phases`. */
export interface LastResult {
	status: CaseResult['status'];
	/** ISO 8601. */
	when: string;
	seconds: number;
}

/** Last outcomes by case id; none when nothing has been run. */
export function readLast(): Record<string, LastResult> {
	try {
		return JSON.parse(readFileSync(file, 'utf8')) as Record<string, LastResult>;
	} catch {
		return {};
	}
}

/** Remembers outcomes, beside those of cases that were not run this time. */
export function writeLast(results: readonly CaseResult[]): void {
	const last = readLast();
	const when = new Date().toISOString();
	for (const { id, status, seconds } of results) if (status !== 'skipped') last[id] = { status, when, seconds };
	mkdirSync(path.dirname(file), { recursive: true });
	writeFileSync(file, JSON.stringify(last, undefined, '\t'));
}
