import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { fromRoot, kernelPath } from '../../../tools/build/paths.js';

/** Where a full exploration of these sources, named by what is drawn for it, keeps what is done. */
export function crashFolder(name: string): string {
	const hash = createHash('sha256');
	for (const file of [kernelPath('debug'), fromRoot('build/js/tools/crash/workload.js')])
		hash.update(readFileSync(file));
	return fromRoot('build', 'crash', `${hash.digest('hex').slice(0, 12)}-${name}`);
}
