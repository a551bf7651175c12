/** What `imposos image` prints of a volume's files. */
import { ACL_ACCESS, ACL_DEFAULT } from '../abi/acl.js';
import type { Time } from './core.js';
import {
	type ImpfsStat,
	type ImpfsVolume,
	S_IFBLK,
	S_IFCHR,
	S_IFDIR,
	S_IFIFO,
	S_IFLNK,
	S_IFMT,
	S_IFSOCK,
} from './volume.js';

const letters = new Map([
	[S_IFDIR, 'd'],
	[S_IFLNK, 'l'],
	[S_IFCHR, 'c'],
	[S_IFBLK, 'b'],
	[S_IFIFO, 'p'],
	[S_IFSOCK, 's'],
]);

/** `-rwxr-sr-x` and its like. */
export function modeString(mode: number): string {
	const bits = [...'rwxrwxrwx'].map((letter, i) => (mode & (0o400 >> i) ? letter : '-'));
	const special = (at: number, bit: number, set: string): void => {
		if (mode & bit) bits[at] = bits[at] === 'x' ? set : set.toUpperCase();
	};
	special(2, 0o4000, 's');
	special(5, 0o2000, 's');
	special(8, 0o1000, 't');
	return (letters.get(mode & S_IFMT) ?? '-') + bits.join('');
}

/** The time in UTC, to the second. */
export function timeString({ sec }: Time): string {
	const date = new Date(sec * 1000);
	return Number.isNaN(date.getTime()) ? String(sec) : date.toISOString().replace('T', ' ').slice(0, 19);
}

/** A path's name with what follows it in a long listing. */
export function described(volume: ImpfsVolume, path: string, name: string, status: ImpfsStat): string {
	return (status.mode & S_IFMT) === S_IFLNK ? `${name} -> ${volume.readlink(path)}` : name;
}

function hasAcl(volume: ImpfsVolume, path: string): boolean {
	const attributes = volume.xattrs(path);
	return attributes.has(ACL_ACCESS) || attributes.has(ACL_DEFAULT);
}

/** A long listing, one file a line, columns aligned. */
export function longListing(
	volume: ImpfsVolume,
	files: Array<{ path: string; name: string; status: ImpfsStat }>,
): string[] {
	const rows = files.map(({ path, name, status }) => {
		const { rdev, mode } = status;
		const device = [S_IFCHR, S_IFBLK].includes(mode & S_IFMT);
		return {
			cells: [
				String(status.links),
				String(status.uid),
				String(status.gid),
				device ? `${rdev.major}, ${rdev.minor}` : String(status.size),
			],
			mode: modeString(mode) + (hasAcl(volume, path) ? '+' : ' '),
			rest: `${timeString(status.mtime)} ${described(volume, path, name, status)}`,
		};
	});
	const widths = [0, 1, 2, 3].map((i) => Math.max(0, ...rows.map(({ cells }) => cells[i]?.length ?? 0)));
	const marked = rows.some(({ mode }) => mode.endsWith('+'));
	return rows.map(({ cells, mode, rest }) => {
		return `${marked ? mode : mode.trimEnd()} ${cells.map((cell, i) => cell.padStart(widths[i] ?? 0)).join(' ')} ${rest}`;
	});
}

/** The tree below a directory as lines with rules. */
export function* treeLines(volume: ImpfsVolume, path: string, prefix = ''): Generator<string> {
	const entries = volume.readdir(path);
	for (const [i, { name, type }] of entries.entries()) {
		const below = path === '/' ? `/${name}` : `${path}/${name}`;
		const last = i === entries.length - 1;
		yield `${prefix}${last ? '└── ' : '├── '}${described(volume, below, name, volume.stat(below))}`;
		if (type === S_IFDIR) yield* treeLines(volume, below, prefix + (last ? '    ' : '│   '));
	}
}
