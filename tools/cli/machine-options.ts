import type { Argv } from 'yargs';
import { type Variant, variants } from '../build/paths.js';
import type { MachineOverrides, MachineRequest } from '../machine/prepare.js';

/** Options of every command that boots a machine. */
export interface MachineOptions {
	image: string | undefined;
	variant: Variant;
	accel: 'auto' | 'tcg' | 'kvm';
	memory: number | undefined;
	append: string | undefined;
}

export function machineOptions<T>(yargs: Argv<T>): Argv<T & MachineOptions> {
	return yargs
		.option('image', {
			type: 'string',
			requiresArg: true,
			describe: 'A name in images/ (base), or a disk image’s path',
		})
		.option('variant', { choices: variants, default: 'debug' as const, describe: 'Variant of kernel and user space' })
		.option('accel', {
			choices: ['auto', 'tcg', 'kvm'] as const,
			default: 'auto' as const,
			describe: 'auto tries KVM on a tiny guest and falls back to TCG',
		})
		.option('memory', { alias: 'm', type: 'number', requiresArg: true, describe: 'Megabytes (256)' })
		.option('append', { type: 'string', requiresArg: true, describe: 'Added to the kernel’s command line' });
}

/** What the options ask for, on top of what a suite asks for. */
export function machineRequest(
	options: MachineOptions,
	base: { image: string; overrides?: MachineOverrides } = { image: 'base' },
): MachineRequest {
	const append = [base.overrides?.append, options.append].filter((part) => part !== undefined).join(' ');
	return {
		image: options.image ?? base.image,
		variant: options.variant,
		accelerator: options.accel,
		overrides: {
			...base.overrides,
			...(options.memory === undefined ? {} : { memory: options.memory }),
			...(append === '' ? {} : { append }),
		},
	};
}
