import { watch } from 'node:fs';

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
