import { defineCommand } from './command.js';

const inodeHelp = 'IMAGE:PATH, or IMAGE#NUMBER for an inode with or without a name';
const work = () => import('../image/debug.js');

export const imageInode = defineCommand<{ inode: string }>({
	command: 'inode <inode>',
	describe: 'Show every field of an inode as it is on the disk',
	builder: (yargs) => yargs.positional('inode', { type: 'string', demandOption: true, describe: inodeHelp }),
	run: async ({ inode }, { print }) => print((await work()).showInode(inode).join('\n')),
});

export const imageMap = defineCommand<{ inode: string }>({
	command: 'map <inode>',
	describe: 'Show which blocks a file holds',
	builder: (yargs) => yargs.positional('inode', { type: 'string', demandOption: true, describe: inodeHelp }),
	run: async ({ inode }, { print }) => print((await work()).showMap(inode).join('\n')),
});

export const imageLog = defineCommand<{ image: string }>({
	command: 'log <image>',
	describe: 'Show the transactions in the journal',
	builder: (yargs) =>
		yargs.positional('image', { type: 'string', demandOption: true, describe: 'A file, or a built image’s name' }),
	run: async ({ image }, { print }) => print((await work()).showLog(image).join('\n')),
});

export const imageExtract = defineCommand<{ inode: string; file: string }>({
	command: 'extract <inode> <file>',
	describe: 'Copy what an inode holds to a file of the host, also when nothing names it',
	builder: (yargs) =>
		yargs
			.positional('inode', { type: 'string', demandOption: true, describe: inodeHelp })
			.positional('file', { type: 'string', demandOption: true, describe: 'Made or replaced' }),
	run: async ({ inode, file }, { log }) => log.info(`${(await work()).extractInode(inode, file)} bytes`),
});

export const imageInject = defineCommand<{
	image: string;
	where: string;
	field: string;
	value: string;
	seal: boolean;
}>({
	command: 'inject <image> <where> <field> <value>',
	describe: 'Put a fault into a field of a structure',
	examples: [
		['imposos image inject disk.img inode:12 map[3] 77', 'With a checksum that fits'],
		['imposos image inject disk.img group:0 free_blocks 0 --no-seal', 'And without'],
	],
	builder: (yargs) =>
		yargs
			.positional('image', { type: 'string', demandOption: true, describe: 'A file, or a built image’s name' })
			.positional('where', {
				type: 'string',
				demandOption: true,
				describe: 'super, backup, journal, group:N or inode:N',
			})
			.positional('field', { type: 'string', demandOption: true, describe: 'Name, or NAME[INDEX]' })
			.positional('value', { type: 'string', demandOption: true, describe: 'A number, 0x for hexadecimal' })
			.option('seal', { type: 'boolean', default: true, describe: 'Give the structure a checksum that fits' }),
	run: async ({ image, where, field, value, seal }, { log }) => {
		const old = (await work()).injectFault(image, where, field, String(value), seal);
		log.info(`${where}: ${field} was ${old}, is ${value}${seal ? '' : '; the checksum is left wrong'}`);
	},
});
