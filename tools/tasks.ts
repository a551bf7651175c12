import type { Log } from './log.js';

/** One step of work that is shown to the user. */
export interface Task {
	title: string;
	/** False leaves the task out altogether. */
	enabled?: boolean;
	/** A reason skips the task and shows the reason. */
	skip?: () => string | undefined | Promise<string | undefined>;
	/** Does the work; `say` shows what it is at. A returned string is shown beside the title when done. */
	task: (say: (line: string) => void) => Promise<string | undefined> | Promise<void>;
}

export interface TaskOptions {
	log: Log;
	/** Runs the tasks side by side. */
	concurrent?: boolean;
}

/** Runs tasks in order (or side by side): a redrawn list on a terminal, plain lines otherwise. */
export async function runTasks(tasks: Task[], options: TaskOptions): Promise<void> {
	const enabled = tasks.filter((task) => task.enabled !== false);
	if (options.log.interactive && options.log.level === 0) await runRedrawn(enabled, options);
	else await runPlain(enabled, options);
}

async function runPlain(tasks: Task[], { log, concurrent }: TaskOptions): Promise<void> {
	const one = async (task: Task) => {
		const reason = await task.skip?.();
		if (reason !== undefined) {
			log.info(`${task.title}: skipped (${reason})`);
			return;
		}
		const outcome = await task.task((line) => log.info(`${task.title}: ${line}`));
		log.info(outcome ? `${task.title}: ${outcome}` : task.title);
	};
	if (concurrent) {
		const outcomes = await Promise.allSettled(tasks.map(one));
		for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason;
		return;
	}
	for (const task of tasks) await one(task);
}

async function runRedrawn(tasks: Task[], { concurrent }: TaskOptions): Promise<void> {
	const { Listr, ListrLogger, ProcessOutput } = await import('listr2');
	const output = new ProcessOutput(process.stderr, process.stderr, { dump: [] });
	const list = new Listr(
		tasks.map((entry) => ({
			title: entry.title,
			task: async (_context: unknown, row) => {
				const reason = await entry.skip?.();
				if (reason !== undefined) {
					row.skip(`${entry.title} (${reason})`);
					return;
				}
				const outcome = await entry.task((line) => {
					row.output = line;
				});
				if (outcome) row.title = `${entry.title}: ${outcome}`;
			},
		})),
		{
			concurrent: concurrent ?? false,
			exitOnError: true,
			registerSignalListeners: false,
			renderer: 'default',
			rendererOptions: { logger: new ListrLogger({ useIcons: false, processOutput: output }), showErrorMessage: false },
		},
	);
	await list.run();
}
