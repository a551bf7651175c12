import { defineCommand } from './command.js';

export const command = defineCommand<{ id: string | undefined }>({
	command: 'attach [id]',
	describe: 'Connect this terminal to the console of a machine that runs',
	examples: [['imposos attach', 'The only one that runs; Ctrl-A X leaves it running']],
	builder: (yargs) => yargs.positional('id', { type: 'string', describe: 'Number from `imposos ps`' }),
	run: async ({ id }, { signal, log }) => {
		const { attach } = await import('../machine/run.js');
		await attach(id, { input: process.stdin, output: process.stdout }, { signal, log });
	},
});
