import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { type Variant, variantRoot } from '../build/paths.js';
import { BuildError, WorkshopError } from '../errors.js';
import type { Log } from '../log.js';
import { PortCompilation } from './port-compilation.js';
import { finishPort } from './port-files.js';
import type { NamedRecipe } from './recipe.js';
import type { FetchedSource, SourceStore } from './source-store.js';
import { sysrootIdentity } from './sysroot-identity.js';

export interface PortOptions {
	variant: Variant;
	sources: Pick<SourceStore, 'fetch'>;
	/** Where results and logs are kept; build/VARIANT/ports when left out. */
	store?: string;
	/** What ports see of our library ({@link sysrootIdentity}), when it is known. */
	identity?: string;
	/** As of nice(1): how far compiling stands back for what else runs; 0 when left out. */
	niceness?: number;
	signal: AbortSignal;
	log: Log;
}

/** A port that is there: where its files are, and a digest of all that decided what they are. */
interface BuiltPort {
	root: string;
	key: string;
}

/**
 * Compiles ports, each once for a state of its recipe, its source, the ports that it needs, the compiler, and the interface
 * of our library. What they install is in build/VARIANT/ports/NAME/KEY afterwards, what they said in NAME.log.
 *
 * @param recipes each after those that it needs
 * @returns the folders of what they installed, by name
 * @throws BuildError when one does not compile; PackageError, ToolError
 */
export async function buildPorts(recipes: readonly NamedRecipe[], options: PortOptions): Promise<Map<string, string>> {
	const compiled = recipes.filter(({ source }) => source !== undefined);
	if (compiled.length === 0) return new Map();
	const identity = options.identity ?? (await sysrootIdentity(options.variant, options.signal));
	const store = options.store ?? path.join(variantRoot(options.variant), 'ports');
	const { niceness = 0 } = options;
	const turn = limiter(os.availableParallelism());
	const failed = new AbortController();
	const signal = AbortSignal.any([options.signal, failed.signal]);
	// One after the other: the mirror is the same, and the lock file is written in between.
	const sources = new Map<string, FetchedSource>();
	for (const { name, source = name } of compiled) sources.set(name, await options.sources.fetch(source));
	const built = new Map<string, Promise<BuiltPort>>();
	for (const recipe of compiled) {
		const source = sources.get(recipe.name);
		if (source === undefined) continue;
		const one = async () => {
			const needs = new Map<string, BuiltPort>();
			for (const name of allNeeds(recipe, recipes)) {
				const port = await built.get(name);
				if (port !== undefined) needs.set(name, port);
			}
			return turn(() => buildPort(recipe, source, needs, { ...options, identity, store, niceness, signal }));
		};
		const port = one();
		port.catch((error) => failed.abort(error));
		built.set(recipe.name, port);
	}
	// All have ended before the first failure is told, so that none goes on in the background.
	await Promise.allSettled(built.values());
	options.signal.throwIfAborted();
	failed.signal.throwIfAborted();
	const roots = new Map<string, string>();
	for (const [name, port] of built) roots.set(name, (await port).root);
	return roots;
}

/** What a port needs, and what that needs. */
function allNeeds(recipe: NamedRecipe, recipes: readonly NamedRecipe[]): Set<string> {
	const all = new Set<string>();
	for (const name of recipe.needs) {
		all.add(name);
		const needed = recipes.find((other) => other.name === name);
		if (needed !== undefined) for (const further of allNeeds(needed, recipes)) all.add(further);
	}
	return all;
}

async function buildPort(
	recipe: NamedRecipe,
	{ version, files, description }: FetchedSource,
	needs: ReadonlyMap<string, BuiltPort>,
	{ variant, identity, store, niceness, signal, log }: Required<PortOptions>,
): Promise<BuiltPort> {
	const { name, environment, build, without } = recipe;
	const sums = files.map(({ sha256 }) => sha256);
	const inputs = [environment, build, without, sums, [...needs].map(([needed, { key }]) => [needed, key]), identity];
	const key = createHash('sha256').update(JSON.stringify(inputs)).digest('hex').slice(0, 16);
	const folder = path.join(store, name);
	const root = path.join(folder, key);
	if (existsSync(root)) return { root, key };

	log.info(`compiling ${name} ${version}`);
	mkdirSync(folder, { recursive: true });
	const work = mkdtempSync(path.join(folder, '.work-'));
	try {
		const compilation = new PortCompilation({
			...{ recipe, description, work, variant, niceness, signal, log },
			logFile: path.join(store, `${name}.log`),
		});
		mkdirSync(compilation.needs);
		for (const needed of needs.values())
			cpSync(needed.root, compilation.needs, { recursive: true, verbatimSymlinks: true });
		await compilation.run();
		await finishPort(recipe, compilation.destination, signal);
		for (const old of readdirSync(folder).filter((entry) => !entry.startsWith('.')))
			rmSync(path.join(folder, old), { recursive: true, force: true });
		renameSync(compilation.destination, root);
		return { root, key };
	} catch (error) {
		if (error instanceof WorkshopError || signal.aborted) throw error;
		throw new BuildError(`port ${name}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
	} finally {
		rmSync(work, { recursive: true, force: true });
	}
}

/** Lets so many run at a time. */
function limiter(most: number): <T>(work: () => Promise<T>) => Promise<T> {
	let running = 0;
	const waiting: (() => void)[] = [];
	return async (work) => {
		if (running >= most) await new Promise<void>((go) => waiting.push(go));
		running++;
		try {
			return await work();
		} finally {
			running--;
			waiting.shift()?.();
		}
	};
}
