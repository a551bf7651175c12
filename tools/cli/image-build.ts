import { type Variant, variants } from '../build/paths.js';
import { defineCommand, jsonOption } from './command.js';

interface Options {
	file: string;
	out: string | undefined;
	variant: Variant;
	mirror: string | undefined;
	locked: boolean;
	make: boolean;
	json: boolean;
}

/** `imposos image build`; tools/cli/image.ts registers it. */
export const imageBuild = defineCommand<Options>({
	command: 'build <file>',
	describe: 'Build a disk image from its declaration',
	examples: [
		['imposos image build base', 'The image that run uses, in build/debug/images'],
		['imposos image build my/own.json -o own.img', 'Any declaration, to any place'],
	],
	builder: (yargs) =>
		jsonOption(yargs)
			.positional('file', {
				type: 'string',
				demandOption: true,
				describe: 'A name in images/, or the path of a declaration',
			})
			.option('out', { alias: 'o', type: 'string', requiresArg: true, describe: 'Where the image goes' })
			.option('variant', { choices: variants, default: 'debug' as const, describe: 'Variant of kernel and user space' })
			.option('mirror', { type: 'string', requiresArg: true, describe: 'Debian mirror to use instead of this host’s' })
			.option('locked', {
				type: 'boolean',
				default: false,
				describe: 'Refuse packages other than those in images/packages.lock',
			})
			.option('make', { type: 'boolean', default: true, describe: 'Bring kernel and user space up to date first' }),
	run: async (options, { signal, log, print }) => {
		const { buildImage } = await import('../image/build.js');
		const { displayPath } = await import('../build/paths.js');
		const { file, out, variant, mirror, locked, make } = options;
		const image = await buildImage({
			name: file,
			variant,
			locked,
			make,
			signal,
			log,
			...(out === undefined ? {} : { out }),
			...(mirror === undefined ? {} : { mirror }),
		});
		if (options.json) print(JSON.stringify(image));
		else if (image.built) log.info(`${displayPath(image.path)}: ${Math.floor((image.free ?? 0) / 2 ** 20)} MiB free`);
		else log.info(`${displayPath(image.path)} is up to date`);
	},
});
