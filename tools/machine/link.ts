import { randomBytes } from 'node:crypto';
import type { Duplex } from 'node:stream';
import { BootError, TimeoutError } from '../errors.js';
import { decodeMessage, encodeFrame, encodeMessage, type Frame, FrameDecoder, type Message, TP } from './protocol.js';

/** Carries messages to the agent and back, once and in order. */
export interface Transport {
	/** Queues a message. */
	send(message: Message): void;
	/** Called with each message that comes. One listener. */
	onMessage(listener: (message: Message) => void): void;
	/** Called once when nothing will come any more. */
	onClose(listener: (reason: Error) => void): void;
	close(): void;
}

/** First time limit of the session's greeting; a guest that boots is asked again and again. */
const HELLO_MS = 100;
const HELLO_MAX_MS = 400;

/**
 * The reliable link over a line that may lose bytes: the host's end of userland/agent/link.c.
 *
 * `#queue` holds every message that the agent has not acknowledged, oldest first; the first `#sent` of them are in
 * flight and the first `#flown` were ever sent.
 */
export class Link implements Transport {
	readonly #line: Duplex;
	readonly #decoder = new FrameDecoder();
	readonly #queue: Buffer[] = [];
	#session = 0;
	#open = false;
	#base = 0;
	#sent = 0;
	#flown = 0;
	#expected = 0;
	#nakAgain = 0;
	#resendMs: number = TP.RESEND_MS;
	#timer: NodeJS.Timeout | undefined;
	#listener: (message: Message) => void = () => {};
	#closed: Error | undefined;
	readonly #closeListeners = new Set<(reason: Error) => void>();
	#greeted: (() => void) | undefined;

