import { type ScaffoldKind, scaffoldKinds } from '../build/scaffold.js';
import { defineCommand, jsonOption } from './command.js';

interface Options {
	kind: ScaffoldKind;
	name: string;
	json: boolean;
}

export const command = defineCommand<Options>({
	command: 'new <kind> <name>',
	describe: 'Begin a test case, a system call, a driver or a port',
	examples: [
		['imposos new case 3.2/cow-after-fork', 'A case and its program in the guest'],
		['imposos new syscall splice', 'A handler for a number that the table knows'],
		['imposos new driver e1000', 'A driver for a PCI device'],
		['imposos new port nethack-console', 'A program of Debian for an image'],
	],
	builder: (yargs) =>
		jsonOption(yargs)
			.positional('kind', { choices: scaffoldKinds, demandOption: true, describe: 'What to begin' })
			.positional('name', { type: 'string', demandOption: true, describe: 'Its name; of a case STEP/NAME' }),
	run: async ({ kind, name, json }, { log, print }) => {
		const { scaffold } = await import('../build/scaffold.js');
		const result = scaffold(kind, name);
		if (json) {
			print(JSON.stringify(result));
			return;
		}
		for (const file of result.made) print(`made     ${file}`);
		for (const file of result.changed) print(`changed  ${file}`);
		for (const line of result.next) log.info(`next: ${line}`);
	},
});
