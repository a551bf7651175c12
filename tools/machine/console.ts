import { EventEmitter } from 'node:events';
import { createWriteStream, type WriteStream } from 'node:fs';
import type { Duplex } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';
import { BootError, TimeoutError } from '../errors.js';
import { TroubleScanner } from './trouble.js';
import { waitFor } from './wait.js';

/** How much of the past is kept for patterns and reports; the log file has it all. */
const KEPT = 1 << 20;

export interface ConsoleOptions {
	/** Everything the guest writes goes to this file as well. */
	log?: string;
}

/** The guest's console line. Emits `data` (bytes) and `trouble` (a line). */
export class Console extends EventEmitter {
	readonly #line: Duplex;
	readonly #log: WriteStream | undefined;
	readonly #decoder = new StringDecoder('utf8');
	readonly #scanner = new TroubleScanner();
	#text = '';
	#start = 0;
	#closed = false;

	constructor(line: Duplex, { log }: ConsoleOptions = {}) {
		super();
		this.setMaxListeners(0);
		this.#line = line;
		this.#log = log === undefined ? undefined : createWriteStream(log, { flags: 'a' });
		line.on('data', (bytes: Buffer) => this.#receive(bytes));
		line.on('error', () => this.#end());
		line.on('close', () => this.#end());
	}

	/** Position behind the last character so far; wait from here for what comes next. */
	get position(): number {
		return this.#start + this.#text.length;
	}

	/** Lines that look like a panic or a report of the kernel's checkers. */
	get troubles(): readonly string[] {
		return this.#scanner.troubles;
	}

	/** The last lines, for a report. */
	tail(lines = 30): string {
		return this.#text.trimEnd().split('\n').slice(-lines).join('\n');
	}

	/** What was written since a position, as far as it is kept. */
	since(position = 0): string {
		return this.#text.slice(Math.max(0, position - this.#start));
	}

	/** Types into the console. */
	write(text: string | Uint8Array): void {
		if (!this.#closed) this.#line.write(text);
	}

	/**
	 * Waits until the console shows a pattern, counting what it has shown since `from` (by default: all).
	 *
	 * @returns the match, and the position behind it
	 * @throws TimeoutError with the console's tail; BootError when the machine ends first
	 */
	async waitFor(
		pattern: RegExp | string,
		options: { timeout?: number; from?: number; signal?: AbortSignal | undefined } = {},
	): Promise<{ match: RegExpExecArray; end: number }> {
		const { timeout = 30_000, from = 0, signal } = options;
		const regexp = typeof pattern === 'string' ? new RegExp(pattern.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')) : pattern;
		const what = `the console, for ${regexp}`;
		try {
			return await waitFor({ timeout, signal, what }, (resolve, reject) => {
				const look = () => {
					const text = this.since(from);
					const match = new RegExp(regexp.source, regexp.flags.replace(/[gy]/g, '')).exec(text);
					if (match) resolve({ match, end: this.position - text.length + match.index + match[0].length });
					return match !== null;
				};
				const closed = () => reject(new BootError(`${what}: the machine ended\n${this.tail(10)}`));
				if (!look() && this.#closed) closed();
				this.on('data', look).once('close', closed);
				return () => this.off('data', look).off('close', closed);
			});
		} catch (error) {
			if (error instanceof TimeoutError) throw new TimeoutError(`${error.message}; its tail:\n${this.tail(10)}`);
			throw error;
		}
	}

	/** Takes what is still on its way from a machine that has ended; the log is complete when it resolves. */
	async close(): Promise<void> {
		if (!this.#closed) {
			await waitFor<void>({ timeout: 1000, what: 'the end of the console' }, (resolve) => {
				this.once('close', resolve);
				return () => this.off('close', resolve);
			}).catch(() => {});
		}
		this.#line.destroy();
		this.#end();
		const log = this.#log;
		if (log && !log.closed) await new Promise<void>((resolve) => log.end(resolve));
	}

	#receive(bytes: Buffer): void {
		this.#log?.write(bytes);
		const text = this.#decoder.write(bytes);
		this.#text += text;
		if (this.#text.length > 2 * KEPT) {
			this.#start += this.#text.length - KEPT;
			this.#text = this.#text.slice(-KEPT);
		}
		for (const line of this.#scanner.push(text)) this.emit('trouble', line);
		this.emit('data', bytes);
	}

	#end(): void {
		if (this.#closed) return;
		this.#closed = true;
		for (const line of this.#scanner.end()) this.emit('trouble', line);
		this.emit('close');
	}
}
