import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { displayPath, fromRoot } from '../build/paths.js';
import { UsageError } from '../errors.js';
import { absolute, id, type Layer, layer, size } from './layer.js';
import { type NamedRecipe, portName, recipe } from './recipe.js';

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
	ports: z.array(portName).default([]),
	users: z.array(user).default([]),
	groups: z.array(group).default([]),
});

export type User = z.infer<typeof user>;
export type Group = z.infer<typeof group>;

/** A layer and the folder that its relative paths are relative to; or what the compiled source of a port installed. */
export interface PlacedLayer {
	layer: Layer | { port: string };
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
	/** Recipes of all ports that are in it, each after those that it needs. */
	ports: NamedRecipe[];
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
	const ports = [...(base?.ports ?? [])];
	for (const name of own.ports) addPort(name, path.join(folder, 'ports'), ports, shown, []);
	const added = ports.slice(base?.ports.length ?? 0);
	const bytes = own.size ?? base?.size;
	if (bytes === undefined) throw new UsageError(`${shown}: "size" is missing`);
	return {
		name: path.basename(file).replace(/\.json$/, ''),
		files: [...(base?.files ?? []), file, ...added.map((port) => port.file)],
		describe: own.describe,
		size: bytes,
		time:
			own.time === undefined ? (base?.time ?? Date.parse(defaultTime) / 1000) : Math.floor(Date.parse(own.time) / 1000),
		suite: own.suite ?? base?.suite ?? 'bookworm',
		commandLine: own.commandLine ?? base?.commandLine ?? '',
		layers: [
			...(base?.layers ?? []),
			...place(own.layers),
			...added.flatMap(({ name, source, layers, file }) => [
				...(source === undefined ? [] : [{ layer: { port: name }, folder: path.dirname(file) }]),
				...place(layers, path.dirname(file)),
			]),
		],
		ports,
		users: mergeByName(base?.users ?? [], own.users),
		groups: mergeByName(base?.groups ?? [], own.groups),
	};
}

/** Adds a port after those that it needs, unless it is there. */
function addPort(name: string, folder: string, ports: NamedRecipe[], wanted: string, above: readonly string[]): void {
	if (ports.some((port) => port.name === name)) return;
	const file = path.join(folder, `${name}.json`);
	const shown = displayPath(file);
	if (above.includes(name)) {
		const circle = [...above.slice(above.indexOf(name)), name].join(' needs ');
		throw new UsageError(`${shown}: "needs" goes around in a circle: ${circle}`);
	}
	if (!existsSync(file)) {
		throw new UsageError(`${wanted} names the port ${name}, and there is no ${shown}`, {
			hint: 'imposos new port NAME begins a recipe',
		});
	}
	const read = parseAs(recipe, file);
	for (const needed of read.needs) addPort(needed, folder, ports, shown, [...above, name]);
	ports.push({ ...read, name, file });
}

function parseAs<T>(schema: z.ZodType<T>, file: string): T {
	const shown = displayPath(file);
	const parsed = schema.safeParse(parseJson(file, shown));
	if (parsed.success) return parsed.data;
	const issue = parsed.error.issues[0];
	const where = issue === undefined || issue.path.length === 0 ? '' : ` at ${issue.path.join('.')}`;
	throw new UsageError(`${shown}${where}: ${issue?.message ?? 'not what it should be'}`, {
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
