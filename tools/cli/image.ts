import { type CommonOptions, defineCommand } from './command.js';
import { imageBuild } from './image-build.js';
import { imageExtract, imageInject, imageInode, imageLog, imageMap } from './image-debug.js';
import { imageCat, imageCp, imageDf, imageLs, imageMkdir, imageRm, imageStat, imageTree } from './image-files.js';

export const command = defineCommand<CommonOptions>({
	command: 'image',
	describe: 'Build disk images, look into them, change them and take them apart, offline',
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
			.command(imageInode)
			.command(imageMap)
			.command(imageLog)
			.command(imageExtract)
			.command(imageInject)
			.demandCommand(1, 'no image command given'),
	run: async () => {},
});
