/**
 * Damages a volume: bytes at random as a failing disk would, and fields with a new checksum as a bug or an attacker
 * would. The same seed gives the same damage.
 */
import { ACL_ACCESS, ACL_DEFAULT, aclEntryLayout, aclHeaderLayout } from '../abi/acl.js';
import {
	dirHeaderLayout,
	dirIndexLayout,
	dirSlotLayout,
	groupLayout,
	IMPFS,
	inodeLayout,
	journalHeaderLayout,
	journalSuperLayout,
	journalTagLayout,
	superblockLayout,
	xattrEntryLayout,
	xattrHeaderLayout,
} from '../abi/impfs.js';
import { crc32c, crc32cWords } from '../impfs/crc32c.js';
import { type DamageVolume, sealTail } from './damage-volume.js';
import { seededRandom } from './states.js';

const BLOCK = IMPFS.BLOCK_SIZE;

export interface Damage {
	/** In words, for reports. */
	what: string;
	patches: { offset: number; data: Uint8Array }[];
}

interface Layout {
	tag: string;
	size: number;
	fields: ReadonlyArray<{ name: string; offset: number; size: number }>;
}

/** A structure somewhere in the volume, and how the block it is in gets its checksum. */
interface Target {
	layout: Layout;
	at: number;
	/** Byte and length of what has one checksum. */
	unit: { from: number; length: number };
	seal(unit: Uint8Array): void;
}

/** Numbers from below `limit`, and picks from lists. */
class Dice {
	readonly #random: () => number;

	constructor(seed: number) {
		this.#random = seededRandom(seed);
	}

