/**
 * crc32c as impfs uses it: reflected polynomial 0x82f63b78, the state handed in and out without inversion, so that
 * a checksum can be continued over owner, number and contents.
 */

const tables: Int32Array[] = [];
for (let t = 0; t < 8; t++) {
	const table = new Int32Array(256);
	const previous = tables[t - 1];
	const first = tables[0];
	for (let i = 0; i < 256; i++) {
		let crc = i;
		if (previous && first) {
			const before = previous[i] ?? 0;
			crc = (before >>> 8) ^ (first[before & 255] ?? 0);
		} else {
			for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1;
		}
		table[i] = crc;
	}
	tables.push(table);
}
const [t0, t1, t2, t3, t4, t5, t6, t7] = tables as [
	Int32Array,
	Int32Array,
	Int32Array,
	Int32Array,
	Int32Array,
	Int32Array,
	Int32Array,
	Int32Array,
];

/** Continues `crc` over `bytes[start, end)`; begin with `0xffffffff`. Returns an unsigned 32-bit value. */
export function crc32c(crc: number, bytes: Uint8Array, start = 0, end = bytes.length): number {
	let state = crc | 0;
	let at = start;
	for (; at + 8 <= end; at += 8) {
		state ^=
			(bytes[at] as number) |
			((bytes[at + 1] as number) << 8) |
			((bytes[at + 2] as number) << 16) |
			((bytes[at + 3] as number) << 24);
		state =
			(t7[state & 255] as number) ^
			(t6[(state >>> 8) & 255] as number) ^
			(t5[(state >>> 16) & 255] as number) ^
			(t4[state >>> 24] as number) ^
			(t3[bytes[at + 4] as number] as number) ^
			(t2[bytes[at + 5] as number] as number) ^
			(t1[bytes[at + 6] as number] as number) ^
			(t0[bytes[at + 7] as number] as number);
	}
	for (; at < end; at++) state = (state >>> 8) ^ (t0[(state ^ (bytes[at] as number)) & 255] as number);
	return state >>> 0;
}

const word = new Uint8Array(4);

/** Continues `crc` over 32-bit little-endian integers. */
export function crc32cWords(crc: number, ...values: number[]): number {
	let state = crc;
	for (const value of values) {
		word[0] = value;
		word[1] = value >>> 8;
		word[2] = value >>> 16;
		word[3] = value >>> 24;
		state = crc32c(state, word);
	}
	return state;
}
