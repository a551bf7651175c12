import { defineCommand, jsonOption } from './command.js';
import { type MachineOptions, machineOptions } from './machine-options.js';

interface Options extends MachineOptions {
	workloads: number | undefined;
	pairs: number;
	states: number | undefined;
	samples: number;
	seed: number;
	json: boolean;
}

export const command = defineCommand<Options>({
	command: 'crash',
	describe: 'Record what a guest writes, and check every state that a crash could have left',
	examples: [
		['imposos crash', 'Every change with every way to sync it'],
		['imposos crash --pairs 300', 'And 300 of two changes'],
		['imposos crash --workloads 5 --states 300', 'A taste of it'],
	],
	builder: (yargs) =>
		jsonOption(machineOptions(yargs))
			.option('workloads', { type: 'number', requiresArg: true, describe: 'Of one change; all when left out' })
			.option('pairs', { type: 'number', default: 0, requiresArg: true, describe: 'Of two changes beside them' })
			.option('states', { type: 'number', requiresArg: true, describe: 'Stop after so many distinct states' })
			.option('samples', { type: 'number', default: 40, requiresArg: true, describe: 'Drawn from each large epoch' })
			.option('seed', { type: 'number', default: 1, requiresArg: true, describe: 'Start of what is drawn' }),
	run: async (options, { print, log, lifetime, signal, exitWith }) => {
		const { machineRequest } = await import('./machine-options.js');
		const { crashInMachine } = await import('../crash/run.js');
		const { states, checks, epochs, workloads, violations, seconds } = await crashInMachine(
			{
				request: machineRequest(options),
				seed: options.seed,
				samples: options.samples,
				limit: options.states ?? Number.POSITIVE_INFINITY,
				count: options.workloads ?? Number.POSITIVE_INFINITY,
				pairs: options.pairs,
			},
			{ lifetime, signal, log },
		);
		if (options.json) print(JSON.stringify({ states, checks, epochs, workloads, seconds, violations }));
		else {
			for (const { workload, step, epoch, crash, problems } of violations)
				print([`${workload}: epoch ${epoch}, ${crash}, at "${step}"`, ...problems].join('\n  '));
			const rate = Math.round((checks / seconds) * 60);
			log.info(
				`${states} distinct states of ${workloads} workloads, ${violations.length} violations, ${rate} checks a minute`,
			);
		}
		exitWith(violations.length === 0 ? 0 : 1);
	},
});
