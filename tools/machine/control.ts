import { Readable } from 'node:stream';
import { finished } from 'node:stream/promises';
import { GuestFailure, TimeoutError } from '../errors.js';
import { errnoName } from './errno.js';
import type { Transport } from './link.js';
import { GuestProgram, type SpawnOptions } from './program.js';
import { type Message, TP, words } from './protocol.js';
import { listTasks } from './tasks.js';

export interface ExecOptions extends Omit<SpawnOptions, 'tty'> {
	/** What the program reads; nothing (an empty input) when left out. */
	stdin?: string | Uint8Array | Readable;
	/** Milliseconds until the program is killed and TimeoutError, which lists the guest's tasks, thrown. 60 s when left out. */
	timeout?: number;
	signal?: AbortSignal;
}

export interface ExecResult {
	/** Exit status as a shell counts it: 128 + number for a signal. */
	status: number;
	/** Signal that ended it, 0 for none. */
	signal: number;
	stdout: string;
	stderr: string;
}

/** What a channel's owner does with the messages of its channel. */
export interface ChannelHandler {
	message(message: Message): void;
	closed(reason: Error): void;
}

const REQUEST_MS = 30_000;

/** The agent in the guest, as calls. */
export class Control {
	readonly #transport: Transport;
	readonly #handlers = new Map<number, ChannelHandler>();
	#lastChannel = 0;
	#closed: Error | undefined;

