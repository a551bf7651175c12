import { constants } from 'node:os';
import { Readable, Writable } from 'node:stream';
import { GuestFailure } from '../errors.js';
import type { Control } from './control.js';
import { errnoName } from './errno.js';
import { type Message, TP, words } from './protocol.js';

export interface SpawnOptions {
	/** Environment; `defaultEnvironment` when left out. */
	env?: Record<string, string>;
	/** Working directory, / when left out. */
	cwd?: string;
	/** On a new pseudo-terminal of this size; then everything arrives on stdout. */
	tty?: { rows: number; columns: number };
	/** As this user and group, without others. */
	user?: { uid: number; gid: number };
	/** Standard input is /dev/null. */
	noStdin?: boolean;
}

export interface ProgramExit {
	/** Exit status as a shell counts it: 128 + number for a signal. */
	status: number;
	/** Signal that ended it, 0 for none. */
	signal: number;
}

/** What a program gets that was not told otherwise. */
export const defaultEnvironment: Record<string, string> = {
	PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
	HOME: '/root',
	USER: 'root',
	LOGNAME: 'root',
	SHELL: '/bin/sh',
	TERM: 'linux',
};

/** Output of a program: the guest may send on as the reader takes it. */
class Output extends Readable {
	readonly #grant: (bytes: number) => void;
	#owed = 0;

	constructor(grant: (bytes: number) => void) {
		super({ highWaterMark: TP.INITIAL_CREDIT });
		this.#grant = grant;
	}

	deliver(bytes: Uint8Array): void {
		this.#owed += bytes.length;
		this.push(bytes);
	}

	override _read(): void {
		if (this.#owed === 0) return;
		const owed = this.#owed;
		this.#owed = 0;
		this.#grant(owed);
	}
}

/** Input of a program: takes as much as the guest has room for. */
class Input extends Writable {
	readonly #send: (kind: number, body: Uint8Array) => void;
	#credit: number = TP.INITIAL_CREDIT;
	#waiting: (() => void) | undefined;

	constructor(send: (kind: number, body: Uint8Array) => void) {
		super({ highWaterMark: TP.INITIAL_CREDIT });
		this.#send = send;
	}

	grant(bytes: number): void {
		this.#credit += bytes;
		const waiting = this.#waiting;
		this.#waiting = undefined;
		waiting?.();
	}

	override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
		let at = 0;
		const pump = () => {
			while (at < chunk.length && this.#credit > 0) {
				const part = chunk.subarray(at, at + Math.min(this.#credit, TP.MAX_BODY));
				this.#send(TP.DATA, part);
				this.#credit -= part.length;
				at += part.length;
			}
			if (at < chunk.length) this.#waiting = pump;
			else done();
		};
		pump();
	}

	override _final(done: (error?: Error | null) => void): void {
		this.#send(TP.EOF, words([0]));
		done();
	}
}

/** A program in the guest, from its request to its exit. */
export class GuestProgram {
	readonly stdin: Writable;
	readonly stdout: Readable;
	readonly stderr: Readable;
	/** Resolves to its process id once execve() has succeeded; rejects with GuestFailure if it has not. */
	readonly started: Promise<number>;
	/** Resolves after the last output has been handed to the streams. */
	readonly exited: Promise<ProgramExit>;
	readonly #control: Control;
	readonly #channel: number;
	readonly #argv: readonly string[];
	readonly #outputs: { [stream: number]: Output };
	readonly #input: Input;
	#ended = false;
	#onStart: (pid: number) => void = () => {};
	#onExit: (exit: ProgramExit) => void = () => {};
	#onFailure: (reason: unknown) => void = () => {};

