import { defineCommand, jsonOption } from './command.js';

interface Options {
	json: boolean;
	write: boolean;
}

export const command = defineCommand<Options>({
	command: 'phases',
	describe: 'The plan: every step, its cases and their last results',
	examples: [['imposos phases --write', 'Bring docs/plan.md up to date']],
	builder: (yargs) =>
		jsonOption(yargs).option('write', {
			type: 'boolean',
			default: false,
			describe: 'Write docs/plan.md from the suites',
		}),
	run: async ({ json, write }, { log, print }) => {
		const { loadSuites } = await import('../suite/phases.js');
		const { keptPage, plan, planFile, planPage, planTable } = await import('../suite/plan.js');
		const phases = plan(await loadSuites());
		if (write) {
			const { writeFileSync } = await import('node:fs');
			const { displayPath, ensureFolder, fromRoot } = await import('../build/paths.js');
			const page = planPage(phases);
			ensureFolder(fromRoot('docs'));
			if (page === keptPage()) log.info(`${displayPath(planFile)} is up to date`);
			else {
				writeFileSync(planFile, page);
				log.info(`wrote ${displayPath(planFile)}`);
			}
			return;
		}
		print(json ? JSON.stringify(phases) : planTable(phases));
	},
});
