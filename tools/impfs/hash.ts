/** HalfSipHash-1-3 with a 64-bit key and a 32-bit result: the hash of directory names. */
import { IMPFS } from '../abi/impfs.js';

/** Hashes `bytes` under the key `(k0, k1)`; returns an unsigned 32-bit value. */
export function halfSipHash(k0: number, k1: number, bytes: Uint8Array): number {
	let v0 = k0 | 0;
	let v1 = k1 | 0;
	let v2 = 0x6c796765 ^ k0;
	let v3 = 0x74656462 ^ k1;
	const round = (): void => {
		v0 = (v0 + v1) | 0;
		v1 = ((v1 << 5) | (v1 >>> 27)) ^ v0;
		v0 = (v0 << 16) | (v0 >>> 16);
		v2 = (v2 + v3) | 0;
		v3 = ((v3 << 8) | (v3 >>> 24)) ^ v2;
		v0 = (v0 + v3) | 0;
		v3 = ((v3 << 7) | (v3 >>> 25)) ^ v0;
		v2 = (v2 + v1) | 0;
		v1 = ((v1 << 13) | (v1 >>> 19)) ^ v2;
		v2 = (v2 << 16) | (v2 >>> 16);
	};
	const whole = bytes.length & ~3;
	for (let at = 0; at <= whole; at += 4) {
		let m = at === whole ? bytes.length << 24 : 0;
		for (let i = 0; i < 4 && at + i < bytes.length; i++) m |= (bytes[at + i] as number) << (8 * i);
		v3 ^= m;
		round();
		v0 ^= m;
	}
	v2 ^= 0xff;
	round();
	round();
	round();
	return (v1 ^ v3) >>> 0;
}

/** The lowest key of the bucket a name belongs to. */
export function bucketKey(seed: readonly number[], name: Uint8Array): number {
	const hash = halfSipHash(seed[0] ?? 0, seed[1] ?? 0, name) >>> 8;
	return Math.min(Math.max(hash, IMPFS.BUCKET_MIN), IMPFS.BUCKET_MAX) << IMPFS.KEY_SHIFT;
}
