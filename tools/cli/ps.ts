import { defineCommand, jsonOption } from './command.js';

export const command = defineCommand<{ json: boolean }>({
	command: 'ps',
	describe: 'List the machines that run',
	builder: (yargs) => jsonOption(yargs),
	run: async ({ json }, { print, log }) => {
		const { listRuns } = await import('../machine/registry.js');
		const runs = listRuns();
		if (json) {
			print(JSON.stringify(runs));
			return;
		}
		if (runs.length === 0) log.info('no machine runs');
		for (const { id, qemu, started, title } of runs) {
			const minutes = Math.floor((Date.now() - Date.parse(started)) / 60_000);
			print(`${id.padStart(4)}  pid ${String(qemu ?? '-').padEnd(8)} ${String(minutes).padStart(4)} min  ${title}`);
		}
	},
});