	constructor(line: Duplex) {
		this.#line = line;
		line.on('data', (bytes: Buffer) => this.#receive(bytes));
		line.on('error', (error: NodeJS.ErrnoException) => this.#end(lineError(error)));
		line.on('close', () => this.#end(lineError()));
	}

	/**
	 * Starts a session: whatever the agent did for the last one is given up.
	 *
	 * @throws TimeoutError when no agent answers within `timeout` milliseconds, or the signal's reason
	 */
	async open(timeout: number, signal?: AbortSignal): Promise<void> {
		signal?.throwIfAborted();
		if (this.#closed) throw this.#closed;
		this.#session = ((this.#session || Math.floor(Math.random() * 0xfffe)) % 0xffff) + 1;
		this.#queue.length = 0;
		this.#base = this.#sent = this.#flown = this.#expected = 0;
		this.#open = false;
		this.#nakAgain = 0;
		this.#stopTimer();
		const version = Buffer.alloc(4);
		version.writeUInt32LE(TP.VERSION);
		const hello = Buffer.concat([version, randomBytes(TP.NONCE_SIZE)]);
		await new Promise<void>((resolve, reject) => {
			let interval = HELLO_MS;
			let next: NodeJS.Timeout | undefined;
			const greet = () => {
				this.#write({ type: TP.FRAME_RESET, session: this.#session, seq: 0, ack: 0, payload: hello });
				next = setTimeout(greet, interval);
				interval = Math.min(interval * 2, HELLO_MAX_MS);
			};
			const done = (error?: unknown) => {
				clearTimeout(next);
				clearTimeout(limit);
				signal?.removeEventListener('abort', aborted);
				this.#closeListeners.delete(done);
				this.#greeted = undefined;
				if (error === undefined) resolve();
				else reject(error);
			};
			const aborted = () => done(signal?.reason);
			const limit = setTimeout(
				() => done(new TimeoutError(`no agent answered on the control line within ${timeout / 1000} s`)),
				timeout,
			);
			signal?.addEventListener('abort', aborted);
			this.#closeListeners.add(done);
			this.#greeted = () => done();
			greet();
		});
	}

	send(message: Message): void {
		if (this.#closed) return;
		this.#queue.push(encodeMessage(message));
		this.#fill();
	}

	onMessage(listener: (message: Message) => void): void {
		this.#listener = listener;
	}

	onClose(listener: (reason: Error) => void): void {
		if (this.#closed) listener(this.#closed);
		else this.#closeListeners.add(listener);
	}

	close(): void {
		this.#end(new BootError('the control line was closed'));
		this.#line.destroy();
	}

	#end(reason: Error): void {
		if (this.#closed) return;
		this.#closed = reason;
		this.#stopTimer();
		for (const listener of [...this.#closeListeners]) listener(reason);
	}

	#write(frame: Frame): void {
		if (!this.#closed && this.#line.writable) this.#line.write(encodeFrame(frame));
	}

	#control(type: number): void {
		this.#write({ type, session: this.#session, seq: 0, ack: this.#expected, payload: Buffer.alloc(0) });
	}

	#fill(): void {
		while (this.#open && this.#sent < Math.min(this.#queue.length, TP.WINDOW_TO_GUEST)) {
			const payload = this.#queue[this.#sent];
			if (payload === undefined) return;
			this.#write({
				type: TP.FRAME_DATA,
				session: this.#session,
				seq: (this.#base + this.#sent) & 0xffff,
				ack: this.#expected,
				payload,
			});
			this.#sent++;
			this.#flown = Math.max(this.#flown, this.#sent);
			this.#timer ??= setTimeout(() => this.#repeat(), this.#resendMs);
		}
	}

	#repeat(): void {
		this.#timer = undefined;
		this.#resendMs = Math.min(this.#resendMs * 2, TP.RESEND_MAX_MS);
		this.#sent = 0;
		this.#fill();
	}

	#stopTimer(): void {
		clearTimeout(this.#timer);
		this.#timer = undefined;
	}

	#receive(bytes: Buffer): void {
		const { frames, damaged } = this.#decoder.push(bytes);
		let ackDue = false;
		for (const frame of frames) {
			if (frame.session !== this.#session) continue;
			if (frame.type === TP.FRAME_RESET_ACK) {
				this.#open = true;
				this.#greeted?.();
				this.#fill();
			} else if (this.#open) {
				ackDue = this.#frame(frame) || ackDue;
			}
		}
		if (damaged && this.#open) this.#complain();
		if (ackDue) this.#control(TP.FRAME_ACK);
	}

	/** Returns true if the frame wants an acknowledgement. */
	#frame(frame: Frame): boolean {
		this.#acknowledged(frame.ack);
		if (frame.type === TP.FRAME_NAK && frame.ack === this.#base) {
			this.#sent = 0;
			this.#fill();
		}
		if (frame.type !== TP.FRAME_DATA) return false;
		const ahead = (frame.seq - this.#expected) & 0xffff;
		if (ahead === 0) {
			this.#expected = (this.#expected + 1) & 0xffff;
			this.#nakAgain = 0;
			const message = decodeMessage(frame.payload);
			if (message) this.#listener(message);
			return true;
		}
		if (ahead < 0x8000) this.#complain();
		return ahead >= 0x8000;
	}

	/** Asks for a repeat, but not for each frame behind the same gap. */
	#complain(): void {
		const now = performance.now();
		if (now < this.#nakAgain) return;
		this.#nakAgain = now + TP.NAK_MS;
		this.#control(TP.FRAME_NAK);
	}

	#acknowledged(ack: number): void {
		const count = (ack - this.#base) & 0xffff;
		if (count === 0 || count > this.#flown) return;
		this.#queue.splice(0, count);
		this.#base = ack;
		this.#sent = Math.max(0, this.#sent - count);
		this.#flown -= count;
		this.#resendMs = TP.RESEND_MS;
		this.#stopTimer();
		if (this.#sent > 0) this.#timer = setTimeout(() => this.#repeat(), this.#resendMs);
		this.#fill();
	}
}

/** A peer that goes while bytes are on their way resets the line instead of closing it: both mean its end. */
function lineError(error?: NodeJS.ErrnoException): BootError {
	if (error === undefined || error.code === 'ECONNRESET' || error.code === 'EPIPE')
		return new BootError('the control line was closed: the machine has ended', { cause: error });
	return new BootError('the control line failed', { cause: error });
}
