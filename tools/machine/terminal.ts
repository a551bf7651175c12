import { GuestFailure } from '../errors.js';

/** This process' terminal, as far as a session with a guest needs it. */
export interface Terminal {
	input: NodeJS.ReadStream;
	output: NodeJS.WriteStream;
}

/** Puts the terminal into raw mode, so that Ctrl-C and its kin reach the guest; gives what undoes it. */
export function rawMode({ input }: Terminal): () => void {
	if (!input.isTTY) return () => {};
	input.setRawMode(true);
	return () => {
		input.setRawMode(false);
		input.pause();
	};
}

/** What a person types between the prefix and a command for us. */
const PREFIX = 0x01; // Ctrl-A

export const escapeHelp = 'Ctrl-A X quits, Ctrl-A Ctrl-A sends Ctrl-A, Ctrl-A H helps';

/**
 * Finds commands for us in what is typed: `x` after Ctrl-A quits, `h` helps, another Ctrl-A stands for itself.
 * The rest is for the guest.
 */
export class EscapeScanner {
	#prefixed = false;

	push(bytes: Uint8Array): { forGuest: Buffer; commands: ('quit' | 'help')[] } {
		const out: number[] = [];
		const commands: ('quit' | 'help')[] = [];
		for (const byte of bytes) {
			if (!this.#prefixed) {
				if (byte === PREFIX) this.#prefixed = true;
				else out.push(byte);
				continue;
			}
			this.#prefixed = false;
			const key = String.fromCharCode(byte).toLowerCase();
			if (key === 'x') commands.push('quit');
			else if (key === 'h' || key === '?') commands.push('help');
			else if (byte === PREFIX) out.push(PREFIX);
			else out.push(PREFIX, byte);
		}
		return { forGuest: Buffer.from(out), commands };
	}
}

/** Both directions of a line with a guest's console. */
export interface ConsoleLine {
	write(bytes: Uint8Array): void;
	onData(listener: (bytes: Buffer) => void): () => void;
	/** Resolves when the guest's end has gone. */
	ended: Promise<unknown>;
}

/**
 * Connects this terminal with a guest's console until somebody quits or the guest ends.
 *
 * @returns which of the two it was
 */
export async function converse(
	terminal: Terminal,
	line: ConsoleLine,
	{ signal }: { signal: AbortSignal },
): Promise<'quit' | 'ended'> {
	const { input, output } = terminal;
	const scanner = new EscapeScanner();
	const restore = rawMode(terminal);
	const off = line.onData((bytes) => output.write(bytes));
	let onInput: (bytes: Buffer) => void = () => {};
	let onAbort = () => {};
	try {
		return await new Promise<'quit' | 'ended'>((resolve, reject) => {
			onInput = (bytes) => {
				const escapes = input.isTTY;
				const { forGuest, commands } = escapes ? scanner.push(bytes) : { forGuest: bytes, commands: [] };
				if (forGuest.length > 0) line.write(forGuest);
				for (const command of commands) {
					if (command === 'quit') resolve('quit');
					else output.write(`\r\n[${escapeHelp}]\r\n`);
				}
			};
			onAbort = () => reject(signal.reason);
			input.on('data', onInput);
			// The conversation before this one, if there was one, has paused it.
			input.resume();
			signal.addEventListener('abort', onAbort);
			if (signal.aborted) onAbort();
			line.ended.then(
				() => resolve('ended'),
				(error: unknown) => reject(new GuestFailure('the console failed', { cause: error })),
			);
		});
	} finally {
		off();
		input.off('data', onInput);
		input.pause();
		signal.removeEventListener('abort', onAbort);
		restore();
	}
}
