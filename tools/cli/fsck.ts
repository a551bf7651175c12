import { defineCommand, jsonOption } from './command.js';

export const command = defineCommand<{
	image: string;
	yes: boolean | undefined;
	no: boolean | undefined;
	json: boolean;
}>({
	command: 'fsck <image>',
	describe: 'Check a filesystem, and repair it with -y',
	examples: [
		['imposos fsck base', 'Look only; exit status 0: clean, 4: damaged'],
		['imposos fsck -y disk.img', 'Repair; exit status 0: was clean, 1: is clean now, 4: damage is left'],
	],
	builder: (yargs) =>
		jsonOption(yargs)
			.positional('image', { type: 'string', demandOption: true, describe: 'A file, or the name of a built image' })
			.option('yes', { alias: 'y', type: 'boolean', describe: 'Repair what is found' })
			.option('no', { alias: 'n', type: 'boolean', describe: 'Look only, which is the default' })
			.conflicts('yes', 'no'),
	run: async ({ image, yes, json }, { print, log, exitWith }) => {
		const { checkVolume } = await import('../image/volume.js');
		const result = checkVolume(image, yes === true, ({ pass, message }) => {
			if (!json) print(`${pass}: ${message}`);
		});
		if (json) print(JSON.stringify(result));
		else {
			for (const note of result.notes) log.info(note);
			const { files, directories, blocksUsed, blocks, problems, clean } = result;
			const state = problems.length === 0 ? 'clean' : clean ? 'repaired' : 'damaged';
			log.info(
				`${image}: ${state}, ${files} files, ${directories} directories, ${blocksUsed} of ${blocks} blocks used`,
			);
		}
		exitWith(result.problems.length === 0 ? 0 : result.clean ? 1 : 4);
	},
});
