import { ImageError } from '../errors.js';

const multibootMagic = 0x1badb002;
const searchedBytes = 8192;
const loadSegment = 1;

/**
 * Checks that a boot loader can load a kernel: a 32-bit ELF program (System V ABI, chapters 4 and 5: program
 * headers at 28, entry at 24) with a multiboot header (Multiboot Specification 0.6.96, section 3.1) in its
 * first 8 KiB and an entry among the addresses that its segments are linked to. GRUB would stop at a prompt
 * without a word otherwise.
 *
 * @throws ImageError saying what is wrong
 */
export function checkKernel(kernel: Uint8Array, name: string): void {
	const view = new DataView(kernel.buffer, kernel.byteOffset, kernel.byteLength);
	const refuse = (why: string) => new ImageError(`${name} is no kernel that a boot loader can load: ${why}`);
	if (kernel.length < 52 || view.getUint32(0, false) !== 0x7f454c46) throw refuse('it is not an ELF file');
	if (kernel[4] !== 1 || kernel[5] !== 1 || view.getUint16(18, true) !== 3) throw refuse('it is not for 32-bit x86');
	if (!hasMultibootHeader(view)) throw refuse('it has no multiboot header in its first 8 KiB');
	const entry = view.getUint32(24, true);
	const start = view.getUint32(28, true);
	const size = view.getUint16(42, true);
	const count = view.getUint16(44, true);
	if (size < 32 || start + size * count > kernel.length) throw refuse('it is truncated');
	let entered = false;
	for (let at = start; at < start + size * count; at += size) {
		if (view.getUint32(at, true) !== loadSegment) continue;
		const offset = view.getUint32(at + 4, true);
		const address = view.getUint32(at + 8, true);
		const length = view.getUint32(at + 16, true);
		if (offset + length > kernel.length) throw refuse('it is truncated');
		if (entry >= address && entry < address + length) entered = true;
	}
	if (!entered) throw refuse('its entry is in none of its segments');
}

/** A header is a multiple of 4 into the file; its first three words add up to nothing. */
function hasMultibootHeader(view: DataView): boolean {
	for (let at = 0; at + 12 <= Math.min(view.byteLength, searchedBytes); at += 4) {
		if (view.getUint32(at, true) !== multibootMagic) continue;
		const sum = view.getUint32(at, true) + view.getUint32(at + 4, true) + view.getUint32(at + 8, true);
		if (sum >>> 0 === 0) return true;
	}
	return false;
}
