import { type Variant, variants } from '../build/paths.js';
import { defineCommand, jsonOption } from './command.js';

interface Options {
	variant: Variant;
	image: string[] | undefined;
	jobs: number | undefined;
	locked: boolean;
	mirror: string | undefined;
	json: boolean;
}

export const command = defineCommand<Options>({
	command: 'build',
	describe: 'Build kernel, user space and disk images',
	examples: [
		['imposos build', 'Kernel and user space with all checks on'],
		['imposos build --variant release --image base', 'What benchmarks run, in an image'],
	],
	builder: (yargs) =>
		jsonOption(yargs)
			.option('variant', {
				choices: variants,
				default: 'debug' as const,
				describe: 'debug has asserts, sanitize an address sanitizer too',
			})
			.option('image', {
				type: 'string',
				array: true,
				describe: 'Assemble this image as well: a name in images/ or a file',
			})
			.option('jobs', { alias: 'j', type: 'number', requiresArg: true, describe: 'Compilations side by side' })
			.option('locked', {
				type: 'boolean',
				default: false,
				describe: 'Refuse packages other than those in images/packages.lock',
			})
			.option('mirror', { type: 'string', requiresArg: true, describe: 'Debian mirror to use instead of this host’s' }),
	run: async (options, { signal, log, print }) => {
		const { buildAll } = await import('../build/all.js');
		const result = await buildAll({
			variant: options.variant,
			images: options.image ?? [],
			locked: options.locked,
			...(options.mirror === undefined ? {} : { mirror: options.mirror }),
			...(options.jobs === undefined ? {} : { jobs: options.jobs }),
			signal,
			log,
		});
		if (options.json)
			print(JSON.stringify({ kernel: result.kernel.elf, userland: result.userland.root, images: result.images }));
	},
});
