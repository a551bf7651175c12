/** Hands jobs to threads. */
import { availableParallelism } from 'node:os';
import { parentPort, Worker } from 'node:worker_threads';
import { ImageError } from '../errors.js';

type Answer<Result> = { result: Result } | { error: string };

/** One job at a time on a thread. */
function ask<Job, Result>(worker: Worker, job: Job, signal: AbortSignal): Promise<Result> {
	return new Promise((resolve, reject) => {
		const aborted = () => settle(() => reject(signal.reason));
		const answered = (answer: Answer<Result>) =>
			settle(() => ('result' in answer ? resolve(answer.result) : reject(new ImageError(answer.error))));
		const failed = (error: Error) => settle(() => reject(error));
		const settle = (how: () => void) => {
			worker.off('message', answered);
			worker.off('error', failed);
			signal.removeEventListener('abort', aborted);
			how();
		};
		worker.on('message', answered);
		worker.on('error', failed);
		signal.addEventListener('abort', aborted);
		if (signal.aborted) aborted();
		else worker.postMessage(job);
	});
}

/**
 * Runs jobs on as many threads of `module` as there are processors; `done` is told each result as it comes. The module
 * answers each job with `{ result }` or `{ error }`: see {@link answerJobs}.
 *
 * @throws the first failure; the threads are ended then
 */
export async function runJobs<Job, Result>(
	module: URL,
	jobs: readonly Job[],
	signal: AbortSignal,
	done: (result: Result, index: number) => void,
): Promise<void> {
	const waiting = [...jobs.entries()];
	const threads = Math.min(availableParallelism(), jobs.length);
	const workers: Worker[] = [];
	const work = async () => {
		const worker = new Worker(module);
		workers.push(worker);
		for (let next = waiting.shift(); next !== undefined; next = waiting.shift())
			done(await ask<Job, Result>(worker, next[1], signal), next[0]);
	};
	try {
		await Promise.all(Array.from({ length: threads }, work));
	} finally {
		waiting.length = 0;
		await Promise.all(workers.map((worker) => worker.terminate()));
	}
}

/** What a thread of {@link runJobs} does: takes jobs one after the other and answers each. */
export function answerJobs<Job, Result>(run: (job: Job) => Result | Promise<Result>): void {
	parentPort?.on('message', async (job: Job) => {
		try {
			parentPort?.postMessage({ result: await run(job) });
		} catch (error) {
			parentPort?.postMessage({ error: error instanceof Error ? error.message : String(error) });
		}
	});
}
