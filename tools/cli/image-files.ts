import { defineCommand, jsonOption } from './command.js';

/** Commands below `imposos image` that look into an image and change it; each imports the filesystem lazily. */

async function files() {
	const [{ parsePlace, withVolume }, listing, volume] = await Promise.all([
		import('../image/files.js'),
		import('../impfs/listing.js'),
		import('../impfs/volume.js'),
	]);
	return { parsePlace, withVolume, ...listing, ...volume };
}

const placeHelp = 'IMAGE:PATH; an image is a file or the name of a built one, its first partition is used';

export const imageLs = defineCommand<{ place: string; json: boolean }>({
	command: 'ls <place>',
	describe: 'List a directory',
	examples: [['imposos image ls base:/etc', 'Of the image that run uses']],
	builder: (yargs) =>
		jsonOption(yargs).positional('place', { type: 'string', demandOption: true, describe: placeHelp }),
	run: async ({ place, json }, { print }) => {
		const { parsePlace, withVolume, longListing, S_IFMT, S_IFDIR } = await files();
		const { image, path } = parsePlace(place);
		withVolume(image, { readonly: true }, (volume) => {
			const status = volume.stat(path, { follow: path.endsWith('/') });
			const found =
				(status.mode & S_IFMT) === S_IFDIR
					? volume.readdir(path).map(({ name }) => {
							const below = `${path.replace(/\/$/, '')}/${name}`;
							return { name, path: below, status: volume.stat(below) };
						})
					: [{ name: path, path, status }];
			if (json) print(JSON.stringify(found.map(({ name, status }) => ({ name, ...status }))));
			else if (found.length > 0) print(longListing(volume, found).join('\n'));
		});
	},
});

export const imageTree = defineCommand<{ place: string }>({
	command: 'tree <place>',
	describe: 'Show a directory and all below it',
	builder: (yargs) => yargs.positional('place', { type: 'string', demandOption: true, describe: placeHelp }),
	run: async ({ place }, { print }) => {
		const { parsePlace, withVolume, treeLines } = await files();
		const { image, path } = parsePlace(place);
		withVolume(image, { readonly: true }, (volume) => {
			print([path, ...treeLines(volume, path)].join('\n'));
		});
	},
});

export const imageCat = defineCommand<{ place: string }>({
	command: 'cat <place>',
	describe: 'Write a file to standard output',
	builder: (yargs) => yargs.positional('place', { type: 'string', demandOption: true, describe: placeHelp }),
	run: async ({ place }) => {
		const { parsePlace, withVolume } = await files();
		const { writeSync } = await import('node:fs');
		const { image, path } = parsePlace(place);
		withVolume(image, { readonly: true }, (volume) => {
			const { size } = volume.stat(path, { follow: true });
			const step = 1 << 20;
			for (let offset = 0; offset < size; offset += step) {
				const piece = volume.readFile(path, { offset, length: step });
				for (let done = 0; done < piece.length; ) done += writeSync(1, piece, done);
			}
		});
	},
});

export const imageStat = defineCommand<{ place: string; json: boolean }>({
	command: 'stat <place>',
	describe: 'Show everything an inode says',
	builder: (yargs) =>
		jsonOption(yargs).positional('place', { type: 'string', demandOption: true, describe: placeHelp }),
	run: async ({ place, json }, { print }) => {
		const { parsePlace, withVolume, modeString, timeString } = await files();
		const { aclText } = await import('../impfs/acl-text.js');
		const { image, path } = parsePlace(place);
		withVolume(image, { readonly: true }, (volume) => {
			const status = volume.stat(path);
			const xattrs = [...volume.xattrs(path)].map(([name, value]) => [name, Buffer.from(value).toString('base64')]);
			if (json) {
				print(JSON.stringify({ ...status, xattrs: Object.fromEntries(xattrs) }));
				return;
			}
			const { rdev } = status;
			const lines = [
				`path        ${path}`,
				`inode       ${status.ino}, generation ${status.generation}, flags ${status.flags.toString(16)}`,
				`mode        ${modeString(status.mode)} (${(status.mode & 0o7777).toString(8).padStart(4, '0')})`,
				`owner       ${status.uid}:${status.gid}`,
				`links       ${status.links}`,
				`size        ${status.size} bytes in ${status.blocks} blocks`,
				`device      ${rdev.major}, ${rdev.minor}`,
			];
			for (const name of ['atime', 'mtime', 'ctime', 'btime'] as const) {
				lines.push(`${name.padEnd(11)} ${timeString(status[name])}.${String(status[name].ns).padStart(9, '0')} UTC`);
			}
			for (const line of aclText(volume, path)) lines.push(`acl         ${line}`);
			for (const [name, value] of xattrs) lines.push(`xattr       ${name} = ${value} (base64)`);
			print(lines.join('\n'));
		});
	},
});

