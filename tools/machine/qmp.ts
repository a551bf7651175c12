import { EventEmitter } from 'node:events';
import { connect } from 'node:net';
import type { Duplex } from 'node:stream';
import { BootError } from '../errors.js';
import { waitFor } from './wait.js';

type Json = Record<string, unknown>;

const ANSWER_MS = 30_000;

/** QEMU's monitor protocol (QEMU's docs/interop/qmp-spec). Emits each event under its own name. */
export class Qmp extends EventEmitter {
	readonly #line: Duplex;
	readonly #pending = new Map<number, { resolve: (value: unknown) => void; reject: (reason: unknown) => void }>();
	#lastId = 0;
	#buffer = '';
	#closed: Error | undefined;
	#greeted = false;

	private constructor(line: Duplex) {
		super();
		this.#line = line;
		line.setEncoding('utf8');
		line.on('data', (text: string) => this.#receive(text));
		line.on('error', () => this.#end());
		line.on('close', () => this.#end());
	}

	/** Takes the monitor's line over and enters command mode. @throws BootError when it closes before */
	static async open(line: Duplex, signal?: AbortSignal): Promise<Qmp> {
		const qmp = new Qmp(line);
		await waitFor<void>({ timeout: 60_000, signal, what: "QEMU's monitor" }, (resolve, reject) => {
			const closed = () => reject(qmp.#closed);
			if (qmp.#closed) closed();
			else if (qmp.#greeted) resolve();
			qmp.once('#greeting', resolve).once('#close', closed);
			return () => qmp.off('#greeting', resolve).off('#close', closed);
		});
		await qmp.execute('qmp_capabilities');
		return qmp;
	}

	/** Connects to the monitor socket of a machine that another process started. */
	static async connect(path: string, signal?: AbortSignal): Promise<Qmp> {
		return Qmp.open(connect(path), signal);
	}

	/** Runs a command. @throws BootError with QEMU's words when it fails */
	async execute(command: string, args?: Json, timeout = ANSWER_MS): Promise<unknown> {
		if (this.#closed) throw this.#closed;
		const id = ++this.#lastId;
		return waitFor<unknown>({ timeout, what: `QEMU's monitor, ${command}` }, (resolve, reject) => {
			this.#pending.set(id, { resolve, reject });
			this.#line.write(`${JSON.stringify({ execute: command, arguments: args, id })}\n`);
			return () => this.#pending.delete(id);
		});
	}

	/** Runs a line of the human monitor and gives what it prints. */
	async human(line: string, timeout = ANSWER_MS): Promise<string> {
		return String(await this.execute('human-monitor-command', { 'command-line': line }, timeout));
	}

	/** Waits for an event. */
	event(name: string, timeout: number, signal?: AbortSignal): Promise<Json> {
		return waitFor<Json>({ timeout, signal, what: `QEMU's event ${name}` }, (resolve, reject) => {
			const closed = () => reject(this.#closed);
			this.once(name, resolve).once('#close', closed);
			return () => this.off(name, resolve).off('#close', closed);
		});
	}

	close(): void {
		this.#line.destroy();
	}

	#receive(text: string): void {
		this.#buffer += text;
		const lines = this.#buffer.split('\n');
		this.#buffer = lines.pop() ?? '';
		for (const line of lines) if (line.trim() !== '') this.#message(JSON.parse(line) as Json);
	}

	#message(message: Json): void {
		if ('QMP' in message) {
			this.#greeted = true;
			this.emit('#greeting');
		} else if (typeof message['event'] === 'string') {
			this.emit(message['event'], message['data'] ?? {});
		} else if (typeof message['id'] === 'number') {
			const pending = this.#pending.get(message['id']);
			const error = message['error'] as { desc?: string } | undefined;
			if (error) pending?.reject(new BootError(`QEMU refuses: ${error.desc}`));
			else pending?.resolve(message['return']);
		}
	}

	#end(): void {
		if (this.#closed) return;
		this.#closed = new BootError("QEMU's monitor was closed: the machine has ended");
		for (const { reject } of this.#pending.values()) reject(this.#closed);
		this.emit('#close');
	}
}
