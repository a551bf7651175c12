/** A thread that repairs damaged volumes. */
import { answerJobs } from './pool.js';
import { repairShare } from './repair-job.js';

answerJobs(repairShare);
