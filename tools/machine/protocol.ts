/**
 * The control channel's constants, as kernel/abi/testproto.h declares them; a host test compares
 * every one with the header.
 */
export const TP = {
	VERSION: 2,
	MAGIC0: 0xa5,
	MAGIC1: 0x5a,
	HEADER_SIZE: 16,
	TRAILER_SIZE: 4,
	MAX_PAYLOAD: 1024,
	CRC_POLYNOMIAL: 0xedb88320,
	FRAME_RESET: 1,
	FRAME_RESET_ACK: 2,
	FRAME_DATA: 3,
	FRAME_ACK: 4,
	FRAME_NAK: 5,
	NONCE_SIZE: 8,
	WINDOW_TO_GUEST: 3,
	WINDOW_TO_HOST: 8,
	RESEND_MS: 500,
	RESEND_MAX_MS: 2000,
	NAK_MS: 250,
	MESSAGE_HEADER: 4,
	MAX_BODY: 1020,
	PING: 1,
	EXEC: 2,
	EXEC_PART: 3,
	KILL: 4,
	WINDOW_SIZE: 5,
	PUT: 6,
	GET: 7,
	MKDIR: 8,
	SET_CLOCK: 9,
	RESEED: 10,
	SYNC: 11,
	POWEROFF: 12,
	CLOSE: 13,
	DATA: 16,
	EOF: 17,
	CREDIT: 18,
	RESULT: 32,
	STARTED: 33,
	EXIT: 34,
	STDIN: 0,
	STDOUT: 1,
	STDERR: 2,
	FILE: 3,
	INITIAL_CREDIT: 16384,
	EXEC_BODY: 28,
	EXEC_TTY: 1,
	EXEC_USER: 2,
	EXEC_NO_STDIN: 4,
	EXEC_MAX_STRINGS: 4 << 20,
	KILL_GROUP: 1,
	POWER_OFF: 0,
	POWER_RESET: 1,
	POWER_HALT: 2,
} as const;

/** A frame of the line; see the drawing in testproto.h. */
export interface Frame {
	type: number;
	session: number;
	seq: number;
	ack: number;
	payload: Uint8Array;
}

/** What a channel carries. */
export interface Message {
	kind: number;
	stream: number;
	channel: number;
	body: Buffer;
}

const crcTable = Uint32Array.from({ length: 256 }, (_, index) => {
	let c = index;
	for (let bit = 0; bit < 8; bit++) c = c & 1 ? (c >>> 1) ^ TP.CRC_POLYNOMIAL : c >>> 1;
	return c >>> 0;
});

/** CRC-32 of ISO 3309, as in zlib. */
export function crc32(bytes: Uint8Array): number {
	let crc = 0xffffffff;
	for (const byte of bytes) crc = (crcTable[(crc ^ byte) & 0xff] ?? 0) ^ (crc >>> 8);
	return ~crc >>> 0;
}

export function encodeFrame({ type, session, seq, ack, payload }: Frame): Buffer {
	if (payload.length > TP.MAX_PAYLOAD) throw new RangeError(`frame payload of ${payload.length} bytes`);
	const size = TP.HEADER_SIZE + (payload.length === 0 ? 0 : payload.length + TP.TRAILER_SIZE);
	const out = Buffer.alloc(size);
	out[0] = TP.MAGIC0;
	out[1] = TP.MAGIC1;
	out[2] = type;
	out.writeUInt16LE(session, 4);
	out.writeUInt16LE(seq, 6);
	out.writeUInt16LE(ack, 8);
	out.writeUInt16LE(payload.length, 10);
	out.writeUInt32LE(crc32(out.subarray(0, 12)), 12);
	if (payload.length > 0) {
		out.set(payload, TP.HEADER_SIZE);
		out.writeUInt32LE(crc32(payload), size - TP.TRAILER_SIZE);
	}
	return out;
}

/** Finds frames in a stream of bytes, whatever is lost or damaged in it. */
export class FrameDecoder {
	#held: Buffer = Buffer.alloc(0);

	/**
	 * Takes bytes in and gives back the frames that they complete.
	 *
	 * @returns `damaged` when something that looked like a frame had a wrong checksum
	 */
	push(bytes: Uint8Array): { frames: Frame[]; damaged: boolean } {
		this.#held = Buffer.concat([this.#held, bytes]);
		const frames: Frame[] = [];
		let damaged = false;
		let at = 0;
		for (;;) {
			const step = this.#step(at, frames);
			if (step === 0) break;
			if (step < 0) damaged = true;
			at += Math.abs(step);
		}
		this.#held = Buffer.from(this.#held.subarray(at));
		return { frames, damaged };
	}

	/** Number of bytes done with, 0 if more are needed, -1 for a byte of a damaged frame. */
	#step(at: number, frames: Frame[]): number {
		const held = this.#held;
		const length = held.length - at;
		if (length === 0) return 0;
		if (held[at] !== TP.MAGIC0 || (length > 1 && held[at + 1] !== TP.MAGIC1)) {
			const next = held.indexOf(TP.MAGIC0, at + 1);
			return next < 0 ? length : next - at;
		}
		if (length < TP.HEADER_SIZE) return 0;
		const size = held.readUInt16LE(at + 10);
		if (size > TP.MAX_PAYLOAD || held.readUInt32LE(at + 12) !== crc32(held.subarray(at, at + 12))) return -1;
		const whole = TP.HEADER_SIZE + (size === 0 ? 0 : size + TP.TRAILER_SIZE);
		if (length < whole) return 0;
		const payload = Buffer.from(held.subarray(at + TP.HEADER_SIZE, at + TP.HEADER_SIZE + size));
		if (size > 0 && held.readUInt32LE(at + whole - TP.TRAILER_SIZE) !== crc32(payload)) return -1;
		frames.push({
			type: held[at + 2] ?? 0,
			session: held.readUInt16LE(at + 4),
			seq: held.readUInt16LE(at + 6),
			ack: held.readUInt16LE(at + 8),
			payload,
		});
		return whole;
	}
}

export function encodeMessage({ kind, stream, channel, body }: Message): Buffer {
	if (body.length > TP.MAX_BODY) throw new RangeError(`message body of ${body.length} bytes`);
	const out = Buffer.alloc(TP.MESSAGE_HEADER + body.length);
	out[0] = kind;
	out[1] = stream;
	out.writeUInt16LE(channel, 2);
	out.set(body, TP.MESSAGE_HEADER);
	return out;
}

/** @returns undefined for bytes too short to be one */
export function decodeMessage(bytes: Uint8Array): Message | undefined {
	if (bytes.length < TP.MESSAGE_HEADER) return undefined;
	const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
	return {
		kind: buffer.readUInt8(0),
		stream: buffer.readUInt8(1),
		channel: buffer.readUInt16LE(2),
		body: buffer.subarray(TP.MESSAGE_HEADER),
	};
}

/** A message body of 32-bit words, then bytes. */
export function words(values: readonly number[], bytes: Uint8Array = new Uint8Array()): Buffer {
	const out = Buffer.alloc(values.length * 4 + bytes.length);
	values.forEach((value, index) => {
		out.writeUInt32LE(value >>> 0, index * 4);
	});
	out.set(bytes, values.length * 4);
	return out;
}
