/** Hands jobs to threads. */
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { ImageError } from '../errors.js';
import type { ExploreJob, JobResult } from './job.js';

type Answer = { result: JobResult } | { error: string };

/** One job at a time on a thread. */
function ask(worker: Worker, job: ExploreJob, signal: AbortSignal): Promise<JobResult> {
	return new Promise((resolve, reject) => {
		const aborted = () => settle(() => reject(signal.reason));
		const answered = (answer: Answer) =>
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
 * Runs jobs on as many threads as there are processors; `done` is told each result as it comes.
 *
 * @throws the first failure; the threads are ended then
 */
export async function runJobs(
	jobs: readonly ExploreJob[],
	signal: AbortSignal,
	done: (result: JobResult, index: number) => void,
): Promise<void> {
	const waiting = [...jobs.entries()];
	const threads = Math.min(availableParallelism(), jobs.length);
	const workers: Worker[] = [];
	const work = async () => {
		const worker = new Worker(new URL('./worker.js', import.meta.url));
		workers.push(worker);
		for (let next = waiting.shift(); next !== undefined; next = waiting.shift())
			done(await ask(worker, next[1], signal), next[0]);
	};
	try {
		await Promise.all(Array.from({ length: threads }, work));
	} finally {
		waiting.length = 0;
		await Promise.all(workers.map((worker) => worker.terminate()));
	}
}
