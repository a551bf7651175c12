import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { displayPath, fromRoot } from '../build/paths.js';
import { UsageError } from '../errors.js';

const absolute = z.string().regex(/^\//, 'must begin with /');
const mode = z
	.string()
	.regex(/^[0-7]{3,4}$/, 'must be three or four octal digits')
	.transform((text) => Number.parseInt(text, 8));
const id = z.number().int().min(0).max(0xffffffff);
const owner = z.strictObject({ uid: id, gid: id });
const size = z
	.string()
	.regex(/^\d+[KMG]$/, 'must be a number and K, M or G')
	.transform(
		(text) => Number.parseInt(text, 10) * { K: 2 ** 10, M: 2 ** 20, G: 2 ** 30 }[text.at(-1) as 'K' | 'M' | 'G'],
	);

/**
 * What to do with a name that an earlier layer has: take its place, leave the newcomer out, stop, or put the
 * newcomer into a folder of its own.
 */
const collisions = z.union([
	z.enum(['replace', 'keep', 'refuse']),
	z.strictObject({ aside: absolute, except: z.array(absolute).default([]) }),
]);

const common = { path: absolute, mode: mode.optional(), owner: owner.optional() };
const entry = z.discriminatedUnion('type', [
	z.strictObject({ type: z.literal('directory'), ...common }),
	z.strictObject({ type: z.literal('file'), ...common, text: z.string() }),
	z.strictObject({ type: z.literal('copy'), ...common, from: z.string() }),
	z.strictObject({ type: z.literal('symlink'), path: absolute, target: z.string().min(1) }),
	z.strictObject({ type: z.literal('hardlink'), path: absolute, target: absolute }),
	z.strictObject({
		type: z.enum(['char', 'block']),
		...common,
		major: z.number().int().min(0).max(4095),
		minor: z.number().int().min(0).max(0xfffff),
	}),
	z.strictObject({ type: z.literal('fifo'), ...common }),
	z.strictObject({ type: z.literal('remove'), path: absolute }),
]);

const layer = z.union([
	z.strictObject({
		/** Names of Debian packages, or apt patterns such as `?essential`. */
		packages: z.array(z.string().regex(/^[^\s=-][^\s=]*$/)).min(1),
		/** Bring what they depend on. */
		dependencies: z.boolean().default(true),
		/** Folders of the packages that stay out. */
		without: z.array(absolute).default([]),
		collisions: collisions.default('replace'),
	}),
	z.strictObject({ userland: z.literal(true), collisions: collisions.default('replace') }),
	z.strictObject({ tree: z.string(), to: absolute.default('/'), collisions: collisions.default('replace') }),
	z.strictObject({ entries: z.array(entry) }),
	z.strictObject({
		/** Symbolic links in one folder, all to the same target: the names of a program that does many things. */
		links: z.strictObject({
			target: z.string().min(1),
			folder: absolute,
			names: z.array(z.string().regex(/^[^/]+$/)).min(1),
		}),
		collisions: collisions.default('keep'),
	}),
]);

const user = z.strictObject({
	name: z.string().regex(/^[a-z_][a-z0-9_-]*$/),
	uid: id,
	gid: id,
	gecos: z
		.string()
		.regex(/^[^:\n]*$/)
		.default(''),
	home: absolute.default('/'),
	shell: absolute.default('/bin/sh'),
	/** As in shadow(5): empty for none, `*` for no login by password. */
	password: z
		.string()
		.regex(/^[^:\n]*$/)
		.default('*'),
});
const group = z.strictObject({
	name: z.string().regex(/^[a-z_][a-z0-9_-]*$/),
	gid: id,
	members: z.array(z.string()).default([]),
});

const schema = z.strictObject({
	describe: z.string(),
	/** Name of an image declaration beside this one, whose layers, users and groups come first. */
	extends: z.string().optional(),
	/** Size of the root filesystem. */
	size: size.optional(),
	/** Time that made files and directories carry. */
	time: z.iso.datetime().optional(),
	suite: z
		.string()
		.regex(/^[a-z]+$/)
		.optional(),
	/** What is added to the kernel's command line when it boots from the image by itself. */
	commandLine: z.string().optional(),
	layers: z.array(layer).default([]),
	/** Names of recipes in the folder ports/ beside this file; their layers come after these. */
	ports: z.array(z.string().regex(/^[a-z0-9][a-z0-9+.-]*$/)).default([]),
	users: z.array(user).default([]),
	groups: z.array(group).default([]),
});

/** A recipe for an outside program, to be named in "ports" of images. */
const portSchema = z.strictObject({ describe: z.string(), layers: z.array(layer).min(1) });

export type Layer = z.infer<typeof layer>;
export type Entry = z.infer<typeof entry>;
export type User = z.infer<typeof user>;
export type Group = z.infer<typeof group>;
export type CollisionRule = z.infer<typeof collisions>;

/** A layer and the folder that its relative paths are relative to. */
export interface PlacedLayer {
	layer: Layer;
	folder: string;
}

/** An image declaration with what it extends already in it. */
export interface Declaration {
	name: string;
	/** The files it was read from. */
	files: string[];
	describe: string;
	/** Bytes. */
	size: number;
	/** Seconds since 1970. */
	time: number;
	suite: string;
	commandLine: string;
	layers: PlacedLayer[];
	users: User[];
	groups: Group[];
}

const defaultTime = '2026-01-01T00:00:00Z';
const maxDepth = 8;

/**
 * Reads an image declaration.
 *
 * @param nameOrFile name of a file in images/ without its suffix, or a path
 * @throws UsageError when there is none or it does not say what an image can be
 */
export function readDeclaration(nameOrFile: string): Declaration {
	return read(declarationFile(nameOrFile), 0);
}

/** Names of the declarations in images/. */
export function declarationNames(): string[] {
	return readdirSync(fromRoot('images'))
		.filter((name) => name.endsWith('.json'))
		.map((name) => name.slice(0, -'.json'.length))
		.sort();
}

function declarationFile(nameOrFile: string): string {
	if (nameOrFile.includes('/') || nameOrFile.endsWith('.json')) return path.resolve(nameOrFile);
	if (declarationNames().includes(nameOrFile)) return fromRoot('images', `${nameOrFile}.json`);
	throw new UsageError(`no image is named ${nameOrFile}`, {
		hint: `there are ${declarationNames().join(', ')}; a file needs its path`,
	});
}

function read(file: string, depth: number): Declaration {
	const shown = displayPath(file);
	const folder = path.dirname(file);
	if (depth > maxDepth) throw new UsageError(`${shown}: "extends" goes around in a circle`);
	const own = parseAs(schema, file);
	const base = own.extends === undefined ? undefined : read(path.join(folder, `${own.extends}.json`), depth + 1);
	const place = (layers: Layer[], at = folder) => layers.map((entry) => ({ layer: entry, folder: at }));
	const ports = own.ports.map((name) => {
		const recipe = path.join(folder, 'ports', `${name}.json`);
		return { ...parseAs(portSchema, recipe), file: recipe };
	});
	const bytes = own.size ?? base?.size;
	if (bytes === undefined) throw new UsageError(`${shown}: "size" is missing`);
	return {
		name: path.basename(file).replace(/\.json$/, ''),
		files: [...(base?.files ?? []), file, ...ports.map((port) => port.file)],
		describe: own.describe,
		size: bytes,
		time:
			own.time === undefined ? (base?.time ?? Date.parse(defaultTime) / 1000) : Math.floor(Date.parse(own.time) / 1000),
		suite: own.suite ?? base?.suite ?? 'bookworm',
		commandLine: own.commandLine ?? base?.commandLine ?? '',
		layers: [
			...(base?.layers ?? []),
			...place(own.layers),
			...ports.flatMap((port) => place(port.layers, path.dirname(port.file))),
		],
		users: mergeByName(base?.users ?? [], own.users),
		groups: mergeByName(base?.groups ?? [], own.groups),
	};
}

function parseAs<T>(schema: z.ZodType<T>, file: string): T {
	const shown = displayPath(file);
	const parsed = schema.safeParse(parseJson(file, shown));
	if (parsed.success) return parsed.data;
	const issue = parsed.error.issues[0];
	const where = issue === undefined || issue.path.length === 0 ? '' : ` at ${issue.path.join('.')}`;
	throw new UsageError(`${shown}${where}: ${issue?.message ?? 'not an image declaration'}`, {
		hint: 'docs/images.md tells what can stand there',
	});
}

function parseJson(file: string, shown: string): unknown {
	let text: string;
	try {
		text = readFileSync(file, 'utf8');
	} catch (cause) {
		throw new UsageError(`no image declaration ${shown}`, {
			cause,
			hint: 'imposos image build takes a name in images/ or the path of a file',
		});
	}
	try {
		return JSON.parse(text);
	} catch (cause) {
		throw new UsageError(`${shown} is not JSON: ${cause instanceof Error ? cause.message : ''}`, { cause });
	}
}

function mergeByName<T extends { name: string }>(base: T[], own: T[]): T[] {
	const names = new Set(own.map(({ name }) => name));
	return [...base.filter(({ name }) => !names.has(name)), ...own];
}
