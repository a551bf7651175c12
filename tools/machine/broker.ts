import { connect, createServer, type Server, type Socket } from 'node:net';
import { BootError } from '../errors.js';
import type { Console } from './console.js';
import type { Control } from './control.js';
import type { Transport } from './link.js';
import { decodeMessage, encodeMessage, type Message, TP } from './protocol.js';
import { waitFor } from './wait.js';

/** Requests that open a channel. */
const opening = new Set<number>([
	...[TP.PING, TP.EXEC, TP.PUT, TP.GET, TP.MKDIR, TP.SET_CLOCK],
	...[TP.RESEED, TP.SYNC, TP.POWEROFF],
]);

/** Length (u32) in front of every message between a broker and its clients. */
const LENGTH = 4;

export interface Served {
	close(): void;
}

async function serve(path: string, onClient: (socket: Socket) => void): Promise<Served> {
	const clients = new Set<Socket>();
	const server: Server = createServer((socket) => {
		clients.add(socket);
		socket.on('error', () => socket.destroy());
		socket.on('close', () => clients.delete(socket));
		onClient(socket);
	});
	await new Promise<void>((resolve, reject) => {
		server.once('error', reject);
		server.listen(path, resolve);
	});
	return {
		close: () => {
			server.close();
			for (const client of clients) client.destroy();
		},
	};
}

/** Lets other processes see a machine's console and type into it. */
export function serveConsole(console: Console, path: string): Promise<Served> {
	return serve(path, (socket) => {
		const show = (bytes: Buffer) => socket.write(bytes);
		const end = () => socket.end();
		socket.write(console.since().slice(-4096));
		console.on('data', show).once('close', end);
		socket.on('data', (bytes: Buffer) => console.write(bytes));
		socket.on('close', () => console.off('data', show).off('close', end));
	});
}

/**
 * Lets other processes use the agent through this process' session: each client's channels are given numbers of
 * the session's. Credit flows from end to end, so nothing piles up here.
 */
export function serveControl(agent: () => Promise<Control>, path: string): Promise<Served> {
	return serve(path, (socket) => {
		void agent().then(
			(control) => new ControlClient(socket, control),
			() => socket.destroy(),
		);
	});
}

class ControlClient {
	readonly #socket: Socket;
	readonly #control: Control;
	/** The client's channel numbers to the session's. */
	readonly #channels = new Map<number, number>();

	constructor(socket: Socket, control: Control) {
		this.#socket = socket;
		this.#control = control;
		readMessages(socket, (message) => this.#fromClient(message));
		socket.on('close', () => {
			for (const [theirs, ours] of this.#channels) {
				control.send(TP.CLOSE, ours, new Uint8Array());
				this.#forget(theirs);
			}
		});
	}

	#fromClient({ kind, stream, channel, body }: Message): void {
		if (opening.has(kind) && !this.#channels.has(channel)) this.#open(channel, kind);
		const ours = this.#channels.get(channel);
		if (ours !== undefined) this.#control.send(kind, ours, body, stream);
		if (kind === TP.CLOSE) this.#forget(channel);
	}

	#open(theirs: number, request: number): void {
		const ours = this.#control.claim({
			message: (message) => {
				writeMessage(this.#socket, { ...message, channel: theirs });
				if (isLast(request, message)) this.#forget(theirs);
			},
			closed: () => this.#socket.destroy(),
		});
		this.#channels.set(theirs, ours);
	}

	#forget(theirs: number): void {
		const ours = this.#channels.get(theirs);
		if (ours !== undefined) this.#control.release(ours);
		this.#channels.delete(theirs);
	}
}

/** Whether a message ends the channel that a request opened. */
function isLast(request: number, { kind, body }: Message): boolean {
	if (request === TP.EXEC) return kind === TP.EXIT || kind === TP.RESULT;
	if (request === TP.GET) return kind === TP.EOF || (kind === TP.RESULT && body.readUInt32LE(0) !== 0);
	return kind === TP.RESULT;
}

function writeMessage(socket: Socket, message: Message): void {
	const bytes = encodeMessage(message);
	const length = Buffer.alloc(LENGTH);
	length.writeUInt32LE(bytes.length);
	socket.write(Buffer.concat([length, bytes]));
}

function readMessages(socket: Socket, onMessage: (message: Message) => void): void {
	let held = Buffer.alloc(0);
	socket.on('data', (bytes: Buffer) => {
		held = Buffer.concat([held, bytes]);
		while (held.length >= LENGTH) {
			const end = LENGTH + held.readUInt32LE(0);
			if (held.length < end) break;
			const message = decodeMessage(held.subarray(LENGTH, end));
			if (message) onMessage(message);
			held = held.subarray(end);
		}
	});
}

/** Connects to a socket of a running machine. @throws BootError when its owner has gone */
export function connectTo(path: string, signal?: AbortSignal): Promise<Socket> {
	const socket = connect(path);
	return waitFor<Socket>({ timeout: 10_000, signal, what: `the machine's socket ${path}` }, (resolve, reject) => {
		const connected = () => resolve(socket);
		const failed = (error: Error) => reject(new BootError('the machine has gone', { cause: error }));
		socket.once('connect', connected).once('error', failed);
		return () => socket.off('connect', connected).off('error', failed);
	});
}

/** The agent of a machine that another process owns. */
export async function connectControl(path: string, signal?: AbortSignal): Promise<Transport> {
	const socket = await connectTo(path, signal);
	const listeners = new Set<(reason: Error) => void>();
	let closed: Error | undefined;
	socket.on('error', () => {});
	socket.on('close', () => {
		closed = new BootError('the machine has ended, or its agent does not answer');
		for (const listener of listeners) listener(closed);
	});
	return {
		send: (message) => writeMessage(socket, message),
		onMessage: (listener) => readMessages(socket, listener),
		onClose: (listener) => {
			if (closed) listener(closed);
			else listeners.add(listener);
		},
		close: () => socket.destroy(),
	};
}
