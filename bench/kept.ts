import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { ensureFolder, fromRoot } from '../tools/build/paths.js';
import { type ComparedRow, type Comparison, type Unit, withMeans } from './compare.js';

const file = fromRoot('docs', 'results', 'bench.json');

/** By what was measured. */
type Kept = Partial<Record<Unit, Comparison>>;

function read(): Kept {
	return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Kept) : {};
}

/** The figures that a change is measured against; undefined before the first. */
export function keptFigures(unit: Unit): Comparison | undefined {
	return read()[unit];
}

/** A row with the peer's figure of an older one, if it was measured without a peer. Pure. */
function withPeer(row: ComparedRow, rows: readonly ComparedRow[]): ComparedRow {
	const linux = row.linux ?? rows.find(({ name, group }) => name === row.name && group === row.group)?.linux;
	return linux === undefined ? row : { ...row, linux, ratio: row.ours / linux };
}

/** Figures with newer ones in the place of the same rows' older ones; the peer's stay until it is measured again. Pure. */
export function mergeFigures(kept: Comparison | undefined, result: Comparison): Comparison {
	const isOld = ({ name, group }: ComparedRow) => !result.rows.some((row) => row.name === name && row.group === group);
	const groups = [...new Set([...(kept?.rows ?? []), ...result.rows].map(({ group }) => group))];
	const rows = [...(kept?.rows.filter(isOld) ?? []), ...result.rows.map((row) => withPeer(row, kept?.rows ?? []))];
	return withMeans({
		unit: result.unit,
		rows: groups.flatMap((wanted) => rows.filter(({ group }) => group === wanted)),
	});
}

/** Makes these the figures to measure against; rows that were not measured now stay. */
export function keepFigures(result: Comparison): void {
	ensureFolder(fromRoot('docs', 'results'));
	const kept = read();
	writeFileSync(
		file,
		`${JSON.stringify({ ...kept, [result.unit]: mergeFigures(kept[result.unit], result) }, null, '\t')}\n`,
	);
}
