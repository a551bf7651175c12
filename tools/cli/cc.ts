import { variants } from '../build/paths.js';
import { defineCommand } from './command.js';

export const command = defineCommand<{ variant: (typeof variants)[number]; path: boolean; '--'?: string[] }>({
	command: 'cc',
	describe: 'Compile sources from elsewhere for ImposOS: the cross compiler with our headers, start files and library',
	examples: [
		['imposos cc -- -O2 -o hello hello.c', 'A dynamic program'],
		['imposos cc -- -static -o hello hello.c -lm -pthread', 'The same with the library inside'],
		['./configure --host=i686-linux-gnu CC="$(imposos cc --path)"', 'For a package: the compiler as a program'],
	],
	builder: (yargs) =>
		yargs
			.usage('$0 cc [OPTIONS] -- ARGUMENT...')
			.option('variant', { choices: variants, default: 'debug' as const, describe: 'Whose library' })
			.option('path', {
				type: 'boolean',
				default: false,
				describe: 'Print where the compiler is, instead of running it',
			}),
	run: async (options, { signal, log, print, exitWith }) => {
		const { compiler, runCompiler } = await import('../build/cc.js');
		const { UsageError } = await import('../errors.js');
		const args = options['--'] ?? [];
		if (options.path) {
			print(await compiler({ variant: options.variant, signal, log }));
			return;
		}
		if (args.length === 0) throw new UsageError('nothing to compile', { hint: 'imposos cc -- -o hello hello.c' });
		exitWith(await runCompiler(args, { variant: options.variant, signal, log }));
	},
});
