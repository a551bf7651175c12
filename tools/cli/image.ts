import { type CommonOptions, defineCommand } from './command.js';
import { imageBuild } from './image-build.js';
import { imageCat, imageCp, imageDf, imageLs, imageMkdir, imageRm, imageStat, imageTree } from './image-files.js';

export const command = defineCommand<CommonOptions>({
	command: 'image',
	describe: 'Build disk images, look into them and change them, offline',
	builder: (yargs) =>
		yargs
			.command(imageBuild)
			.command(imageLs)
			.command(imageTree)
			.command(imageCat)
			.command(imageStat)
			.command(imageCp)
			.command(imageMkdir)
			.command(imageRm)
			.command(imageDf)
			.demandCommand(1, 'no image command given'),
	run: async () => {},
});
