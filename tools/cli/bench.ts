import { variants } from '../build/paths.js';
import { defineCommand, jsonOption } from './command.js';

export const command = defineCommand<{
	vs: 'linux' | undefined;
	variant: (typeof variants)[number];
	icount: boolean;
	rows: string[];
	runs: number | undefined;
	keep: boolean;
	json: boolean;
}>({
	command: 'bench',
	describe: 'Measure what system calls, faults, switches and files cost',
	examples: [
		['imposos bench --vs linux', "Guest instructions, beside Debian's i386 kernel on the same machine"],
		['imposos bench --vs linux --keep', 'The same, and write docs/results/bench.json'],
		['imposos bench --vs linux --rows memory events', 'Only these groups or rows'],
		['imposos bench --vs linux --rows disk', 'Throughput of impfs beside ext3, median of five runs'],
		['imposos bench --vs linux --rows swap', 'Data of three times memory, in swap, beside Linux: median of three'],
		['imposos bench --vs linux --no-icount --runs 5', 'Processor time, median of five boots'],
	],
	builder: (yargs) =>
		jsonOption(yargs)
			.option('vs', { choices: ['linux'] as const, describe: 'What to compare with' })
			.option('variant', { choices: variants, default: 'release' as const, describe: 'Build to measure' })
			.option('icount', { type: 'boolean', default: true, describe: 'Guest instructions instead of processor time' })
			.option('rows', {
				type: 'string',
				array: true,
				requiresArg: true,
				default: [] as string[],
				describe:
					'Rows, or groups: syscalls processes memory events loading library disk and swap; all but disk and swap if left out',
			})
			.option('keep', { type: 'boolean', default: false, describe: 'Write the figures to docs/results/bench.json' })
			.option('runs', {
				type: 'number',
				requiresArg: true,
				describe: 'Boots; the median counts. 1, or 5 for disk, 3 for swap',
			}),
	run: async ({ vs, variant, icount, rows, keep, json, ...options }, { lifetime, signal, log, print, exitWith }) => {
		const { formatComparison, worsened } = await import('../../bench/compare.js');
		const { bench, diskGroup } = await import('../../bench/run.js');
		const { UsageError } = await import('../errors.js');
		const group = diskGroup(rows);
		const runs = options.runs ?? (group === undefined ? 1 : group === 'disk' ? 5 : 3);
		if (!Number.isInteger(runs) || runs < 1) throw new UsageError(`--runs ${runs}: not a positive number`);
		if (group !== undefined && rows.length > 1)
			throw new UsageError(`--rows ${group} stands alone: it is measured in another way`, {
				hint: 'run the rest apart',
			});
		const result = await bench({ variant, icount, versus: vs, rows, runs, lifetime, signal, log });
		const { keepFigures, keptFigures } = await import('../../bench/kept.js');
		print(json ? JSON.stringify(result, null, '\t') : formatComparison(result));
		if (keep) {
			keepFigures(result);
			return;
		}
		if (variant !== 'release') return;
		for (const row of worsened(result, keptFigures(result.unit))) {
			log.warn(`${row.name} was ${row.before.toFixed(0)} and is ${row.now.toFixed(0)}`);
			exitWith(1);
		}
	},
});
