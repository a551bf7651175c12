import { UsageError } from '../errors.js';
import { defineCommand, jsonOption } from './command.js';

interface Options {
	file: string;
	size: string;
	label: string | undefined;
	uuid: string | undefined;
	seed: string | undefined;
	time: number | undefined;
	journal: number | undefined;
	ratio: number | undefined;
	reserved: number;
	force: boolean;
	json: boolean;
}

/** `64M` and its like in bytes. */
function parseSize(text: string): number {
	const match = /^(\d+)([KMGT]?)i?B?$/i.exec(text);
	if (!match) throw new UsageError(`${text} is no size`, { hint: 'write 64M, 4G or 1T' });
	return Number(match[1]) * 1024 ** ' KMGT'.indexOf((match[2] || ' ').toUpperCase());
}

function parseHex(text: string, what: string): Uint8Array {
	const digits = text.replaceAll('-', '');
	if (!/^[0-9a-f]{32}$/i.test(digits)) throw new UsageError(`${text} is no ${what}: 32 hexadecimal digits are wanted`);
	return Uint8Array.from(Buffer.from(digits, 'hex'));
}

export const command = defineCommand<Options>({
	command: 'mkfs <file>',
	describe: 'Make an empty impfs volume in a file, of 16 MiB to 1 TiB',
	examples: [
		['imposos mkfs disk.img', '4 GiB, sparse'],
		['imposos mkfs disk.img --size 64M --label data', 'Smaller, with a name'],
		[
			'imposos mkfs base.img --force',
			'An existing file keeps its size; of a disk image the first partition is made anew',
		],
	],
	builder: (yargs) =>
		jsonOption(yargs)
			.positional('file', { type: 'string', demandOption: true, describe: 'Made if it is not there' })
			.option('size', { type: 'string', default: '4G', requiresArg: true, describe: 'Of a new file' })
			.option('label', { type: 'string', requiresArg: true, describe: 'Name of the volume' })
			.option('uuid', { type: 'string', requiresArg: true, describe: 'Instead of a random one' })
			.option('seed', { type: 'string', requiresArg: true, describe: 'Of the directory hash, instead of a random one' })
			.option('time', { type: 'number', requiresArg: true, describe: 'Seconds since 1970, instead of now' })
			.option('journal', { type: 'number', requiresArg: true, describe: 'Blocks of the journal; 0 for none' })
			.option('ratio', { type: 'number', requiresArg: true, describe: 'Bytes of volume for each inode; default 16384' })
			.option('reserved', { type: 'number', default: 1, describe: 'Percent that only root may fill' })
			.option('force', { type: 'boolean', default: false, describe: 'Also where a volume is already' }),
	run: async (options, { print, log }) => {
		const { makeVolume } = await import('../image/volume.js');
		const { uuid, seed, time, label, journal, ratio } = options;
		const made = makeVolume({
			file: options.file,
			size: parseSize(options.size),
			force: options.force,
			reservedPercent: options.reserved,
			...(label === undefined ? {} : { label }),
			...(uuid === undefined ? {} : { uuid: parseHex(uuid, 'uuid') }),
			...(seed === undefined ? {} : { hashSeed: parseHex(seed, 'seed') }),
			...(time === undefined ? {} : { time: { sec: time, ns: 0 } }),
			...(journal === undefined ? {} : { journalBlocks: journal }),
			...(ratio === undefined ? {} : { bytesPerInode: ratio }),
		});
		if (options.json) print(JSON.stringify(made));
		else log.info(`${options.file}: ${made.blocks} blocks, ${made.inodes} inodes, ${made.free} blocks free`);
	},
});
