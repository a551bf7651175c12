import type { Log } from '../log.js';
import { runTasks, type Task } from '../tasks.js';
import { writeCompileCommands } from './compile-commands.js';
import { buildKernel, type KernelBuild } from './kernel.js';
import type { Variant } from './paths.js';
import { buildUserland, type UserlandBuild } from './userland.js';

export interface BuildAllOptions {
	variant: Variant;
	/** Image declarations to assemble afterwards, by name or path. */
	images?: string[];
	jobs?: number;
	/** Refuse packages other than those in the lock file. */
	locked?: boolean;
	/** Mirror to take Debian packages from instead of the host's. */
	mirror?: string;
	signal: AbortSignal;
	log: Log;
}

export interface BuildAllResult {
	kernel: KernelBuild;
	userland: UserlandBuild;
	images: string[];
}

/** Builds kernel, user space and images, with progress. */
export async function buildAll(options: BuildAllOptions): Promise<BuildAllResult> {
	const { variant, signal, log } = options;
	const common = { variant, signal, log, ...(options.jobs === undefined ? {} : { jobs: options.jobs }) };
	const result: Partial<BuildAllResult> & { images: string[] } = { images: [] };
	// A redrawn list and a compiler's messages do not mix: what is printed meanwhile comes out afterwards.
	const pieces: (string | Uint8Array)[] = [];
	const hold = (text: string | Uint8Array) => {
		pieces.push(text);
	};
	const buffered: Log =
		log.interactive && log.level === 0
			? { ...log, raw: hold, info: () => {}, warn: (line) => hold(`warning: ${line}\n`) }
			: log;
	const tasks: Task[] = [
		{
			title: `kernel (${variant})`,
			task: async () => {
				result.kernel = await buildKernel({ ...common, log: buffered });
			},
		},
		{
			title: `user space (${variant})`,
			task: async () => {
				result.userland = await buildUserland({ ...common, log: buffered });
				await writeCompileCommands(['kernel', 'userland'], variant, signal);
			},
		},
		...(options.images ?? []).map(
			(name): Task => ({
				title: `image ${name}`,
				task: async () => {
					// Imported late: most builds make no image.
					const { buildImage } = await import('../image/build.js');
					const { locked, mirror } = options;
					const image = await buildImage({
						name,
						variant,
						signal,
						log: buffered,
						make: false,
						...(locked === undefined ? {} : { locked }),
						...(mirror === undefined ? {} : { mirror }),
					});
					result.images.push(image.path);
					return image.built ? '' : 'up to date';
				},
			}),
		),
	];
	try {
		await runTasks(tasks, { log });
	} finally {
		for (const piece of pieces) log.raw(piece);
	}
	if (result.kernel === undefined || result.userland === undefined) throw new Error('a build task did not run');
	return { kernel: result.kernel, userland: result.userland, images: result.images };
}
