import { defineCommand } from './command.js';
import { type MachineOptions, machineOptions } from './machine-options.js';

interface Options extends MachineOptions {
	vm: string | undefined;
	program: string | undefined;
}

export const command = defineCommand<Options>({
	command: 'debug',
	describe: 'Open gdb on a machine that runs, or on a fresh one',
	examples: [
		['imposos debug --vm 3', 'The kernel of machine 3, stopped where it is'],
		['imposos debug --program /bin/sh', 'A fresh machine, with the symbols of a user program too'],
		['imposos debug -- -ex "break panic"', 'With arguments for gdb'],
	],
	builder: (yargs) =>
		machineOptions(yargs)
			.option('vm', { type: 'string', requiresArg: true, describe: 'Number from `imposos ps`' })
			.option('program', {
				type: 'string',
				requiresArg: true,
				describe: 'Load the symbols of this program of the guest',
			}),
	run: async (options, context) => {
		const { debugMachine } = await import('../machine/debug.js');
		const { machineRequest } = await import('./machine-options.js');
		context.exitWith(
			await debugMachine(
				{
					...(options.vm === undefined ? { request: machineRequest(options) } : { vm: options.vm }),
					...(options.program === undefined ? {} : { program: options.program }),
					variant: options.variant,
					extra: options['--'] ?? [],
				},
				context,
			),
		);
	},
});
