import { defineCommand } from './command.js';
import { type MachineOptions, machineOptions } from './machine-options.js';

interface Options extends MachineOptions {
	vm: string | undefined;
	timeout: number;
	tty: boolean;
	serial: string | undefined;
	baud: number;
}

export const command = defineCommand<Options>({
	command: 'exec',
	describe: 'Run one command in a guest: its input, output and status are this command’s',
	examples: [
		['imposos exec -- uname -a', 'In a fresh machine, from a booted snapshot'],
		['imposos exec --vm 3 -t -- bash-static', 'Interactively, in a machine that runs'],
		['tar c dir | imposos exec -- sha256sum', 'With input'],
	],
	builder: (yargs) =>
		machineOptions(yargs)
			.usage('$0 exec [OPTIONS] -- COMMAND [ARGUMENT...]')
			.option('vm', { type: 'string', requiresArg: true, describe: 'Number from `imposos ps`: use that machine' })
			.option('timeout', {
				type: 'number',
				default: 0,
				requiresArg: true,
				describe: 'Seconds until the command is killed and the status is 124; 0 for none',
			})
			.option('tty', { alias: 't', type: 'boolean', default: false, describe: 'Give the command a terminal' })
			.option('serial', { type: 'string', requiresArg: true, describe: 'Serial line to an agent, instead of QEMU' })
			.option('baud', { type: 'number', default: 115200, requiresArg: true, describe: 'Speed of --serial' }),
	run: async (options, context) => {
		const { execInGuest } = await import('../machine/exec.js');
		const { machineRequest } = await import('./machine-options.js');
		const where =
			options.serial !== undefined
				? { serial: { device: options.serial, baud: options.baud } }
				: options.vm !== undefined
					? { vm: options.vm }
					: { request: machineRequest(options) };
		const status = await execInGuest(
			{ argv: options['--'] ?? [], where, timeout: options.timeout, tty: options.tty },
			{ stdin: process.stdin, stdout: process.stdout, stderr: process.stderr, term: process.env['TERM'] },
			context,
		);
		context.exitWith(status);
	},
});
