import { execa } from 'execa';
import { fromRoot } from '../build/paths.js';
import type { Log } from '../log.js';
import { untilSaved, watchFolders } from '../machine/watch.js';

const folders = ['kernel', 'userland', 'images', 'phases', 'tools', 'test'].map((name) => fromRoot(name));

/**
 * Runs a command line of the workshop, and again whenever a source is saved; a save meanwhile starts it over. Each
 * time it is a process of its own, which compiles the workshop anew if need be. Ends on interrupt only.
 */
export async function watchAndRepeat(
	args: readonly string[],
	{ signal, log }: { signal: AbortSignal; log: Log },
): Promise<never> {
	for (;;) {
		const saved = new AbortController();
		const stop = watchFolders(folders, () => saved.abort());
		try {
			const either = AbortSignal.any([signal, saved.signal]);
			await execa(fromRoot('bin', 'imposos'), args, { stdio: 'inherit', reject: false, cancelSignal: either });
			signal.throwIfAborted();
			if (!saved.signal.aborted) log.info('waiting for a source to be saved');
			await untilSaved(saved.signal, signal);
		} finally {
			stop();
		}
	}
}
