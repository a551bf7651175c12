/** A thread that explores: takes jobs one after the other and answers each. */
import { parentPort } from 'node:worker_threads';
import { type ExploreJob, runJob } from './job.js';

parentPort?.on('message', (job: ExploreJob) => {
	runJob(job).then(
		(result) => parentPort?.postMessage({ result }),
		(error: unknown) => parentPort?.postMessage({ error: error instanceof Error ? error.message : String(error) }),
	);
});
