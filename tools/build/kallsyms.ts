import { readFileSync, writeSync } from 'node:fs';

/**
 * Makes the kernel's symbol table (read by kernel/core/symbols.c) from `nm -n` on standard input: little-endian
 * u32 count, count addresses, count name offsets, then the names, each its nm type letter, text, and a NUL.
 */
export function symbolTable(nm: string): Uint8Array {
	const symbols = nm
		.split('\n')
		.map((line) => /^([0-9a-f]{8}) ([tTdDbBrR]) (\S+)$/.exec(line))
		.flatMap((match) =>
			match ? [{ address: Number.parseInt(match[1] ?? '0', 16), type: match[2], name: match[3] }] : [],
		)
		.filter((symbol) => symbol.address >= 0x80000000 && symbol.name !== 'kallsyms_start');
	const names = symbols.map((symbol) => Buffer.from(`${symbol.type}${symbol.name}\0`));
	const head = Buffer.alloc(4 + 8 * symbols.length);
	head.writeUInt32LE(symbols.length, 0);
	let offset = 0;
	for (const [i, symbol] of symbols.entries()) {
		head.writeUInt32LE(symbol.address, 4 + 4 * i);
		head.writeUInt32LE(offset, 4 + 4 * (symbols.length + i));
		offset += names[i]?.length ?? 0;
	}
	return Buffer.concat([head, ...names]);
}

if (process.argv[1]?.endsWith('kallsyms.js')) {
	const table = symbolTable(readFileSync(0, 'utf8'));
	for (let at = 0; at < table.length; ) at += writeSync(1, table, at);
}
