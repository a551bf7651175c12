import { defineCommand } from './command.js';

export const command = defineCommand<{ file: string; vm: string | undefined }>({
	command: 'screenshot <file>',
	describe: 'Save the screen of a machine that runs as PNG',
	examples: [['imposos screenshot screen.png', 'Of the only machine that runs']],
	builder: (yargs) =>
		yargs
			.positional('file', { type: 'string', demandOption: true, describe: 'Where the picture goes' })
			.option('vm', { type: 'string', requiresArg: true, describe: 'Number from `imposos ps`' }),
	run: async ({ file, vm }, { signal, log }) => {
		const { findRun } = await import('../machine/registry.js');
		const { UsageError } = await import('../errors.js');
		const { Qmp } = await import('../machine/qmp.js');
		const { saveScreenshot } = await import('../machine/screen.js');
		const run = findRun(vm);
		if (run.qmp === undefined) throw new UsageError(`machine ${run.id} is not one of QEMU's: it has no screen to save`);
		const qmp = await Qmp.connect(run.qmp, signal);
		try {
			const { width, height } = await saveScreenshot(qmp, file);
			log.info(`${file}: ${width} x ${height}`);
		} finally {
			qmp.close();
		}
	},
});
