import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { execa } from 'execa';
import { fromRoot, type Variant } from '../build/paths.js';
import type { LoadedSuite } from './phases.js';
import type { CaseResult } from './result.js';

/** Commit of the sources, with `+` behind it when they have changed since. */
export async function sourceCommit(): Promise<string> {
	const git = (...args: string[]) => execa('git', args, { cwd: fromRoot(), reject: false });
	const [commit, status] = await Promise.all([
		git('rev-parse', 'HEAD'),
		git('status', '--porcelain', '--', 'kernel', 'userland', 'tools', 'phases', 'images'),
	]);
	if (commit.exitCode !== 0) return 'unknown';
	return `${commit.stdout.trim()}${status.stdout.trim() === '' ? '' : '+'}`;
}

type Kept = Record<string, CaseResult>;

/** What a full run has proven so far, so that an interrupted one goes on where it stopped. */
export class FullRecord {
	readonly #file: string;
	readonly #key: string;
	readonly #kept: Kept;

	private constructor(file: string, key: string, kept: Kept) {
		this.#file = file;
		this.#key = key;
		this.#kept = kept;
	}

	/** Opens the record of these sources; one of other sources is forgotten. Changed sources are never resumed. */
	static open(
		commit: string,
		variant: Variant,
		seed: number,
		file: string = fromRoot('build', 'full.json'),
	): FullRecord {
		const key = `${commit} ${variant} ${seed}`;
		try {
			const { key: old, kept } = JSON.parse(readFileSync(file, 'utf8')) as { key: string; kept: Kept };
			if (old === key && !commit.endsWith('+')) return new FullRecord(file, key, kept);
		} catch {}
		return new FullRecord(file, key, {});
	}

	/** A result that need not be had again. */
	passed(id: string): CaseResult | undefined {
		const kept = this.#kept[id];
		return kept?.status === 'passed' ? kept : undefined;
	}

	keep(result: CaseResult): void {
		this.#kept[result.id] = result;
		mkdirSync(path.dirname(this.#file), { recursive: true });
		writeFileSync(this.#file, JSON.stringify({ key: this.#key, kept: this.#kept }));
	}
}

/** A case's outcome in docs/results. */
interface KeptCase {
	id: string;
	title: string;
	status: CaseResult['status'];
	reason?: string;
	seconds: number;
	figures: Record<string, string>;
	/** Of the run it is from, when that is not the last one. */
	commit?: string;
}

/**
 * Writes a phase's figures to docs/results/NN-name.json. Cases that were not run this time stay, with the commit that
 * they were run on; those that the suite no longer has go.
 *
 * @returns the file
 */
export function writeResults(
	suite: LoadedSuite,
	results: readonly CaseResult[],
	run: { commit: string; variant: Variant; seed: number; date: Date },
	folder: string = fromRoot('docs', 'results'),
): string {
	const file = path.join(folder, `${suite.name}.json`);
	mkdirSync(folder, { recursive: true });
	const known = new Map(readResults(file).map((one) => [one.id, one]));
	for (const { id, title, status, reason, seconds, figures } of results) {
		known.set(id, {
			...{ id, title, status },
			...(reason === undefined ? {} : { reason }),
			seconds: Math.round(seconds * 10) / 10,
			figures: Object.fromEntries(figures.map(({ name, value, unit }) => [name, `${value} ${unit}`])),
		});
	}
	const cases = suite.cases.flatMap(({ id }) => known.get(id) ?? []);
	const { commit, variant, seed, date } = run;
	const content = { phase: suite.phase, title: suite.title, commit, variant, seed, date: date.toISOString(), cases };
	writeFileSync(file, `${JSON.stringify(content, undefined, '\t')}\n`);
	return file;
}

function readResults(file: string): KeptCase[] {
	try {
		const { commit, cases } = JSON.parse(readFileSync(file, 'utf8')) as { commit: string; cases: KeptCase[] };
		return cases.map((one) => ({ ...one, commit: one.commit ?? commit }));
	} catch {
		return [];
	}
}
