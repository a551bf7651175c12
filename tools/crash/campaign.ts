/**
 * A whole exploration: records plans, has threads explore what was recorded, boots a share of the states. What is done
 * stays in the campaign's folder, so that one that was interrupted goes on where it stopped.
 */
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import path from 'node:path';
import { type BootState, bootStates } from './boot.js';
import { MAX_REGIONS } from './disk.js';
import type { Violation } from './explore.js';
import { type ExploreJob, exploreWorker, type JobResult } from './job.js';
import { runJobs } from './pool.js';
import { type Plan, type Recorded, type RecordingMachine, record } from './record.js';
import type { Workload } from './workload.js';

/** States that one boot mounts. */
const BOOT_CHUNK = 250;

/** Workloads, and how many volumes they are spread over. */
export interface Spread {
	workloads: readonly Workload[];
	regions: number;
}

export interface CampaignOptions extends Spread {
	/** What runs on volumes of its own that are mounted with data=journal. */
	logged?: Spread;
	seed: number;
	samples: number;
	/** Most distinct states. */
	limit?: number;
	/** One state of so many is booted; none when left out. */
	bootShare?: number;
	folder: string;
	signal: AbortSignal;
	boot(extra: string[]): Promise<RecordingMachine>;
	onProgress?: (what: string) => void;
}

export interface CampaignResult {
	workloads: number;
	epochs: number;
	/** Distinct states. */
	states: number;
	checks: number;
	violations: Violation[];
	/** What was wrong with states that were booted. */
	bootProblems: string[];
	booted: number;
	/** Seconds that the threads took together, divided by their number. */
	seconds: number;
}

interface Job {
	job: ExploreJob;
	name: string;
}

/** Runs a campaign, or what is left of it. */
export async function campaign(options: CampaignOptions): Promise<CampaignResult> {
	const { folder, workloads, logged, onProgress } = options;
	mkdirSync(folder, { recursive: true });
	const recorded = await recordOnce(options);
	const jobs = jobsOf(options, recorded);
	const results = new Map<string, JobResult>();
	for (const { name } of jobs) {
		const kept = loadResult(folder, name);
		if (kept !== undefined) results.set(name, kept);
	}
	const open = jobs.filter(({ name }) => !results.has(name));
	await runJobs<ExploreJob, JobResult>(
		exploreWorker,
		open.map(({ job }) => job),
		options.signal,
		(result, index) => {
			const name = open[index]?.name ?? '';
			results.set(name, result);
			saveResult(folder, name, result);
			onProgress?.(`${results.size} of ${jobs.length} shares explored`);
		},
	);
	const booted = await bootAll(options, jobs, results);
	return {
		...summary([...results.values()], recorded.length),
		...booted,
		workloads: workloads.length + (logged?.workloads.length ?? 0),
	};
}

function summary(
	results: readonly JobResult[],
	regions: number,
): Pick<CampaignResult, 'epochs' | 'states' | 'checks' | 'violations' | 'seconds'> {
	const numbers = new Set<bigint>();
	for (const result of results) for (const number of result.numbers) numbers.add(number);
	const sum = (of: (result: JobResult) => number) => results.reduce((total, result) => total + of(result), 0);
	const parts = results.length / regions;
	return {
		states: numbers.size,
		epochs: Math.round(sum(({ epochs }) => epochs) / parts),
		checks: sum(({ checks }) => checks),
		violations: results.flatMap(({ violations }) => violations),
		seconds: sum(({ seconds }) => seconds) / Math.min(availableParallelism(), results.length),
	};
}

function plansOf({ workloads, regions }: Spread, logged: boolean): Plan[] {
	return Array.from({ length: regions }, (_, region) => ({
		workloads: workloads.filter((_workload, index) => index % regions === region),
		logged,
	}));
}

/** The recordings, made unless they are there already. */
async function recordOnce(options: CampaignOptions) {
	const { folder, seed, signal, boot, onProgress } = options;
	const plans = [...plansOf(options, false), ...(options.logged ? plansOf(options.logged, true) : [])];
	const all: Recorded[] = [];
	for (let first = 0; first < plans.length; first += MAX_REGIONS) {
		const round = path.join(folder, `round-${first / MAX_REGIONS}`);
		const mark = path.join(round, 'recorded.json');
		if (!existsSync(mark)) {
			mkdirSync(round, { recursive: true });
			const some = plans.slice(first, first + MAX_REGIONS);
			const onPlan = (index: number) => onProgress?.(`recording volume ${first + index + 1} of ${plans.length}`);
			const made = await record({ folder: round, plans: some, seed: seed + first, signal, boot, onPlan });
			writeFileSync(mark, JSON.stringify(made));
		}
		all.push(...(JSON.parse(readFileSync(mark, 'utf8')) as Recorded[]));
	}
	return all;
}

/** Enough shares to keep every thread busy, and small enough to lose little. */
function jobsOf({ folder, seed, samples, limit, bootShare }: CampaignOptions, recorded: readonly Recorded[]): Job[] {
	const parts = recorded.length >= 2 * availableParallelism() ? 2 : availableParallelism();
	return recorded.flatMap((one, region) =>
		Array.from({ length: parts }, (_, index) => {
			const name = `share-${region}-${index}`;
			const job: ExploreJob = {
				...{ recorded: one, seed, samples, part: { index, count: parts } },
				limit: (limit ?? Number.POSITIVE_INFINITY) / (recorded.length * parts),
				...(bootShare === undefined
					? {}
					: { boots: { share: bootShare, seed, file: path.join(folder, `${name}.images`) } }),
			};
			return { job, name };
		}),
	);
}

function saveResult(folder: string, name: string, { numbers, ...rest }: JobResult): void {
	writeFileSync(path.join(folder, `${name}.bin`), new Uint8Array(numbers.buffer));
	writeFileSync(path.join(folder, `${name}.json`), JSON.stringify(rest));
}

function loadResult(folder: string, name: string): JobResult | undefined {
	const file = path.join(folder, `${name}.json`);
	if (!existsSync(file)) return undefined;
	const rest = JSON.parse(readFileSync(file, 'utf8')) as Omit<JobResult, 'numbers'>;
	const bytes = Uint8Array.from(readFileSync(path.join(folder, `${name}.bin`)));
	return { ...rest, numbers: new BigUint64Array(bytes.buffer) };
}

/** Boots what was kept for it, some hundred states a machine. */
async function bootAll(
	{ folder, seed, signal, boot, onProgress }: CampaignOptions,
	jobs: readonly Job[],
	results: ReadonlyMap<string, JobResult>,
): Promise<{ booted: number; bootProblems: string[] }> {
	const bootProblems: string[] = [];
	let booted = 0;
	let files: string[] = [];
	let states: BootState[] = [];
	const flush = async () => {
		const done = path.join(folder, `booted-${booted}.json`);
		if (!existsSync(done)) {
			onProgress?.(`booting ${states.length} states`);
			const problems = await bootStates({ folder, seed, files, states, signal, boot });
			writeFileSync(done, JSON.stringify(problems));
			for (const file of files) rmSync(file, { force: true });
		}
		bootProblems.push(...(JSON.parse(readFileSync(done, 'utf8')) as string[]));
		booted += states.length;
		[files, states] = [[], []];
	};
	for (const { job, name } of jobs) {
		const found = results.get(name)?.boots ?? [];
		if (job.boots === undefined || found.length === 0) continue;
		files.push(job.boots.file);
		states.push(...found);
		if (states.length >= BOOT_CHUNK) await flush();
	}
	if (states.length > 0) await flush();
	return { booted, bootProblems };
}
