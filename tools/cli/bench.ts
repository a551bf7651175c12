import { variants } from '../build/paths.js';
import { defineCommand, jsonOption } from './command.js';

export const command = defineCommand<{
	vs: 'linux' | undefined;
	variant: (typeof variants)[number];
	icount: boolean;
	runs: number;
	keep: boolean;
	json: boolean;
}>({
	command: 'bench',
	describe: 'Measure what system calls, faults and switches cost',
	examples: [
		['imposos bench --vs linux', "Guest instructions, beside Debian's i386 kernel on the same machine"],
		['imposos bench --vs linux --keep', 'The same, and write docs/results/bench.json'],
		['imposos bench --no-icount --runs 5', 'Cycles, median of five boots'],
	],
	builder: (yargs) =>
		jsonOption(yargs)
			.option('vs', { choices: ['linux'] as const, describe: 'What to compare with' })
			.option('variant', { choices: variants, default: 'release' as const, describe: 'Build to measure' })
			.option('icount', { type: 'boolean', default: true, describe: 'Count guest instructions instead of cycles' })
			.option('keep', { type: 'boolean', default: false, describe: 'Write the figures to docs/results/bench.json' })
			.option('runs', { type: 'number', requiresArg: true, default: 1, describe: 'Boots; the median counts' }),
	run: async ({ vs, variant, icount, runs, keep, json }, { lifetime, signal, log, print, exitWith }) => {
		const { bench, formatComparison, worsened } = await import('../../bench/compare.js');
		const { UsageError } = await import('../errors.js');
		if (!Number.isInteger(runs) || runs < 1) throw new UsageError(`--runs ${runs}: not a positive number`);
		const result = await bench({ variant, icount, versus: vs, runs, lifetime, signal, log });
		const { keepFigures, keptFigures } = await import('../../bench/kept.js');
		print(json ? JSON.stringify(result, null, '\t') : formatComparison(result));
		if (keep) {
			keepFigures(result);
			return;
		}
		if (variant !== 'release') return;
		for (const row of worsened(result, keptFigures())) {
			log.warn(`${row.name} was ${row.before.toFixed(0)} and is ${row.now.toFixed(0)}`);
			exitWith(1);
		}
	},
});
