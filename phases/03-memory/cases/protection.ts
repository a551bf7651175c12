import type { Qmp } from '../../../tools/machine/qmp.js';
import { defineCases } from '../../../tools/suite/declaration.js';
import { guestTest } from '../../../tools/suite/guest-test.js';

/** Bits of an entry of a page table, as the processor has them (Intel SDM 3A, 4.4). */
const PRESENT = 1n;
const WRITABLE = 2n;
const USER = 4n;
const LARGE = 0x80n;
const NO_EXECUTE = 1n << 63n;
const FRAME = 0x000f_ffff_ffff_f000n;

/** Reads the 512 entries of a table, or fewer, in physical memory. */
async function readEntries(qmp: Qmp, physical: bigint, count = 512): Promise<bigint[]> {
	const text = await qmp.human(`xp /${count}gx 0x${physical.toString(16)}`);
	return text
		.split('\n')
		.flatMap((line) => line.replace(/^[^:]*:/, '').match(/0x[0-9a-f]+/g) ?? [])
		.map(BigInt);
}

interface Mapping {
	address: number;
	size: number;
	flags: bigint;
}

/** What the page tables in CR3 map above `from`: PAE's three levels. */
async function readMappings(qmp: Qmp, from: number): Promise<Mapping[]> {
	const registers = await qmp.human('info registers');
	const cr3 = BigInt(`0x${/CR3=([0-9a-f]+)/.exec(registers)?.[1] ?? ''}`);
	const mappings: Mapping[] = [];
	const directories = await readEntries(qmp, cr3 & 0xffff_ffe0n, 4);
	for (const [top, directory] of directories.entries()) {
		if (top * 0x4000_0000 < from || (directory & PRESENT) === 0n) continue;
		for (const [middle, entry] of (await readEntries(qmp, directory & FRAME)).entries()) {
			const address = top * 0x4000_0000 + middle * 0x20_0000;
			if ((entry & PRESENT) === 0n) continue;
			if ((entry & LARGE) !== 0n) {
				mappings.push({ address, size: 0x20_0000, flags: entry });
				continue;
			}
			for (const [low, page] of (await readEntries(qmp, entry & FRAME)).entries()) {
				if ((page & PRESENT) === 0n) continue;
				const both = page & entry & (WRITABLE | USER);
				const flags = both | ((page | entry) & NO_EXECUTE);
				mappings.push({ address: address + low * 4096, size: 4096, flags });
			}
		}
	}
	return mappings;
}

export const protectionCases = defineCases([
	{
		id: '3.1/kernel-w-xor-x',
		title: 'no page of the kernel is both writable and executable, and none is the user’s',
		tier: 'quick',
		start: 'boot',
		needs: ['qemu'],
		run: async (vm, t) => {
			t.plan(5);
			const registers = await vm.qmp.human('info registers');
			t.ok((Number(`0x${/EFER=([0-9a-f]+)/.exec(registers)?.[1] ?? '0'}`) & 0x800) !== 0, 'NX is on', registers);
			t.ok(
				(Number(`0x${/CR0=([0-9a-f]+)/.exec(registers)?.[1] ?? '0'}`) & 0x10000) !== 0,
				'the kernel heeds write protection',
			);
			const mappings = await readMappings(vm.qmp, 0x8000_0000);
			const tell = (list: Mapping[]) =>
				list
					.slice(0, 20)
					.map(({ address }) => address.toString(16))
					.join(' ');
			t.ok(mappings.length > 100, `${mappings.length} mappings`);
			const both = mappings.filter(({ flags }) => (flags & WRITABLE) !== 0n && (flags & NO_EXECUTE) === 0n);
			t.equal(tell(both), '', 'writable and executable');
			t.equal(tell(mappings.filter(({ flags }) => (flags & USER) !== 0n)), '', 'open to programs');
			const text = mappings.filter(({ flags }) => (flags & NO_EXECUTE) === 0n);
			t.note(`executable: ${text.reduce((sum, { size }) => sum + size, 0) / 1024} KiB`);
		},
	},
	guestTest('3.3/w-xor-x', 'what is not mapped for writing or for execution is neither written nor executed'),
	guestTest(
		'3.2/fresh-memory',
		'new memory and what calls write hold nothing of others, of the kernel, or of what was freed',
		{
			start: 'boot',
			machine: { memory: 64 },
		},
	),
]);
