import { existsSync } from 'node:fs';
import { BuildError } from '../errors.js';
import { generateHeaders } from './generate.js';
import { type MakeOptions, make } from './make.js';
import { displayPath, kernelPath, type Variant } from './paths.js';

export type BuildOptions = Omit<MakeOptions, 'folder'>;

export interface KernelBuild {
	/** The kernel with its symbols; QEMU and GRUB load this very file. */
	elf: string;
	variant: Variant;
}

/**
 * Builds the kernel of a variant through its makefile.
 *
 * @throws BuildError, ToolError
 */
export async function buildKernel(options: BuildOptions): Promise<KernelBuild> {
	await generateHeaders(options.signal);
	await make({ ...options, folder: 'kernel' });
	const elf = kernelPath(options.variant);
	if (!existsSync(elf)) throw new BuildError(`make ended well but left no ${displayPath(elf)}`);
	return { elf, variant: options.variant };
}
