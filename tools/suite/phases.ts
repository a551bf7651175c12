import { readdirSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { compiledRoot, fromRoot } from '../build/paths.js';
import { UsageError } from '../errors.js';
import type { MachineOverrides } from '../machine/prepare.js';
import type { SuiteDeclaration } from './declaration.js';

/** A suite and where it stands: `00-foundation`. */
export interface LoadedSuite extends SuiteDeclaration {
	name: string;
}

/** Names of the folders of phases that have been started. */
export function phaseFolders(): string[] {
	return readdirSync(fromRoot('phases'))
		.filter((name) => /^\d\d-/.test(name))
		.sort();
}

/** Loads the suites of all phases that have been started. */
export async function loadSuites(): Promise<LoadedSuite[]> {
	return Promise.all(
		phaseFolders().map(async (name) => {
			const file = path.join(compiledRoot, 'phases', name, 'suite.js');
			const { suite } = (await import(pathToFileURL(file).href)) as { suite: SuiteDeclaration };
			return { ...suite, name };
		}),
	);
}

/** What `run --phase N` boots. @throws UsageError for a phase that does not exist or has not been started */
export async function suiteMachine(
	phase: number,
): Promise<{ image: string; overrides: MachineOverrides; note: string }> {
	const suites = await loadSuites();
	const suite = suites.find((one) => one.phase === phase);
	if (suite === undefined) {
		const known = suites.map((one) => `${one.phase} (${one.title})`).join(', ');
		throw new UsageError(`there is no phase ${phase} yet`, { hint: `phases so far: ${known || 'none'}` });
	}
	return { image: suite.image, overrides: suite.machine ?? {}, note: suite.note };
}
