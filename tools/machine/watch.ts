import { watch } from 'node:fs';
import { waitFor } from './wait.js';

/** Nobody waits longer than a day for a save. */
const DAY_MS = 24 * 3600 * 1000;

/** How long after a save the next one still belongs to it, in milliseconds. */
const QUIET_MS = 200;

/** Calls back once, a moment after something in one of the folders has been saved. @returns stops watching */
export function watchFolders(folders: readonly string[], onSave: () => void): () => void {
	let timer: NodeJS.Timeout | undefined;
	const watchers = folders.flatMap((folder) => {
		try {
			return [
				watch(folder, { recursive: true }, () => {
					clearTimeout(timer);
					timer = setTimeout(onSave, QUIET_MS);
				}),
			];
		} catch {
			return [];
		}
	});
	return () => {
		clearTimeout(timer);
		for (const watcher of watchers) watcher.close();
	};
}

/** Resolves when `saved` is aborted, as it is by {@link watchFolders}. */
export function untilSaved(saved: AbortSignal, signal: AbortSignal): Promise<void> {
	return waitFor<void>({ timeout: DAY_MS, signal, what: 'a save' }, (resolve) => {
		const done = () => resolve();
		saved.addEventListener('abort', done);
		if (saved.aborted) resolve();
		return () => saved.removeEventListener('abort', done);
	});
}
