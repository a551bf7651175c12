/** The work behind `imposos image ls`, `cp` and the rest: images by name, paths inside them, volumes opened and closed. */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { imagePath } from '../build/paths.js';
import { ImageError, UsageError } from '../errors.js';
import { type CopyOptions, copyIn, copyOut } from '../impfs/host-copy.js';
import { openImage } from '../impfs/locate.js';
import { ImpfsVolume, S_IFBLK, S_IFCHR } from '../impfs/volume.js';
import { readHostAcls, writeHostAcls } from './host-acls.js';

/** Splits IMAGE:PATH; without a path it is the root. A name without a file of it means the built image. */
export function parsePlace(place: string): { image: string; path: string } {
	const colon = place.lastIndexOf(':/') >= 0 ? place.lastIndexOf(':/') : place.endsWith(':') ? place.length - 1 : -1;
	const name = colon < 0 ? place : place.slice(0, colon);
	const path = colon < 0 ? '/' : place.slice(colon + 1) || '/';
	return { image: imageFile(name), path };
}

function imageFile(name: string): string {
	if (existsSync(name)) return name;
	const built = imagePath('debug', name);
	if (!name.includes('/') && existsSync(built)) return built;
	throw new ImageError(`there is no image ${name}`, {
		hint: name.includes('/') ? 'give the path of an image file' : `imposos image build ${name} builds one of that name`,
	});
}

/** Opens the volume of an image, hands it to `use`, and closes it; what was changed is written if `use` succeeds. */
export function withVolume<T>(image: string, options: { readonly: boolean }, use: (volume: ImpfsVolume) => T): T {
	const device = openImage(image, options);
	try {
		const volume = ImpfsVolume.open(device, options);
		const result = use(volume);
		volume.close();
		return result;
	} finally {
		device.close();
	}
}

function mknod(file: string, type: number, rdev: { major: number; minor: number }): void {
	const kind = type === S_IFBLK ? 'b' : type === S_IFCHR ? 'c' : 'p';
	const numbers = kind === 'p' ? [] : [String(rdev.major), String(rdev.minor)];
	execFileSync('mknod', [file, kind, ...numbers], { stdio: 'ignore' });
}

export interface CopyFilesOptions {
	from: string;
	to: string;
	recursive: boolean;
	/** UID:GID of everything that goes in. */
	chown?: string;
	warn: (message: string) => void;
}

/** True for IMAGE:PATH: a colon before a slash, or at the end, and no host file of that name. */
function isInside(place: string): boolean {
	return (place.includes(':/') || place.endsWith(':')) && !existsSync(place);
}

/**
 * Copies from the host into an image or out of one.
 * @returns how many files, directories and nodes were copied
 * @throws UsageError unless exactly one of the two places is in an image
 */
export function copyFiles({ from, to, recursive, chown, warn }: CopyFilesOptions): number {
	const inside = isInside(to);
	if (inside === isInside(from)) {
		throw new UsageError('one of the two places has to be in an image, the other on this host', {
			hint: 'imposos image cp -r FOLDER IMAGE:/PATH',
		});
	}
	const owner = /^(\d+):(\d+)$/.exec(chown ?? '');
	if (chown !== undefined && !owner) throw new UsageError(`--chown ${chown}: two numbers are wanted, as in 0:0`);
	const options: CopyOptions = {
		recursive,
		warn,
		mknod,
		readAcls: readHostAcls,
		writeAcls: writeHostAcls,
		...(owner ? { owner: { uid: Number(owner[1]), gid: Number(owner[2]) } } : {}),
	};
	const { image, path } = parsePlace(inside ? to : from);
	return withVolume(image, { readonly: !inside }, (volume) =>
		inside ? copyIn(volume, from, path, options) : copyOut(volume, path, to, options),
	);
}
