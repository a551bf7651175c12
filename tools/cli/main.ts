import { readFileSync } from 'node:fs';
import { getSystemErrorName } from 'node:util';
import yargs from 'yargs';
import { fromRoot } from '../build/paths.js';
import { UsageError, WorkshopError } from '../errors.js';
import { interruptsEnd } from '../lifetime.js';
import { commandState } from './command.js';
import { commands } from './commands.js';

/** Runs one command line and gives its exit status: 0 done, 1 failed, 2 misused, or what the command says. */
export async function main(args: readonly string[]): Promise<number> {
	const { lifetime } = commandState;
	const release = interruptsEnd(lifetime, (status) => process.exit(status));
	let status = 0;
	try {
		await parse(args);
		lifetime.signal.throwIfAborted();
		status = commandState.exitCode;
	} catch (error) {
		status = report(lifetime.signal.aborted ? lifetime.signal.reason : error, args);
	}
	try {
		await lifetime.dispose();
	} catch (error) {
		status = report(error, args) || 1;
	}
	release();
	return status;
}

async function parse(args: readonly string[]): Promise<void> {
	const parser = yargs([...args])
		.scriptName('imposos')
		.usage('$0 COMMAND [OPTIONS]\n\nBuilds, runs and proves ImposOS.')
		.locale('en')
		.parserConfiguration({
			'populate--': true,
			'parse-positional-numbers': false,
			'boolean-negation': true,
			'duplicate-arguments-array': true,
		})
		.option('verbose', { alias: 'v', count: true, global: true, describe: 'Say more: commands (-v), everything (-vv)' })
		.version(version())
		.help()
		.alias('help', 'h')
		.completion('completion', 'Print a script for shell completion (bash, zsh)')
		.recommendCommands()
		.demandCommand(1, 'no command given')
		.strict()
		.check((values) => {
			const wrong = Object.keys(values).filter((name) => Number.isNaN(values[name]));
			if (wrong.length > 0) throw misuse(`--${wrong.find((name) => name.length > 1)} wants a number`, args);
			return true;
		}, true)
		.wrap(Math.min(120, process.stdout.columns ?? 100))
		.epilogue('Exit status: 0 done, 1 failed, 2 misused. `imposos COMMAND --help` has examples.')
		.exitProcess(false)
		.fail((message: string | null, error: Error | undefined) => {
			// What yargs itself found wrong is the caller's mistake too, though some of it comes as an error.
			throw error === undefined || error.name === 'YError'
				? misuse(error?.message ?? message ?? 'wrong usage', args)
				: error;
		});
	for (const command of commands) parser.command(command);
	await parser.parseAsync();
}

/** Turns a complaint of yargs into one line and a hint. */
function misuse(message: string, args: readonly string[]): UsageError {
	const word = args.find((arg) => !arg.startsWith('-'));
	const command = commands.find(({ command: name }) => String(name).split(' ')[0] === word);
	const hint = command === undefined ? 'imposos --help lists the commands' : `imposos ${word} --help`;
	const suggestion = /Did you mean (.*)\?/.exec(message)?.[1];
	if (suggestion !== undefined)
		return new UsageError(`unknown command: ${word}`, { hint: `did you mean ${suggestion}?` });
	const unknown = /^Unknown arguments?: (.*)/.exec(message)?.[1]?.split(', ');
	if (unknown !== undefined) {
		const names = new Set(
			unknown.map(
				(name) => args.find((arg) => arg.replace(/^--?(no-)?/, '').split('=')[0] === name)?.split('=')[0] ?? name,
			),
		);
		const kind =
			command === undefined && names.has(word ?? '')
				? 'command'
				: [...names].every((name) => name.startsWith('-'))
					? 'option'
					: 'argument';
		return new UsageError(`unknown ${kind}: ${[...names].join(', ')}`, { hint });
	}
	const few = /^Not enough non-option arguments: got (\d+), need at least (\d+)/.exec(message);
	if (few !== null) return new UsageError(`too few arguments: ${few[1]} of ${few[2]} given`, { hint });
	const bare = /^Not enough arguments following: (.*)/.exec(message)?.[1];
	if (bare !== undefined) return new UsageError(`--${bare} wants a value`, { hint });
	const line = message
		.split('\n')
		.map((part) => part.trim())
		.filter((part) => part !== '')
		.join(' ');
	return new UsageError(line.charAt(0).toLowerCase() + line.slice(1), { hint });
}

function version(): string {
	const description: unknown = JSON.parse(readFileSync(fromRoot('package.json'), 'utf8'));
	if (typeof description === 'object' && description !== null && 'version' in description)
		return String(description.version);
	return 'unknown';
}

/** Prints an error as one line, its hint and its log; a defect of the workshop with its stack. */
function report(error: unknown, args: readonly string[]): number {
	const say = (line: string) => process.stderr.write(`${line}\n`);
	if (error instanceof WorkshopError) {
		say(`imposos: ${error.message}`);
		if (error.log !== undefined) say(`log: ${error.log}`);
		if (error.hint !== undefined) say(`hint: ${error.hint}`);
		if (error.cause !== undefined && args.some((arg) => /^-v+$|^--verbose$/.test(arg)))
			say(String(stackOf(error.cause)));
		return error.exitCode;
	}
	const systemError = asSystemError(error);
	if (systemError !== undefined) {
		say(`imposos: ${systemError}`);
		return 1;
	}
	say(`imposos: defect in the workshop: ${stackOf(error)}`);
	return 1;
}

function stackOf(error: unknown): string {
	return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

/** The host refused something (no such file, no space, ...): its own words are enough. */
function asSystemError(error: unknown): string | undefined {
	if (!(error instanceof Error) || !('errno' in error) || typeof error.errno !== 'number') return undefined;
	return 'syscall' in error && getSystemErrorName(error.errno) !== undefined ? error.message : undefined;
}

if (import.meta.filename === process.argv[1]) {
	process.stdout.on('error', (error: NodeJS.ErrnoException) => {
		if (error.code === 'EPIPE') process.exit(commandState.exitCode);
		throw error;
	});
	main(process.argv.slice(2)).then((status) => {
		process.exitCode = status;
		// A stray handle must not keep the command alive; give pipes time to drain first.
		setTimeout(() => process.exit(status), 2000).unref();
	});
}
