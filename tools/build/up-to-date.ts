import { existsSync, readdirSync, readFileSync, realpathSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { newestFolderTime, newestTime } from './newest.js';
import { compiledRoot, fromRoot, generatedRoot, kernelPath, type Variant, variantRoot } from './paths.js';

/** What a makefile reads and writes, to tell without make that it has nothing to do. */
export interface Footprint {
	/** Files, and folders with all below them. */
	inputs: string[];
	/** Folders of outputs, and single outputs. */
	outputs: string[];
}

export interface Made {
	key: string;
	/** Host's time (ms) before make read anything, and after it had written everything. */
	started: number;
	finished: number;
}

/** Settings of the environment that the makefiles heed. */
const heeded = ['PATH', 'CROSS', 'CROSS_COMPILE', 'NODE', 'EXTRA_LDFLAGS', 'TEST_INTERPRETER'];

function footprint(folder: string, variant: Variant): Footprint | undefined {
	if (folder === 'kernel') {
		const kallsyms = path.join(compiledRoot, 'tools', 'build', 'kallsyms.js');
		return {
			inputs: [fromRoot('kernel'), generatedRoot, kallsyms],
			outputs: [path.join(variantRoot(variant), 'kernel'), kernelPath(variant)],
		};
	}
	if (folder !== 'userland') return undefined;
	const guests = readdirSync(fromRoot('phases')).map((name) => fromRoot('phases', name, 'guest'));
	return {
		inputs: [fromRoot('userland'), fromRoot('kernel', 'abi'), fromRoot('phases', 'guest'), ...guests],
		outputs: [path.join(variantRoot(variant), 'user')],
	};
}

/** Everything but files that decides what make does; a compiler that was replaced counts. */
function keyOf(folder: string, variant: Variant): string {
	const settings = heeded.map((name) => process.env[name] ?? '');
	const compiler = `${process.env['CROSS_COMPILE'] ?? process.env['CROSS'] ?? 'i686-linux-gnu-'}gcc`;
	const places = (process.env['PATH'] ?? '').split(':').map((place) => path.join(place, compiler));
	const found = places.find((place) => existsSync(place));
	const version = found === undefined ? '' : `${realpathSync(found)} ${statSync(found).mtimeMs}`;
	return [folder, variant, ...settings, version].join('\n');
}

function recordOf(folder: string, variant: Variant): string {
	return path.join(variantRoot(variant), `.made-${folder}`);
}

/**
 * Whether make has nothing to do for sure: since it last ended well no input has changed, come or gone, no folder of
 * outputs has lost or gained an entry, and the settings are the same. Costs a look at each input instead of running make,
 * which reads every dependency file first. What is newer than the host's own time is never up to date.
 */
export function upToDate(folder: string, variant: Variant): boolean {
	const files = footprint(folder, variant);
	const made = files && readRecord(recordOf(folder, variant));
	return !!made && made.key === keyOf(folder, variant) && untouched(files, made);
}

/** Whether inputs and outputs are still those that make left. */
export function untouched({ inputs, outputs }: Footprint, { started, finished }: Omit<Made, 'key'>): boolean {
	if (!outputs.every((file) => existsSync(file))) return false;
	return newestTime(...inputs) < started && newestFolderTime(...outputs) <= finished;
}

/** Notes that make ended well, having been started at `started` (ms). */
export function noteMade(folder: string, variant: Variant, started: number): void {
	if (footprint(folder, variant) === undefined) return;
	const made: Made = { key: keyOf(folder, variant), started, finished: Date.now() };
	writeFileSync(recordOf(folder, variant), JSON.stringify(made));
}

function readRecord(file: string): Made | undefined {
	try {
		return JSON.parse(readFileSync(file, 'utf8'));
	} catch {
		return undefined; // none yet, or cut short: make tells
	}
}
