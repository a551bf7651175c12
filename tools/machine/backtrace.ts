import { existsSync } from 'node:fs';
import { execa } from 'execa';
import type { Qmp } from './qmp.js';

const MAX_FRAMES = 32;

/** Where a machine stands: its registers and who called whom, innermost first. */
export interface Backtrace {
	registers: string;
	frames: string[];
}

function register(text: string, name: string): number | undefined {
	const hex = new RegExp(`\\b${name}=([0-9a-f]{8})`, 'i').exec(text)?.[1];
	return hex === undefined ? undefined : Number.parseInt(hex, 16);
}

/** Two words of the guest's memory as its processor sees it now. */
async function twoWords(qmp: Qmp, address: number): Promise<[number, number] | undefined> {
	const said = await qmp.human(`x /2xw 0x${address.toString(16)}`, 5000);
	const [, first, second] = /:\s+(0x[0-9a-f]+)\s+(0x[0-9a-f]+)/i.exec(said) ?? [];
	return first === undefined || second === undefined ? undefined : [Number(first), Number(second)];
}

/**
 * Stops a machine and follows its frame pointers.
 *
 * @param kernel the kernel with symbols; names stay out without it
 * @throws BootError when QEMU has gone
 */
export async function takeBacktrace(qmp: Qmp, kernel?: string): Promise<Backtrace> {
	await qmp.execute('stop', undefined, 5000);
	const registers = (await qmp.human('info registers', 5000)).split(/\r?\n/).slice(0, 12).join('\n');
	const addresses: number[] = [];
	const eip = register(registers, 'EIP');
	if (eip !== undefined) addresses.push(eip);
	let frame = register(registers, 'EBP') ?? 0;
	while (frame !== 0 && addresses.length < MAX_FRAMES) {
		const words = await twoWords(qmp, frame);
		if (words === undefined || words[1] === 0) break;
		addresses.push(words[1]);
		if (words[0] <= frame) break;
		frame = words[0];
	}
	return { registers, frames: await symbolise(addresses, kernel) };
}

/** Names addresses: function, file and line; those the kernel does not have stay numbers. */
export async function symbolise(addresses: readonly number[], kernel?: string): Promise<string[]> {
	const plain = addresses.map((address) => `0x${address.toString(16).padStart(8, '0')}`);
	if (kernel === undefined || !existsSync(kernel) || addresses.length === 0) return plain;
	// A return address points behind its call: the line of the call is one byte before.
	const queries = addresses.map((address, index) => `0x${(index === 0 ? address : address - 1).toString(16)}`);
	const { stdout, failed } = await execa('i686-linux-gnu-addr2line', ['-f', '-C', '-s', '-e', kernel, ...queries], {
		reject: false,
	});
	if (failed) return plain;
	const lines = stdout.split('\n');
	return plain.map((address, index) => {
		const [name, place] = [lines[2 * index] ?? '??', lines[2 * index + 1] ?? '??:0'];
		return name === '??' ? address : `${address} ${name} (${place})`;
	});
}
