import { fromRoot } from '../build/paths.js';
import { WorkshopError } from '../errors.js';
import type { Log } from '../log.js';
import { watchFolders } from '../machine/watch.js';

/** Runs work, and again whenever a source is saved; a save during the work starts it over. Ends on interrupt. */
export async function watchAndRepeat(
	work: (signal: AbortSignal) => Promise<void>,
	{ signal, log }: { signal: AbortSignal; log: Log },
): Promise<void> {
	for (;;) {
		const saved = new AbortController();
		const stop = watchFolders(
			['kernel', 'userland', 'images', 'phases'].map((name) => fromRoot(name)),
			() => saved.abort(),
		);
		try {
			await work(AbortSignal.any([signal, saved.signal]));
		} catch (error) {
			signal.throwIfAborted();
			if (!saved.signal.aborted) {
				if (!(error instanceof WorkshopError)) throw error;
				log.warn(error.message);
			}
		}
		if (!saved.signal.aborted) log.info('waiting for a source to be saved');
		await new Promise<void>((resolve, reject) => {
			if (saved.signal.aborted) resolve();
			saved.signal.addEventListener('abort', () => resolve(), { once: true });
			signal.addEventListener('abort', () => reject(signal.reason), { once: true });
		}).finally(stop);
	}
}
