/** A thread that explores. */
import { runJob } from './job.js';
import { answerJobs } from './pool.js';

answerJobs(runJob);