export const imageMkdir = defineCommand<{ place: string; parents: boolean }>({
	command: 'mkdir <place>',
	describe: 'Make a directory',
	builder: (yargs) =>
		yargs
			.positional('place', { type: 'string', demandOption: true, describe: placeHelp })
			.option('parents', { alias: 'p', type: 'boolean', default: false, describe: 'Those above it too' }),
	run: async ({ place, parents }) => {
		const { parsePlace, withVolume } = await files();
		const { image, path } = parsePlace(place);
		withVolume(image, { readonly: false }, (volume) => volume.mkdir(path, { parents }));
	},
});

export const imageRm = defineCommand<{ place: string; recursive: boolean }>({
	command: 'rm <place>',
	describe: 'Remove a file, or with -r a directory with all that is in it',
	builder: (yargs) =>
		yargs
			.positional('place', { type: 'string', demandOption: true, describe: placeHelp })
			.option('recursive', { alias: 'r', type: 'boolean', default: false, describe: 'Directories too' }),
	run: async ({ place, recursive }) => {
		const { parsePlace, withVolume } = await files();
		const { image, path } = parsePlace(place);
		withVolume(image, { readonly: false }, (volume) => (recursive ? volume.remove(path) : volume.unlink(path)));
	},
});

export const imageDf = defineCommand<{ image: string; json: boolean }>({
	command: 'df <image>',
	describe: 'Show how full an image is',
	builder: (yargs) =>
		jsonOption(yargs).positional('image', { type: 'string', demandOption: true, describe: placeHelp }),
	run: async ({ image, json }, { print }) => {
		const { parsePlace, withVolume } = await files();
		withVolume(parsePlace(image).image, { readonly: true }, (volume) => {
			const { blockSize, blocks, free, available, inodes, freeInodes } = volume.statfs();
			const mib = (count: number): string => ((count * blockSize) / 2 ** 20).toFixed(1);
			if (json) print(JSON.stringify(volume.statfs()));
			else {
				print(`space   ${mib(blocks)} MiB, ${mib(blocks - free)} used, ${mib(available)} available`);
				print(`inodes  ${inodes}, ${inodes - freeInodes} used, ${freeInodes} free`);
			}
		});
	},
});

export const imageCp = defineCommand<{ from: string; to: string; recursive: boolean; chown: string | undefined }>({
	command: 'cp <from> <to>',
	describe: 'Copy files and trees into an image or out of it; paths inside are written IMAGE:PATH',
	examples: [
		[
			'imposos image cp -r my/tree base:/srv',
			'Into the image, with modes, owners, access control lists, links and times',
		],
		['imposos image cp base:/var/log/messages .', 'And out of it'],
	],
	builder: (yargs) =>
		yargs
			.positional('from', { type: 'string', demandOption: true, describe: 'A host path or IMAGE:PATH' })
			.positional('to', { type: 'string', demandOption: true, describe: 'The other of the two' })
			.option('recursive', { alias: 'r', type: 'boolean', default: false, describe: 'Directories too' })
			.option('chown', { type: 'string', requiresArg: true, describe: 'UID:GID of everything that goes in' }),
	run: async ({ from, to, recursive, chown }, { log }) => {
		const { copyFiles } = await import('../image/files.js');
		const count = copyFiles({ from, to, recursive, ...(chown === undefined ? {} : { chown }), warn: log.warn });
		log.detail(`${count} copied`);
	},
});
