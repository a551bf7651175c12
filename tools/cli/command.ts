import type { Argv, CommandModule } from 'yargs';
import { Lifetime } from '../lifetime.js';
import { createLog, type Log } from '../log.js';

/** What the command line hands to a command beside its options. */
export interface CommandContext {
	lifetime: Lifetime;
	/** Aborts on interrupt; pass it to everything that waits. */
	signal: AbortSignal;
	log: Log;
	/** Writes to standard output: the command's result and nothing else. */
	print(text: string): void;
	/** The status to end with when it is neither plain success nor an error. */
	exitWith(status: number): void;
}

/** Options that every command understands. */
export interface CommonOptions {
	verbose: number;
	/** What stands behind `--`. */
	'--'?: string[];
}

export interface CommandSpec<Options> {
	/** Name and positional arguments in yargs' notation. */
	command: string;
	describe: string;
	aliases?: string[];
	/** Command line and what it does. */
	examples?: [string, string][];
	builder(yargs: Argv<CommonOptions>): Argv<Options & CommonOptions>;
	/** Declared here, implemented elsewhere: import the work lazily. */
	run(options: Options & CommonOptions, context: CommandContext): Promise<void>;
}

/** State of the one command that this process runs. */
export const commandState: { lifetime: Lifetime; exitCode: number } = { lifetime: new Lifetime(), exitCode: 0 };

/** True when progress may be redrawn in place. */
export function isInteractive(): boolean {
	return process.stderr.isTTY === true && process.env['CI'] === undefined && process.env['TERM'] !== 'dumb';
}

/** Makes a yargs command whose work gets a {@link CommandContext}. */
export function defineCommand<Options>(
	spec: CommandSpec<Options>,
): CommandModule<CommonOptions, Options & CommonOptions> {
	return {
		command: spec.command,
		describe: spec.describe,
		...(spec.aliases ? { aliases: spec.aliases } : {}),
		builder: (yargs) => {
			for (const [line, what] of spec.examples ?? []) yargs.example(line, what);
			return spec.builder(yargs);
		},
		handler: async (options) => {
			await spec.run(options as unknown as Options & CommonOptions, {
				lifetime: commandState.lifetime,
				signal: commandState.lifetime.signal,
				log: createLog({ level: options.verbose, interactive: isInteractive() }),
				print: (text) => {
					process.stdout.write(text.endsWith('\n') ? text : `${text}\n`);
				},
				exitWith: (status) => {
					commandState.exitCode = status;
				},
			});
		},
	};
}

/** `--json`, for commands that print a result. */
export function jsonOption<T>(yargs: Argv<T>): Argv<T & { json: boolean }> {
	return yargs.option('json', { type: 'boolean', default: false, describe: 'Print the result as JSON' });
}
