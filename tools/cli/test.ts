import { type Variant, variants } from '../build/paths.js';
import { defineCommand, isInteractive } from './command.js';

interface Options {
	name: string[];
	phase: number | undefined;
	step: string | undefined;
	full: boolean;
	jobs: number | undefined;
	repeat: number | undefined;
	reporter: 'pretty' | 'tap' | 'junit';
	seed: number | undefined;
	variant: Variant;
	accel: 'auto' | 'tcg' | 'kvm';
	watch: boolean;
	serial: string | undefined;
	baud: number;
}

export const command = defineCommand<Options>({
	command: 'test [name..]',
	describe: 'Prove it: host tests, and acceptance suites in parallel machines',
	examples: [
		['imposos test', 'All that is quick'],
		['imposos test 0.3/fork-cow', 'One case'],
		['imposos test --phase 0 --full', 'Every bar of a phase at its written size; goes on where it stopped'],
		['imposos test 2.5 --repeat 20 --jobs 6', 'Races: a step twenty times, on more machines than processors'],
		['imposos test host --reporter tap', 'The tests of the workshop'],
	],
	builder: (yargs) =>
		yargs
			.positional('name', {
				type: 'string',
				array: true,
				default: [],
				describe: 'Cases, steps, `host`, or beginnings of ids',
			})
			.option('phase', { type: 'number', requiresArg: true, describe: 'Only this phase' })
			.option('step', { type: 'string', requiresArg: true, describe: 'Only this step, as N.M' })
			.option('full', { type: 'boolean', default: false, describe: 'Full sizes; figures go to docs/results' })
			.option('jobs', { alias: 'j', type: 'number', requiresArg: true, describe: 'Machines side by side (processors)' })
			.option('repeat', {
				type: 'number',
				requiresArg: true,
				describe: 'Rounds of each, to find what fails now and then',
			})
			.option('reporter', {
				choices: ['pretty', 'tap', 'junit'] as const,
				default: 'pretty' as const,
				describe: 'Format',
			})
			.option('seed', { type: 'number', requiresArg: true, describe: 'Start of what is drawn at random' })
			.option('variant', { choices: variants, default: 'debug' as const, describe: 'Variant of kernel and user space' })
			.option('accel', { choices: ['auto', 'tcg', 'kvm'] as const, default: 'auto' as const, describe: 'Accelerator' })
			.option('watch', { type: 'boolean', default: false, describe: 'Run again when a source is saved' })
			.option('serial', { type: 'string', requiresArg: true, describe: 'Serial line to an agent, instead of QEMU' })
			.option('baud', { type: 'number', default: 115200, requiresArg: true, describe: 'Speed of --serial' }),
	run: async (options, context) => {
		const { runTests } = await import('../suite/run.js');
		const { createReporter } = await import('../suite/reporters.js');
		const { phase, step, full, jobs, repeat, seed, variant, accel, serial, baud } = options;
		if (options.watch) {
			const { watchAndRepeat } = await import('../suite/watch.js');
			const args = process.argv.slice(2).filter((arg) => arg !== '--watch');
			await watchAndRepeat(args, context);
			return;
		}
		const reporter = createReporter(options.reporter, {
			print: context.print,
			say: context.log.info,
			colours: isInteractive() && process.stdout.isTTY === true,
		});
		const totals = await runTests({
			filter: {
				names: options.name.map(String),
				full,
				...(phase === undefined ? {} : { phase }),
				...(step === undefined ? {} : { step }),
			},
			variant,
			accelerator: accel,
			reporter,
			strict: process.env['CI'] !== undefined,
			...(jobs === undefined ? {} : { jobs }),
			...(repeat === undefined ? {} : { repeat }),
			...(seed === undefined ? {} : { seed }),
			...(serial === undefined ? {} : { serial: { device: serial, baud } }),
			lifetime: context.lifetime,
			signal: context.signal,
			log: context.log,
		});
		context.exitWith(totals.failed === 0 ? 0 : 1);
	},
});
