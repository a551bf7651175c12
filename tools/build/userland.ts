import { existsSync } from 'node:fs';
import { BuildError } from '../errors.js';
import { generateHeaders } from './generate.js';
import type { BuildOptions } from './kernel.js';
import { make } from './make.js';
import { displayPath, userRoot } from './paths.js';

export interface UserlandBuild {
	/** Staged tree, laid out as it lies in an image. */
	root: string;
}

/**
 * Builds C library, programs and the guest's test programs through the makefile and stages them.
 *
 * @throws BuildError, ToolError
 */
export async function buildUserland(options: BuildOptions): Promise<UserlandBuild> {
	await generateHeaders(options.signal);
	await make({ ...options, folder: 'userland' });
	const root = userRoot(options.variant);
	if (!existsSync(root)) throw new BuildError(`make ended well but left no ${displayPath(root)}`);
	return { root };
}
