import { randomInt } from 'node:crypto';
import { mkdirSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { runsRoot, type Variant } from '../build/paths.js';
import { UsageError } from '../errors.js';
import type { Lifetime } from '../lifetime.js';
import type { Log } from '../log.js';
import { Control } from '../machine/control.js';
import { Link } from '../machine/link.js';
import { openSerial, type SerialOptions } from '../machine/serial.js';
import type { Accelerator } from '../machine/spec.js';
import { type CaseRunOptions, runCase } from './case-runner.js';
import type { CaseDeclaration, Need } from './declaration.js';
import { FullRecord, sourceCommit, writeResults } from './full-record.js';
import { clearCoverage, coverageTest, type HostTest, hostTests } from './host-tests.js';
import { writeLast } from './last-results.js';
import { type MachineSource, QemuSource } from './machine-source.js';
import { type LoadedSuite, loadSuites } from './phases.js';
import { pool } from './pool.js';
import type { Reporter } from './reporters.js';
import type { CaseResult, Totals } from './result.js';
import { type Filter, type Selection, select } from './selection.js';

export interface TestRunOptions {
	filter: Filter;
	/** Cases side by side; the number of processors when left out. */
	jobs?: number;
	/** How often each is run; once when left out. A case's rounds may run side by side. */
	repeat?: number;
	variant: Variant;
	accelerator: 'auto' | Accelerator;
	reporter: Reporter;
	/** Start of all that is drawn at random. */
	seed?: number;
	/** A machine on a line, with its agent, instead of QEMU. */
	serial?: SerialOptions;
	/** True when a missing package fails what needs it. */
	strict: boolean;
	lifetime: Lifetime;
	signal: AbortSignal;
	log: Log;
}

/** Runs what a filter selects. @throws UsageError when it selects nothing */
export async function runTests(options: TestRunOptions): Promise<Totals> {
	const { filter, reporter, signal } = options;
	const suites = await loadSuites();
	const hosts = hostTests();
	const selection = select(suites, hosts, filter);
	if (selection.host.length + selection.cases.length === 0)
		throw new UsageError('nothing to run: no case of this tier is selected', { hint: '--full selects the others too' });
	const jobs = options.serial ? 1 : (options.jobs ?? os.availableParallelism());
	if (!Number.isInteger(jobs) || jobs < 1)
		throw new UsageError(`--jobs ${jobs}: not a number of jobs`, { hint: '1 or more' });
	const repeat = options.repeat ?? 1;
	if (!Number.isInteger(repeat) || repeat < 1)
		throw new UsageError(`--repeat ${repeat}: not a number of rounds`, { hint: '1 or more' });
	if (filter.full && repeat > 1)
		throw new UsageError('--repeat: a full run goes on where it stopped and is recorded once', {
			hint: 'leave --full out',
		});
	const everything = selection.host.length === hosts.length;
	const ends: HostTest[] = everything ? [coverageTest()] : [];
	if (everything) clearCoverage();
	reporter.plan(repeat * selection.host.length + ends.length, repeat * selection.cases.length);
	const results: CaseResult[] = [];
	const take = (more: CaseResult[]) => {
		for (const result of more) reporter.result(result);
		results.push(...more);
	};
	// A test of the host is not made to run beside itself.
	for (let round = 0; round < repeat; round++)
		await pool(selection.host, jobs, async (test) => take(await test.run(signal)));
	for (const test of ends) take(await test.run(signal));
	await runCases(selection, options, jobs, take);
	writeLast(results);
	return reporter.end(results);
}

async function runCases(
	{ cases }: Selection,
	options: TestRunOptions,
	jobs: number,
	take: (results: CaseResult[]) => void,
): Promise<void> {
	if (cases.length === 0) return;
	const { signal, variant, filter, repeat = 1 } = options;
	const seed = options.seed ?? (filter.full ? 1 : randomInt(2 ** 31));
	const commit = await sourceCommit();
	const record = filter.full ? FullRecord.open(commit, variant, seed) : undefined;
	const logs = path.join(runsRoot, `test-${process.pid}`);
	mkdirSync(logs, { recursive: true });
	const source = options.serial ? serialSource(options.serial, options.lifetime) : new QemuSource(options);
	const common: CaseRunOptions = { source, full: filter.full, seed, strict: options.strict, signal, logs };
	let clean = true;
	const outcomes: { suite: LoadedSuite; result: CaseResult }[] = [];
	const run = async (at: number, round: number, { suite, one }: Selection['cases'][number]) => {
		const reason = one.skip ?? one.skipIn?.[variant] ?? missing(one, source);
		const skipped = reason === undefined ? undefined : skip(one, reason);
		const result =
			skipped ?? record?.passed(one.id) ?? (await runCase(suite, one, round === 0 ? common : again(common, round)));
		record?.keep(result);
		clean &&= result.status !== 'failed';
		take([result]);
		outcomes[at] = { suite, result };
	};
	const wanted = cases.filter(({ one }) => one.skip === undefined && record?.passed(one.id) === undefined);
	const images = new Set(wanted.map(({ suite, one }) => one.image ?? suite.image));
	const work = [
		// What compiles for minutes goes first, beside cases. If it fails, the cases that need it say so.
		...[...images].map((image) => async () => source.compile?.(image).catch(() => {})),
		...Array.from({ length: repeat }, (_, round) => cases.map((one, at) => () => run(at, round, one))).flat(),
	];
	await pool(work, jobs, (one) => one());
	if (filter.full) {
		for (const suite of new Set(cases.map((one) => one.suite))) {
			const own = outcomes.filter((outcome) => outcome.suite === suite).map(({ result }) => result);
			writeResults(suite, own, { commit, variant, seed, date: new Date() });
		}
	}
	if (clean) rmSync(logs, { recursive: true, force: true });
}

/** What is drawn at random is drawn anew in each round. */
function again(options: CaseRunOptions, round: number): CaseRunOptions {
	return { ...options, seed: options.seed + round, logs: path.join(options.logs, `round-${round + 1}`) };
}

function skip(one: CaseDeclaration, reason: string): CaseResult {
	const { id, title } = one;
	return { id, title, status: 'skipped', reason, seconds: 0, checks: [], notes: [], figures: [] };
}

/** Why a case cannot run on this source of machines. */
function missing(one: CaseDeclaration, source: MachineSource): string | undefined {
	if (source.line === undefined) return undefined;
	const qemu: Need = 'qemu';
	const own = one.needs?.includes(qemu) || (one.start ?? 'snapshot') !== 'snapshot' || one.machine || one.image;
	return own ? 'needs QEMU: this machine is on a serial line' : undefined;
}

/** One machine on a line for all cases; each case is a session of its own with its agent. */
function serialSource(serial: SerialOptions, lifetime: Lifetime): MachineSource {
	let link: Link | undefined;
	const none = () => Promise.reject(new UsageError('a machine on a serial line cannot be started from here'));
	return {
		resume: none,
		boot: none,
		line: async (signal) => {
			if (link === undefined) {
				link = new Link(await openSerial(serial));
				lifetime.defer(() => link?.close());
			}
			await link.open(30_000, signal);
			return new Control(link);
		},
	};
}

export type { LoadedSuite };
