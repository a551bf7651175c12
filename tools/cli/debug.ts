import { defineCommand } from './command.js';
import { type MachineOptions, machineOptions } from './machine-options.js';

interface Options extends MachineOptions {
	vm: string | undefined;
	program: string | undefined;
	core: string | undefined;
}

export const command = defineCommand<Options>({
	command: 'debug',
	describe: 'Open gdb on a machine that runs, on a fresh one, or on a core file of the guest',
	examples: [
		['imposos debug --vm 3', 'The kernel of machine 3, stopped where it is'],
		['imposos debug --program /bin/sh', 'A fresh machine, with the symbols of a user program too'],
		['imposos debug --core core --program sh', 'What a program of the guest was when it died'],
		['imposos debug -- -ex "break panic"', 'With arguments for gdb'],
	],
	builder: (yargs) =>
		machineOptions(yargs)
			.option('vm', { type: 'string', requiresArg: true, describe: 'Number from `imposos ps`' })
			.option('program', {
				type: 'string',
				requiresArg: true,
				describe: 'Load the symbols of this program of the guest; with --core also a file of the host',
			})
			.option('core', {
				type: 'string',
				requiresArg: true,
				conflicts: 'vm',
				describe: 'A core file that the guest wrote, on the host',
			}),
	run: async (options, context) => {
		if (options.core !== undefined) {
			const { debugCore } = await import('../machine/debug-core.js');
			const { core, program, variant } = options;
			const extra = options['--'] ?? [];
			context.exitWith(
				await debugCore({ core, ...(program === undefined ? {} : { program }), variant, extra }, context),
			);
			return;
		}
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
