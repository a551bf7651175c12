import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { ensureFolder, fromRoot } from '../tools/build/paths.js';
import type { Comparison } from './compare.js';

const file = fromRoot('docs', 'results', 'bench.json');

/** The figures that a change is measured against; undefined before the first. */
export function keptFigures(): Comparison | undefined {
	return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Comparison) : undefined;
}

/** Makes these the figures to measure against. */
export function keepFigures(result: Comparison): void {
	ensureFolder(fromRoot('docs', 'results'));
	writeFileSync(file, `${JSON.stringify(result, null, '\t')}\n`);
}
