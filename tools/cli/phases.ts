import { defineCommand, jsonOption } from './command.js';

interface Options {
	json: boolean;
	write: boolean;
	manual: string | undefined;
}

export const command = defineCommand<Options>({
	command: 'phases',
	describe: 'The plan: every step, its cases and their last results',
	examples: [
		['imposos phases --write', 'Bring docs/plan.md and docs/syscalls.md up to date'],
		['imposos phases --manual /usr/share/man/man2', 'Take the errors of system calls from manual pages'],
	],
	builder: (yargs) =>
		jsonOption(yargs)
			.option('write', {
				type: 'boolean',
				default: false,
				describe: 'Write docs/plan.md from the suites and docs/syscalls.md from the table',
			})
			.option('manual', {
				type: 'string',
				describe: 'Write the table of documented errors from a folder of manual pages (manpages-dev)',
			}),
	run: async ({ json, write, manual }, { log, print }) => {
		if (manual !== undefined) {
			const { writeFileSync } = await import('node:fs');
			const { displayPath } = await import('../build/paths.js');
			const { documentedFile, documentedTable } = await import('../suite/documented-errors.js');
			writeFileSync(documentedFile, documentedTable(manual));
			log.info(`wrote ${displayPath(documentedFile)}`);
			return;
		}
		const { loadSuites } = await import('../suite/phases.js');
		const { keptPage, plan, planFile, planPage, planTable } = await import('../suite/plan.js');
		const phases = plan(await loadSuites());
		if (write) {
			const { writeFileSync } = await import('node:fs');
			const { displayPath, ensureFolder, fromRoot } = await import('../build/paths.js');
			const { syscallsFile, syscallsPage } = await import('../suite/syscalls-page.js');
			ensureFolder(fromRoot('docs'));
			for (const [file, page, kept] of [
				[planFile, planPage(phases), keptPage()],
				[syscallsFile, syscallsPage(), keptPage(syscallsFile)],
			] as const) {
				if (page === kept) log.info(`${displayPath(file)} is up to date`);
				else {
					writeFileSync(file, page);
					log.info(`wrote ${displayPath(file)}`);
				}
			}
			return;
		}
		print(json ? JSON.stringify(phases) : planTable(phases));
	},
});
