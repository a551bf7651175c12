import { existsSync, mkdirSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** Variants of kernel and user space; `debug` is what is built when nothing is said. */
export const variants = ['debug', 'sanitize', 'release'] as const;
export type Variant = (typeof variants)[number];

/** Root of the repository; this file runs as build/js/tools/build/paths.js below it. */
export const repositoryRoot = fileURLToPath(new URL('../../../../', import.meta.url)).replace(/\/$/, '');

/** Joins path parts below the repository's root. */
export function fromRoot(...parts: string[]): string {
	return path.join(repositoryRoot, ...parts);
}

/** Everything generated lies below this folder. */
export const buildRoot = fromRoot('build');
/** Downloads; `imposos clean` keeps them. */
export const cacheRoot = fromRoot('build', 'cache');
/** Generated headers, shared by kernel and user space. */
export const generatedRoot = fromRoot('build', 'gen');
/** Logs of runs, one folder each. */
export const runsRoot = fromRoot('build', 'runs');
/** Compiled TypeScript. */
export const compiledRoot = fromRoot('build', 'js');

export function variantRoot(variant: Variant): string {
	return fromRoot('build', variant);
}

export function kernelPath(variant: Variant): string {
	return fromRoot('build', variant, 'kernel.elf');
}

/** Staged tree of user space as the userland makefile leaves it. */
export function userRoot(variant: Variant): string {
	return fromRoot('build', variant, 'user', 'root');
}

/** The programs of {@link userRoot} with their symbols, in the same folders. */
export function userSymbols(variant: Variant): string {
	return fromRoot('build', variant, 'user', 'symbols');
}

export function imagePath(variant: Variant, name: string): string {
	return fromRoot('build', variant, 'images', `${name}.img`);
}

/** Makes a folder with its parents and gives back its path. */
export function ensureFolder(folder: string): string {
	mkdirSync(folder, { recursive: true });
	return folder;
}

/** A path as a person at the repository's root would type it. */
export function displayPath(file: string): string {
	const relative = path.relative(process.cwd(), file);
	return relative === '' ? '.' : relative.startsWith('../..') ? file : relative;
}

/** A new folder in memory where the host has a memory filesystem, else among its temporary ones. The caller removes it. */
export function memoryFolder(): string {
	return mkdtempSync(path.join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'imposos-'));
}
