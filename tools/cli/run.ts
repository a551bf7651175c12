import { defineCommand } from './command.js';
import { type MachineOptions, machineOptions } from './machine-options.js';

interface Options extends MachineOptions {
	phase: number | undefined;
	display: 'gtk' | 'sdl' | 'vnc' | 'none';
	gdb: boolean;
	disk: boolean;
	persist: string | undefined;
	watch: boolean;
	'dry-run': boolean;
	serial: string | undefined;
	baud: number;
}

export const command = defineCommand<Options>({
	command: 'run',
	describe: 'Boot ImposOS with its console on this terminal',
	examples: [
		['imposos run', 'The base image; Ctrl-A X quits'],
		['imposos run --phase 0 --display gtk', 'A phase’s machine and image in a window, with a note of what to try'],
		['imposos run --persist=work -m 64', 'Keep what is written, on a small machine'],
		['imposos run --dry-run -- -d int', 'The QEMU command, with arguments of your own'],
	],
	builder: (yargs) =>
		machineOptions(yargs)
			.option('phase', { type: 'number', requiresArg: true, describe: 'Machine, image and note of this phase' })
			.option('display', {
				choices: ['gtk', 'sdl', 'vnc', 'none'] as const,
				default: 'none' as const,
				describe: 'Where the screen shows; the console is on this terminal in any case',
			})
			.option('gdb', { type: 'boolean', default: false, describe: 'Wait for gdb before the first instruction' })
			.option('disk', { type: 'boolean', default: false, describe: 'Boot by the disk’s own boot loader, as a PC does' })
			.option('persist', { type: 'string', describe: 'Keep what is written to the disk, under a name' })
			.option('watch', { type: 'boolean', default: false, describe: 'Build and boot again when a source is saved' })
			.option('dry-run', { type: 'boolean', default: false, describe: 'Print QEMU’s command and end' })
			.option('serial', {
				type: 'string',
				requiresArg: true,
				describe: 'A machine on this serial line instead of QEMU',
			})
			.option('baud', { type: 'number', default: 115200, requiresArg: true, describe: 'Speed of --serial' }),
	run: async (options, context) => {
		const { runMachine, runSerial } = await import('../machine/run.js');
		if (options.serial !== undefined) {
			await runSerial({ device: options.serial, baud: options.baud }, terminal, context);
			return;
		}
		const { suiteMachine } = await import('../suite/phases.js');
		const { machineRequest } = await import('./machine-options.js');
		const base = options.phase === undefined ? undefined : await suiteMachine(options.phase);
		const request = machineRequest(options, base);
		const outcome = await runMachine(
			{
				request: {
					...request,
					display: options.display,
					overrides: { ...request.overrides, ...(options.disk ? { bootFromDisk: true } : {}) },
				},
				...(base === undefined ? {} : { note: base.note }),
				...(options.persist === undefined ? {} : { persist: options.persist || 'default' }),
				gdb: options.gdb,
				watch: options.watch,
				dryRun: options['dry-run'],
				extra: options['--'] ?? [],
				print: context.print,
			},
			terminal,
			context,
		);
		context.exitWith(outcome);
	},
});

const terminal = { input: process.stdin, output: process.stdout };
