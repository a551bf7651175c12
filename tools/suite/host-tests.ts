import { existsSync, readdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { execa } from 'execa';
import { buildRoot, compiledRoot, fromRoot } from '../build/paths.js';
import type { CaseResult } from './result.js';
import { parseTap } from './tap-parser.js';

const FILE_MS = 900_000;
/** Lines of tools/ that host tests must cover, in per cent. */
export const coverageBar = 85;

/** Something that is proven on the host. */
export interface HostTest {
	/** `host/machine/control`, `host/lint`. */
	id: string;
	title: string;
	run(signal: AbortSignal): Promise<CaseResult[]>;
}

const coverageFolder = path.join(buildRoot, 'coverage');

/** Forgets what earlier runs have covered; before the tests of a run that is to be measured. */
export function clearCoverage(): void {
	rmSync(coverageFolder, { recursive: true, force: true });
}

/**
 * Compiled test files, and the checks on the sources.
 *
 * @param root where the files are; the workshop's own when left out
 */
export function hostTests(root = path.join(compiledRoot, 'test')): HostTest[] {
	const files = existsSync(root)
		? readdirSync(root, { recursive: true, encoding: 'utf8' })
				.filter((name) => name.endsWith('.test.js'))
				.sort()
		: [];
	return [
		...files.map((file) => testFile(root, file)),
		command('lint', 'the linter has no complaint', [fromRoot('node_modules/.bin/biome'), 'check']),
	];
}

/** How much of tools/ the test files have covered; after all of them have run. */
export function coverageTest(): HostTest {
	const c8 = fromRoot('node_modules/.bin/c8');
	const args = ['report', '--temp-directory', coverageFolder, '--reporter', 'text-summary', '--check-coverage'];
	return command('coverage', `host tests cover at least ${coverageBar} % of the lines in tools/`, [
		...[c8, ...args, '--all', '--include', 'tools/**', '--src', fromRoot('tools'), '--exclude-after-remap'],
		...['--lines', String(coverageBar), '--functions', '0', '--branches', '0', '--statements', '0'],
	]);
}

function result(id: string, title: string, seconds: number, good: boolean): CaseResult {
	const base = { id, title, seconds, checks: [], notes: [], figures: [] };
	return { ...base, status: good ? 'passed' : 'failed', rerun: `imposos test ${id}` };
}

function testFile(root: string, file: string): HostTest {
	const id = `host/${file.slice(0, -'.test.js'.length)}`;
	return {
		id,
		title: 'tests of the workshop',
		run: async (signal) => {
			const begin = performance.now();
			const { all, stdout, exitCode, timedOut } = await execa(
				process.execPath,
				['--enable-source-maps', path.join(root, file)],
				{
					...{
						all: true,
						reject: false,
						cwd: fromRoot(),
						timeout: FILE_MS,
						killSignal: 'SIGKILL',
						cancelSignal: signal,
					},
					env: { NODE_V8_COVERAGE: coverageFolder, TAP_RCFILE: '/dev/null', TAP_TIMEOUT: String(FILE_MS / 1000) },
				},
			);
			signal.throwIfAborted();
			const seconds = (performance.now() - begin) / 1000;
			// What processes that a test starts write as errors would come between its lines.
			const tap = parseTap(stdout);
			const results = tap.tests.map(({ ok, what, directive, reason }): CaseResult => {
				const title = what.replace(/\s*# time=.*/, '');
				if (directive !== undefined)
					return { ...result(id, title, 0, true), status: 'skipped', reason: reason ?? directive };
				return result(id, title, 0, ok);
			});
			const complete = tap.plan !== undefined && tap.plan === tap.tests.length && exitCode === 0;
			const failed = results.some(({ status }) => status === 'failed');
			if (complete && !failed) {
				const [first, ...others] = results;
				return first === undefined ? [result(id, 'has no tests', seconds, false)] : [{ ...first, seconds }, ...others];
			}
			const why = timedOut ? `still running after ${FILE_MS / 1000} s` : `ended with status ${exitCode}`;
			const error = `${why}; it wrote:\n${excerpt(all)}`;
			return [
				...results.filter(({ status }) => status !== 'failed'),
				{ ...result(id, 'its tests pass', seconds, false), error },
			];
		},
	};
}

/** The failed tests with what belongs to them, not the hundreds that passed; the end if none says that it failed. */
function excerpt(tap: string): string {
	const lines = tap.split('\n');
	const failed = lines.findIndex((line) => /^\s*not ok/.test(line));
	const from = failed < 0 ? Math.max(0, lines.length - 60) : failed;
	return lines
		.slice(from, from + 60)
		.join('\n')
		.slice(0, 6000);
}

function command(name: string, title: string, [file = '', ...args]: string[]): HostTest {
	const id = `host/${name}`;
	return {
		id,
		title,
		run: async (signal) => {
			const begin = performance.now();
			const { all, exitCode } = await execa(file, args, {
				...{ all: true, reject: false, cwd: fromRoot(), timeout: FILE_MS, cancelSignal: signal },
			});
			signal.throwIfAborted();
			const good = exitCode === 0;
			const one = result(id, title, (performance.now() - begin) / 1000, good);
			return [good ? one : { ...one, error: all.slice(-6000) }];
		},
	};
}
