import { type CommonOptions, defineCommand } from './command.js';
import { imageBuild } from './image-build.js';

export const command = defineCommand<CommonOptions>({
	command: 'image',
	describe: 'Build disk images, look into them and change them, offline',
	builder: (yargs) => yargs.command(imageBuild).demandCommand(1, 'no image command given'),
	run: async () => {},
});
