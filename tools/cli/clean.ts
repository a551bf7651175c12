import { defineCommand } from './command.js';

export const command = defineCommand<{ all: boolean }>({
	command: 'clean',
	describe: 'Remove what was built; downloads and kept disks stay',
	examples: [['imposos clean --all', 'Downloads and kept disks go as well']],
	builder: (yargs) =>
		yargs.option('all', {
			type: 'boolean',
			default: false,
			describe: 'Remove downloads and the disks of run --persist too',
		}),
	run: async ({ all }, { log }) => {
		const { clean } = await import('../build/clean.js');
		const { displayPath } = await import('../build/paths.js');
		const removed = clean(all);
		for (const file of removed) log.detail(`removed ${displayPath(file)}`);
		log.info(removed.length === 0 ? 'nothing to remove' : `removed ${removed.length} entries`);
	},
});
