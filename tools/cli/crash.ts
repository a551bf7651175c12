import { defineCommand, jsonOption } from './command.js';
import { type MachineOptions, machineOptions } from './machine-options.js';

interface Options extends MachineOptions {
	workloads: number | undefined;
	pairs: number;
	triples: number;
	states: number | undefined;
	samples: number;
	boot: number;
	logged: boolean;
	keep: string | undefined;
	seed: number;
	json: boolean;
}

export const command = defineCommand<Options>({
	command: 'crash',
	describe: 'Record what a guest writes, and check every state that a crash could have left',
	examples: [
		['imposos crash', 'Every change with every way to sync it'],
		['imposos crash --pairs 300 --boot 1', 'And 300 of two changes; one state in a hundred is booted'],
		['imposos crash --pairs 800 --triples 600 --keep build/crash', 'Hours of it; goes on there when interrupted'],
		['imposos crash --workloads 5 --states 300', 'A taste of it'],
	],
	builder: (yargs) =>
		jsonOption(machineOptions(yargs))
			.option('workloads', { type: 'number', requiresArg: true, describe: 'Of one change; all when left out' })
			.option('pairs', { type: 'number', default: 0, requiresArg: true, describe: 'Of two changes beside them' })
			.option('triples', { type: 'number', default: 0, requiresArg: true, describe: 'Of three changes' })
			.option('states', { type: 'number', requiresArg: true, describe: 'Stop after so many distinct states' })
			.option('samples', { type: 'number', default: 40, requiresArg: true, describe: 'Drawn from each large epoch' })
			.option('boot', { type: 'number', default: 0, requiresArg: true, describe: 'Percent of the states to boot' })
			.option('logged', { type: 'boolean', default: false, describe: 'Mount with data=journal' })
			.option('keep', { type: 'string', requiresArg: true, describe: 'Folder for what is done, to go on from there' })
			.option('seed', { type: 'number', default: 1, requiresArg: true, describe: 'Start of what is drawn' }),
	run: async (options, { print, log, lifetime, signal, exitWith }) => {
		const { machineRequest } = await import('./machine-options.js');
		const { crashInMachine } = await import('../crash/run.js');
		const { workloads, states, keep, boot, samples, seed, pairs, triples, logged } = options;
		const result = await crashInMachine(
			{
				...{ request: machineRequest(options), seed, samples, pairs, triples, logged },
				...(states === undefined ? {} : { limit: states }),
				...(workloads === undefined ? {} : { count: workloads }),
				...(keep === undefined ? {} : { folder: keep }),
				...(boot > 0 ? { bootShare: Math.max(1, Math.round(100 / boot)) } : {}),
			},
			{ lifetime, signal, log },
		);
		const { violations, bootProblems } = result;
		if (options.json) print(JSON.stringify(result));
		else {
			for (const { workload, step, epoch, crash, problems } of violations)
				print([`${workload}: epoch ${epoch}, ${crash}, at "${step}"`, ...problems].join('\n  '));
			for (const problem of bootProblems) print(problem);
			const rate = Math.round((result.checks / result.seconds) * 60);
			log.info(
				`${result.states} distinct states of ${result.workloads} workloads, ${violations.length} violations, ` +
					`${result.booted} booted, ${rate} checks a minute`,
			);
		}
		exitWith(violations.length + bootProblems.length === 0 ? 0 : 1);
	},
});