	constructor(transport: Transport) {
		this.#transport = transport;
		transport.onMessage((message) => this.#handlers.get(message.channel)?.message(message));
		transport.onClose((reason) => {
			this.#closed = reason;
			for (const handler of [...this.#handlers.values()]) handler.closed(reason);
			this.#handlers.clear();
		});
	}

	/** Takes a channel nobody uses. @throws the reason why the line is gone */
	claim(handler: ChannelHandler): number {
		if (this.#closed) throw this.#closed;
		do this.#lastChannel = (this.#lastChannel % 0xffff) + 1;
		while (this.#handlers.has(this.#lastChannel));
		this.#handlers.set(this.#lastChannel, handler);
		return this.#lastChannel;
	}

	release(channel: number): void {
		this.#handlers.delete(channel);
	}

	send(kind: number, channel: number, body: Uint8Array, stream = 0): void {
		this.#transport.send({ kind, stream, channel, body: Buffer.from(body) });
	}

	/** Ends the line. */
	close(): void {
		this.#transport.close();
	}

	/** Starts a program; resolves when it runs. @throws GuestFailure when it cannot be executed */
	async spawn(argv: readonly string[], options: SpawnOptions = {}): Promise<GuestProgram> {
		const program = new GuestProgram(this, argv, options);
		await program.started;
		return program;
	}

	/** Runs a program to its end and gives what it wrote. */
	async exec(argv: readonly string[], options: ExecOptions = {}): Promise<ExecResult> {
		const { stdin, timeout = 60_000, signal, ...rest } = options;
		signal?.throwIfAborted();
		const program = new GuestProgram(this, argv, { ...rest, noStdin: stdin === undefined });
		const gathered = { stdout: [] as Buffer[], stderr: [] as Buffer[] };
		program.stdout.on('data', (bytes: Buffer) => gathered.stdout.push(bytes));
		program.stderr.on('data', (bytes: Buffer) => gathered.stderr.push(bytes));
		program.stdin.on('error', () => {});
		const text = (chunks: Buffer[]) => Buffer.concat(chunks).toString('utf8');
		const stop = (error: unknown) => program.abandon(error);
		const late = async () => {
			const tail = text(gathered.stdout).slice(-500) + text(gathered.stderr).slice(-500);
			const said = `${argv.join(' ')}: still running after ${timeout / 1000} s; it wrote:\n${tail}`;
			stop(new TimeoutError(`${said}\nthe guest’s tasks:\n${await listTasks(this)}`));
		};
		const limit = setTimeout(() => void late(), timeout);
		const aborted = () => stop(signal?.reason);
		signal?.addEventListener('abort', aborted);
		try {
			await program.started;
			if (stdin !== undefined) {
				const source = stdin instanceof Readable ? stdin : Readable.from([Buffer.from(stdin)]);
				source.pipe(program.stdin);
			}
			const [exit] = await Promise.all([program.exited, finished(program.stdout), finished(program.stderr)]);
			return { ...exit, stdout: text(gathered.stdout), stderr: text(gathered.stderr) };
		} finally {
			clearTimeout(limit);
			signal?.removeEventListener('abort', aborted);
		}
	}

	/** @returns the agent's process id and the guest's monotonic time in nanoseconds */
	async ping(timeout = REQUEST_MS): Promise<{ pid: number; monotonic: bigint }> {
		const body = await this.#request(TP.PING, new Uint8Array(), 'ping', timeout);
		return { pid: body.readUInt32LE(4), monotonic: body.readBigUInt64LE(8) };
	}

	/** Makes a folder and its parents. */
	async mkdir(path: string, mode = 0o755): Promise<void> {
		await this.#request(TP.MKDIR, words([mode], Buffer.from(path)), `mkdir ${path}`);
	}

	/** Sets the guest's wall clock, in milliseconds since 1970. */
	async setClock(now: number): Promise<void> {
		const body = Buffer.alloc(12);
		body.writeBigUInt64LE(BigInt(Math.floor(now / 1000)));
		body.writeUInt32LE((now % 1000) * 1_000_000, 8);
		await this.#request(TP.SET_CLOCK, body, 'set the clock');
	}

	/** Stirs bytes that nobody can guess into the guest's random generator. */
	async reseed(bytes: Uint8Array): Promise<void> {
		await this.#request(TP.RESEED, bytes, 'reseed the random generator');
	}

	async sync(): Promise<void> {
		await this.#request(TP.SYNC, new Uint8Array(), 'sync', 120_000);
	}

	/** Asks for power off or a reset; returns when the guest has taken note. */
	async power(how: 'off' | 'reset' | 'halt'): Promise<void> {
		const code = { off: TP.POWER_OFF, reset: TP.POWER_RESET, halt: TP.POWER_HALT }[how];
		await this.#request(TP.POWEROFF, words([code]), `power ${how}`);
	}

	/** Writes a file in the guest. */
	async putFile(path: string, content: string | Uint8Array, mode = 0o644, timeout = 600_000): Promise<void> {
		const bytes = typeof content === 'string' ? Buffer.from(content) : Buffer.from(content);
		let credit: number = TP.INITIAL_CREDIT;
		let at = 0;
		const body = Buffer.concat([words([mode, bytes.length % 2 ** 32, 0]), Buffer.from(path)]);
		const pump = (channel: number) => {
			while (at < bytes.length && credit > 0) {
				const part = bytes.subarray(at, at + Math.min(credit, TP.MAX_BODY));
				this.send(TP.DATA, channel, part, TP.FILE);
				credit -= part.length;
				at += part.length;
				if (at === bytes.length) this.send(TP.EOF, channel, words([0]), TP.FILE);
			}
		};
		await this.#request(TP.PUT, body, `write ${path}`, timeout, (message, channel) => {
			if (message === undefined) {
				if (bytes.length === 0) this.send(TP.EOF, channel, words([0]), TP.FILE);
			} else if (message.kind === TP.CREDIT) credit += message.body.readUInt32LE(0);
			pump(channel);
			return undefined;
		});
	}

	/** Reads a file of the guest. */
	async getFile(path: string, timeout = 600_000): Promise<Buffer> {
		const chunks: Buffer[] = [];
		let opened = false;
		await this.#request(TP.GET, Buffer.from(path), `read ${path}`, timeout, (message, channel) => {
			if (message?.kind === TP.RESULT && message.body.readUInt32LE(0) === 0 && !opened) {
				opened = true;
				return 'more';
			}
			if (message?.kind === TP.DATA) {
				chunks.push(message.body);
				this.send(TP.CREDIT, channel, words([message.body.length]), TP.FILE);
			}
			return message?.kind === TP.EOF ? 'end' : undefined;
		});
		return Buffer.concat(chunks);
	}

	/**
	 * One request and its RESULT. `watch` sees every message first, and once `undefined` after the request has
	 * been sent; it may hold the RESULT back as 'more' and end the request itself, with an errno as body.
	 */
	#request(
		kind: number,
		body: Uint8Array,
		what: string,
		timeout = REQUEST_MS,
		watch?: (message: Message | undefined, channel: number) => 'more' | 'end' | undefined,
	): Promise<Buffer> {
		return new Promise((resolve, reject) => {
			const settle = (error: unknown, result?: Buffer) => {
				clearTimeout(limit);
				this.release(channel);
				if (result === undefined) reject(error);
				else resolve(result);
			};
			const channel = this.claim({
				message: (message) => {
					const verdict = watch?.(message, channel);
					if (verdict === 'more' || (verdict !== 'end' && message.kind !== TP.RESULT)) return;
					const errno = message.body.readUInt32LE(0);
					if (errno === 0) settle(undefined, message.body.subarray(4));
					else settle(new GuestFailure(`${what}: ${errnoName(errno)}`));
				},
				closed: (reason) => settle(reason),
			});
			const limit = setTimeout(() => {
				this.send(TP.CLOSE, channel, new Uint8Array());
				settle(new TimeoutError(`${what}: the agent did not answer within ${timeout / 1000} s`));
			}, timeout);
			this.send(kind, channel, body);
			watch?.(undefined, channel);
		});
	}
}