	below(limit: number): number {
		return Math.floor(this.#random() * limit);
	}

	pick<T>(list: readonly T[]): T {
		return list[this.below(list.length)] as T;
	}
}

/** The damage of a number. */
export function damage(volume: DamageVolume, number: number): Damage {
	const dice = new Dice(number * 7919 + 17);
	if (number % 16 === 15) return damageFields(volume, dice, aclTarget);
	return number % 2 === 0 ? damageBytes(volume, dice) : damageFields(volume, dice, target);
}

/** Blocks that something is in, metadata more often than its share. */
function anyBlock({ places, log }: DamageVolume, dice: Dice): number {
	const superblock = 0;
	const lists = [
		[superblock, 1, 2, 3],
		Array.from({ length: 12 }, (_, i) => 4 + i),
		places.directoryBlocks.map(({ block }) => block),
		[...places.indirectBlocks, ...places.xattrBlocks].map(({ block }) => block),
		log.map(({ block }) => logStart + block + dice.below(5)),
		[logStart],
		places.dataBlocks,
		[IMPFS.MIN_BLOCKS - 1, IMPFS.MIN_BLOCKS - 2],
	];
	return dice.pick(dice.pick(lists));
}

/** The log's first block: 16 MiB have 64 blocks of inodes after the superblock, the descriptors and the bitmaps. */
let logStart = 0;

function damageBytes(volume: DamageVolume, dice: Dice): Damage {
	logStart = journalStart(volume);
	const patches: Damage['patches'] = [];
	const words: string[] = [];
	const copyOf = (block: number) => volume.bytes.slice(block * BLOCK, (block + 1) * BLOCK);
	for (let n = 1 + dice.below(3); n > 0; n--) {
		const block = anyBlock(volume, dice);
		const kind = dice.pick(['bits', 'bytes', 'bytes', 'zeros', 'ones', 'other', 'sector', 'noise'] as const);
		words.push(`${kind} in block ${block}`);
		const start = block * BLOCK;
		const put = (at: number, data: Uint8Array) => patches.push({ offset: start + at, data });
		if (kind === 'bits') {
			for (let bits = 1 + dice.below(4); bits > 0; bits--) {
				const at = dice.below(BLOCK);
				put(at, Uint8Array.of((volume.bytes[start + at] ?? 0) ^ (1 << dice.below(8))));
			}
		} else if (kind === 'bytes') {
			const length = 1 + dice.below(64);
			put(
				dice.below(BLOCK - length),
				Uint8Array.from({ length }, () => dice.below(256)),
			);
		} else if (kind === 'zeros') put(0, new Uint8Array(BLOCK));
		else if (kind === 'ones') put(0, new Uint8Array(BLOCK).fill(0xff));
		else if (kind === 'other') put(0, copyOf(anyBlock(volume, dice)));
		else if (kind === 'sector') put(512 * dice.below(8), new Uint8Array(512));
		else
			put(
				0,
				Uint8Array.from({ length: BLOCK }, () => dice.below(256)),
			);
	}
	return { what: words.join(', '), patches };
}

function journalStart({ bytes }: DamageVolume): number {
	return superblockLayout.decode(bytes, IMPFS.SUPER_OFFSET).journal_start;
}

function sealAt(begin: number): (unit: Uint8Array) => void {
	return (unit) => {
		const end = unit.length - 4;
		new DataView(unit.buffer, unit.byteOffset).setUint32(end, crc32c(begin, unit, 0, end), true);
	};
}

function inBlock(layout: Layout, block: number, within: number, begin: number): Target {
	return {
		...{ layout, at: block * BLOCK + within, unit: { from: block * BLOCK, length: BLOCK } },
		seal: (unit) => void sealTail(unit, begin),
	};
}

/** Part of an access control list: of an entry, of the header or of the attribute that the list is the value of. */
function aclTarget({ places, seed, bytes }: DamageVolume, dice: Dice): Target {
	const lists = places.xattrBlocks.flatMap((owner) => {
		const contents = Buffer.from(bytes.subarray(owner.block * BLOCK, (owner.block + 1) * BLOCK));
		return [ACL_ACCESS, ACL_DEFAULT].flatMap((full) => {
			const name = full.slice('system.'.length);
			const at = contents.indexOf(name);
			return at < 0 ? [] : [{ owner, attribute: at - xattrEntryLayout.size, value: at + name.length }];
		});
	});
	const { owner, attribute, value } = dice.pick(lists);
	const size = xattrEntryLayout.decode(bytes, owner.block * BLOCK + attribute).value_len;
	const entries = Math.floor((size - aclHeaderLayout.size) / aclEntryLayout.size);
	const entry = value + aclHeaderLayout.size + dice.below(entries) * aclEntryLayout.size;
	const parts: readonly [Layout, number][] = [
		[aclHeaderLayout, value],
		[xattrEntryLayout, attribute],
	];
	const [layout, within] = parts[dice.below(8)] ?? [aclEntryLayout, entry];
	return inBlock(layout, owner.block, within, crc32cWords(seed, owner.ino, owner.generation, owner.block));
}

/** A structure, with the first field of the units that have a checksum in their last four bytes. */
function target(volume: DamageVolume, dice: Dice): Target {
	const { places, seed, log, bytes } = volume;
	const whole = (layout: Layout, at: number, begin: number): Target => ({
		...{ layout, at, unit: { from: at, length: layout.size }, seal: sealAt(begin) },
	});
	const owner = ({ block, ino, generation }: { block: number; ino: number; generation: number }) =>
		crc32cWords(seed, ino, generation, block);
	const backup = (IMPFS.MIN_BLOCKS - 1) * BLOCK + IMPFS.SUPER_OFFSET;
	const table = 4 * BLOCK;
	const journal = journalStart(volume);
	const logged = dice.pick(log);
	const sequenceSeed = crc32cWords(seed, logged.sequence, 0);
	const dir = dice.pick(places.directoryBlocks);
	const level = bytes[dir.block * BLOCK + dirHeaderLayout.offset('level')] ?? 0;
	const entries = new DataView(bytes.buffer).getUint16(dir.block * BLOCK + dirHeaderLayout.offset('count'), true);
	const entry = level > 0 ? dirIndexLayout : dirSlotLayout;
	const entryAt = IMPFS.DIR_HEADER + dice.below(Math.max(1, entries)) * entry.size;
	const indirect = dice.pick(places.indirectBlocks);
	const attributes = dice.pick(places.xattrBlocks);
	const ino = dice.pick(places.inodes);
	const pointer: Layout = { tag: 'pointer', size: 4, fields: [{ name: 'pointer', offset: 0, size: 4 }] };
	const record: Layout = { tag: 'record', size: 4, fields: [{ name: 'ino', offset: 0, size: 4 }] };
	const recordAt = new DataView(bytes.buffer).getUint16(
		dir.block * BLOCK + entryAt + dirSlotLayout.offset('offset'),
		true,
	);
	const tag = IMPFS.JOURNAL_HEADER + dice.below(2) * journalTagLayout.size;
	return dice.pick([
		() => whole(superblockLayout, IMPFS.SUPER_OFFSET, 0xffffffff),
		() => whole(superblockLayout, backup, 0xffffffff),
		() => whole(groupLayout, BLOCK, crc32cWords(seed, 0)),
		() => whole(inodeLayout, table + (ino - 1) * IMPFS.INODE_SIZE, crc32cWords(seed, ino)),
		() => whole(inodeLayout, table + (ino - 1) * IMPFS.INODE_SIZE, crc32cWords(seed, ino)),
		() => whole(inodeLayout, table + (IMPFS.ROOT_INO - 1) * IMPFS.INODE_SIZE, crc32cWords(seed, IMPFS.ROOT_INO)),
		() => inBlock(dirHeaderLayout, dir.block, 0, owner(dir)),
		() => inBlock(entry, dir.block, entryAt, owner(dir)),
		() => inBlock(level > 0 ? entry : record, dir.block, level > 0 ? entryAt : recordAt, owner(dir)),
		() => inBlock(pointer, indirect.block, dice.below(IMPFS.PTRS) * 4, owner(indirect)),
		() => inBlock(pointer, indirect.block, dice.below(8) * 4, owner(indirect)),
		() => inBlock(xattrHeaderLayout, attributes.block, 0, owner(attributes)),
		() => inBlock(xattrEntryLayout, attributes.block, IMPFS.XATTR_HEADER, owner(attributes)),
		() => whole(journalSuperLayout, journal * BLOCK, 0xffffffff),
		() => inBlock(journalHeaderLayout, journal + logged.block, 0, sequenceSeed),
		() => inBlock(journalTagLayout, journal + logged.block, tag, sequenceSeed),
	])();
}

/** A value that is likely to do harm in a field of so many bytes. */
function harmful(old: bigint, size: number, dice: Dice, { places }: DamageVolume): bigint {
	const top = 1n << BigInt(size * 8);
	const values: bigint[] = [
		...[0n, 1n, top - 1n, top / 2n, top / 2n - 1n, old + 1n, old - 1n, old ^ (1n << BigInt(dice.below(size * 8)))],
		BigInt(dice.pick(places.dataBlocks)),
		BigInt(dice.pick(places.directoryBlocks).block),
		BigInt(dice.pick(places.indirectBlocks).block),
		...[
			BigInt(dice.pick(places.inodes)),
			BigInt(IMPFS.MIN_BLOCKS),
			BigInt(dice.below(2 ** 31)),
			2n,
			4096n,
			0x40ed0041edn,
		],
	];
	return BigInt.asUintN(size * 8, dice.pick(values));
}

function damageFields(volume: DamageVolume, dice: Dice, target: (volume: DamageVolume, dice: Dice) => Target): Damage {
	const patches: Damage['patches'] = [];
	const words: string[] = [];
	for (let n = 1 + dice.below(2); n > 0; n--) {
		const { layout, at, unit, seal } = target(volume, dice);
		const field = dice.pick(layout.fields);
		const bytes = volume.bytes.slice(unit.from, unit.from + unit.length);
		// What was damaged before in the same unit stays.
		for (const { offset, data } of patches) {
			if (offset === unit.from && data.length === unit.length) bytes.set(data);
		}
		const size = Math.min(8, field.size);
		const within =
			at - unit.from + field.offset + (field.size > 8 ? 4 * dice.below(Math.floor(field.size / 4) - 1) : 0);
		let old = 0n;
		for (let i = size - 1; i >= 0; i--) old = (old << 8n) | BigInt(bytes[within + i] ?? 0);
		const width = field.size > 8 ? 4 : size;
		const value = harmful(BigInt.asUintN(width * 8, old), width, dice, volume);
		for (let i = 0; i < width; i++) bytes[within + i] = Number((value >> BigInt(i * 8)) & 255n);
		const sealed = dice.below(4) !== 0;
		if (sealed) seal(bytes);
		words.push(`${layout.tag}.${field.name} at ${at} = ${value}${sealed ? ', sealed' : ''}`);
		patches.push({ offset: unit.from, data: bytes });
	}
	return { what: words.join('; '), patches };
}