	constructor(control: Control, argv: readonly string[], options: SpawnOptions) {
		this.#control = control;
		this.#argv = argv;
		this.#channel = control.claim({
			message: (message) => this.#message(message),
			closed: (reason) => this.#fail(reason),
		});
		const channel = this.#channel;
		const output = (stream: number) =>
			new Output((bytes) => {
				if (!this.#ended) control.send(TP.CREDIT, channel, words([bytes]), stream);
			});
		this.#outputs = { [TP.STDOUT]: output(TP.STDOUT), [TP.STDERR]: output(TP.STDERR) };
		this.#input = new Input((kind, body) => {
			if (!this.#ended) control.send(kind, channel, body, TP.STDIN);
		});
		this.stdin = this.#input;
		this.stdout = this.#outputs[TP.STDOUT] as Output;
		this.stderr = this.#outputs[TP.STDERR] as Output;
		const failures: ((reason: unknown) => void)[] = [];
		this.started = new Promise((resolve, reject) => {
			this.#onStart = resolve;
			failures.push(reject);
		});
		this.exited = new Promise((resolve, reject) => {
			this.#onExit = resolve;
			failures.push(reject);
		});
		// Whoever awaits one of the two learns of a failure; the other is no unhandled rejection.
		this.started.catch(() => {});
		this.exited.catch(() => {});
		this.#onFailure = (reason) => {
			for (const reject of failures) reject(reason);
		};
		this.#request(options);
	}

	/** Sends it a signal, or its whole process group. */
	kill(signal: NodeJS.Signals | number, group = false): void {
		const number = typeof signal === 'number' ? signal : constants.signals[signal];
		if (!this.#ended) this.#control.send(TP.KILL, this.#channel, words([number, group ? TP.KILL_GROUP : 0]));
	}

	/** Tells its terminal the new size. */
	resize(rows: number, columns: number): void {
		const body = Buffer.alloc(4);
		body.writeUInt16LE(rows);
		body.writeUInt16LE(columns, 2);
		if (!this.#ended) this.#control.send(TP.WINDOW_SIZE, this.#channel, body);
	}

	/** Gives it up: the guest kills it, and whoever waits gets `reason`. */
	abandon(reason: unknown): void {
		if (this.#ended) return;
		this.#control.send(TP.CLOSE, this.#channel, new Uint8Array());
		this.#fail(reason);
	}

	#request(options: SpawnOptions): void {
		const env = Object.entries(options.env ?? defaultEnvironment).map(([name, value]) => `${name}=${value}`);
		const list = [options.cwd ?? '/', ...this.#argv, ...env];
		const culprit = list.find((text) => text.includes('\0'));
		if (culprit !== undefined) {
			this.#fail(new GuestFailure(`an argument has a NUL byte in it: ${JSON.stringify(culprit)}`, { exitCode: 125 }));
			return;
		}
		const strings = Buffer.from(list.map((text) => `${text}\0`).join(''));
		const { tty, user } = options;
		const flags =
			(tty ? TP.EXEC_TTY : 0) | (user ? TP.EXEC_USER : 0) | (options.noStdin && !tty ? TP.EXEC_NO_STDIN : 0);
		const size = (tty?.rows ?? 0) + (tty?.columns ?? 0) * 0x10000;
		const body = words([flags, user?.uid ?? 0, user?.gid ?? 0, size, this.#argv.length, env.length, strings.length]);
		this.#control.send(TP.EXEC, this.#channel, body);
		for (let at = 0; at < strings.length; at += TP.MAX_BODY)
			this.#control.send(TP.EXEC_PART, this.#channel, strings.subarray(at, at + TP.MAX_BODY));
	}

	#message({ kind, stream, body }: Message): void {
		switch (kind) {
			case TP.STARTED:
				this.#onStart(body.readUInt32LE(0));
				break;
			case TP.DATA:
				this.#outputs[stream]?.deliver(body);
				break;
			case TP.EOF:
				this.#outputs[stream]?.push(null);
				break;
			case TP.CREDIT:
				this.#input.grant(body.readUInt32LE(0));
				break;
			case TP.EXIT: {
				const [status, signal] = [body.readUInt32LE(0), body.readUInt32LE(4)];
				this.#end();
				this.#onExit({ status: signal > 0 ? 128 + signal : status, signal });
				break;
			}
			case TP.RESULT: {
				const errno = body.readUInt32LE(0);
				const { ENOENT, ENOTDIR } = constants.errno;
				const exitCode = errno === ENOENT || errno === ENOTDIR ? 127 : 126;
				this.#fail(new GuestFailure(`cannot run ${this.#argv[0]}: ${errnoName(errno)}`, { exitCode }));
				break;
			}
		}
	}

	#end(): void {
		this.#ended = true;
		this.#control.release(this.#channel);
		this.#outputs[TP.STDOUT]?.push(null);
		this.#outputs[TP.STDERR]?.push(null);
		// Input that nobody will read is taken and dropped, so that whoever writes it can end.
		this.#input.grant(Number.MAX_SAFE_INTEGER / 2);
	}

	#fail(reason: unknown): void {
		if (this.#ended) return;
		this.#end();
		this.#onFailure(reason);
	}
}
