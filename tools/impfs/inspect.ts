/** A volume taken apart, for people who look for what is wrong with it: structures as text, and faults put into them. */
import {
	groupLayout,
	IMPFS,
	type Inode,
	inodeLayout,
	journalSuperLayout,
	type Superblock,
	superblockLayout,
} from '../abi/impfs.js';
import { UsageError } from '../errors.js';
import { type ImpfsCore, readSuperblock } from './core.js';
import { crc32c, crc32cWords } from './crc32c.js';
import type { Device } from './device.js';
import { ImpfsError } from './errors.js';
import { groupPlaces } from './geometry.js';
import { scanJournal } from './journal.js';
import { isUnwritten, pointedBlock } from './map.js';

const BLOCK = IMPFS.BLOCK_SIZE;

function show(value: number | number[] | Uint8Array): string {
	if (typeof value === 'number') return String(value);
	if (value instanceof Uint8Array)
		return (
			Buffer.from(value)
				.toString('hex')
				.replace(/(00)+$/, '') || '0'
		);
	return value.join(' ').replace(/( 0)+$/, '') || '0';
}

/** Every field of an inode, whatever state it is in. */
export function inodeFields(core: ImpfsCore, ino: number): string[] {
	const inode = core.inode(ino, true) as unknown as Record<string, number | number[] | Uint8Array>;
	const { sealed, free } = core.probeInode(ino);
	const lines = inodeLayout.fields.map(({ name }) => {
		const value = inode[name] ?? 0;
		return `${name.padEnd(12)} ${name === 'mode' ? `0${Number(value).toString(8)}` : show(value)}`;
	});
	return [`inode        ${ino}${free ? ', free' : ''}${sealed ? '' : ', the checksum is wrong'}`, ...lines];
}

/** A run of a file's blocks, or one of the blocks that lead to them. */
export interface MapRun {
	/** 0: data. */
	level: number;
	logical: number;
	block: number;
	count: number;
	/** Held, and nothing was written to it yet. */
	unwritten: boolean;
	/** Why an indirect block cannot be used. */
	problem?: string;
}

/** A file's map from its beginning, indirect blocks before what they lead to. Damage ends a branch, not the walk. */
export function mapRuns(core: ImpfsCore, ino: number, inode: Inode): MapRun[] {
	const runs: MapRun[] = [];
	const visit = (pointer: number, level: number, logical: number): void => {
		if (pointer === 0) return;
		const block = level === 0 ? pointedBlock(pointer) : pointer;
		const unwritten = level === 0 && isUnwritten(pointer);
		const last = runs.at(-1);
		const follows = last?.level === 0 && last.block + last.count === block && last.logical + last.count === logical;
		if (level === 0 && follows && last.unwritten === unwritten) {
			last.count++;
			return;
		}
		const run: MapRun = { level, logical, block, count: 1, unwritten };
		runs.push(run);
		if (block >= core.superblock.blocks) run.problem = 'lies beyond the volume';
		else if (level > 0 && !core.tailOk(block, core.ownerSeed(ino, inode.generation, block)))
			run.problem = 'has a wrong checksum';
		if (level === 0 || run.problem !== undefined) return;
		const bytes = core.block(block);
		const view = new DataView(bytes.buffer, bytes.byteOffset);
		const span = IMPFS.PTRS ** (level - 1);
		for (let i = 0; i < IMPFS.PTRS; i++) visit(view.getUint32(i * 4, true), level - 1, logical + i * span);
	};
	let logical = 0;
	for (const [slot, pointer] of inode.map.entries()) {
		const level = Math.max(0, slot - IMPFS.DIRECT + 1);
		visit(pointer, level, logical);
		logical += IMPFS.PTRS ** level;
	}
	return runs;
}

export function mapLines(runs: readonly MapRun[]): string[] {
	const names = ['data', 'indirect', 'double', 'triple'];
	return runs.map(({ level, logical, block, count, unwritten, problem }) => {
		const range = (first: number) => (count === 1 ? `${first}` : `${first}-${first + count - 1}`);
		const more = [unwritten ? 'unwritten' : '', problem ?? ''].filter((text) => text).join(', ');
		return `${(names[level] ?? '').padEnd(9)} ${range(logical).padEnd(16)} block ${range(block)}${more ? `  ${more}` : ''}`;
	});
}

function superblockOf(device: Device): Superblock {
	const { superblock, problem } = readSuperblock(device, IMPFS.SUPER_OFFSET);
	if (superblock === undefined) throw new ImpfsError('EUCLEAN', 'superblock', problem);
	return superblock;
}

/** What is in the log: its super, and each transaction that counts. */
export function journalLines(device: Device): string[] {
	const superblock = superblockOf(device);
	if (superblock.journal_blocks === 0) return ['the volume has no journal'];
	const { problem, transactions, sequence, head } = scanJournal(device, superblock);
	const first = superblock.journal_start;
	const lines = [`journal      blocks ${first}-${first + superblock.journal_blocks - 1}`];
	if (problem !== undefined) return [...lines, problem];
	lines.push(
		`replay       ${superblock.incompat & IMPFS.INCOMPAT_RECOVER ? 'is due at the next mount' : 'is not due'}`,
	);
	for (const transaction of transactions) {
		lines.push(`transaction  ${transaction.sequence}, ends before log block ${transaction.end}`);
		for (const { block, data } of transaction.blocks) lines.push(`  block      ${block}${data ? ', data' : ''}`);
		for (const block of transaction.revoked) lines.push(`  revoked    ${block}`);
	}
	return [...lines, `next         transaction ${sequence} at log block ${head}`];
}

/** A structure that a fault can be put into. */
interface Place {
	layout: { tag: string; size: number; fields: ReadonlyArray<{ name: string; offset: number; size: number }> };
	at: number;
	/** What its checksum begins with. */
	begin: number;
}

function placeOf(device: Device, where: string): Place {
	const superblock = superblockOf(device);
	const seed = crc32c(0xffffffff, superblock.uuid);
	const [kind = '', text] = where.split(':');
	const number = Number(text);
	const among = (count: number, first: number) => {
		if (!Number.isInteger(number) || number < first || number >= first + count)
			throw new UsageError(`${where}: the volume has ${kind}s ${first} to ${first + count - 1}`);
	};
	switch (kind) {
		case 'super':
			return { layout: superblockLayout, at: IMPFS.SUPER_OFFSET, begin: 0xffffffff };
		case 'backup': {
			const block = superblock.backup_start + superblock.desc_blocks;
			return { layout: superblockLayout, at: block * BLOCK + IMPFS.SUPER_OFFSET, begin: 0xffffffff };
		}
		case 'journal':
			return { layout: journalSuperLayout, at: superblock.journal_start * BLOCK, begin: 0xffffffff };
		case 'group':
			among(superblock.groups, 0);
			return {
				layout: groupLayout,
				at: superblock.desc_start * BLOCK + number * groupLayout.size,
				begin: crc32cWords(seed, number),
			};
		case 'inode': {
			among(superblock.groups * superblock.group_inodes, 1);
			const place = groupPlaces(superblock)[Math.floor((number - 1) / superblock.group_inodes)];
			const within = (number - 1) % superblock.group_inodes;
			const at = (place?.inodeTable ?? 0) * BLOCK + within * IMPFS.INODE_SIZE;
			return { layout: inodeLayout, at, begin: crc32cWords(seed, number) };
		}
		default:
			throw new UsageError(`${where} is no structure`, { hint: 'super, backup, journal, group:N or inode:N' });
	}
}

/**
 * Puts a value into a field of a structure: `inject(device, 'inode:12', 'map[3]', 77)`.
 *
 * @param seal give the structure a checksum that fits
 * @returns the value that was there
 * @throws UsageError for an unknown structure or field, or a value that does not fit
 */
export function inject(device: Device, where: string, field: string, value: bigint, seal: boolean): bigint {
	const { layout, at, begin } = placeOf(device, where);
	const [, name = '', index] = /^(\w+)(?:\[(\d+)\])?$/.exec(field) ?? [];
	const found = layout.fields.find((one) => one.name === name);
	if (found === undefined) {
		const hint = layout.fields.map((one) => one.name).join(' ');
		throw new UsageError(`${layout.tag} has no field ${field}`, { hint });
	}
	const width = found.size > 8 ? 4 : found.size;
	const offset = found.offset + Number(index ?? 0) * width;
	if (offset + width > found.offset + found.size) throw new UsageError(`${field} is beyond the end of ${name}`);
	if (value < 0n || value >= 1n << BigInt(width * 8)) throw new UsageError(`${value} does not fit ${width} bytes`);
	const bytes = new Uint8Array(layout.size);
	device.read(bytes, at);
	let old = 0n;
	for (let i = width - 1; i >= 0; i--) old = (old << 8n) | BigInt(bytes[offset + i] ?? 0);
	for (let i = 0; i < width; i++) bytes[offset + i] = Number((value >> BigInt(8 * i)) & 255n);
	const end = layout.size - 4;
	if (seal) new DataView(bytes.buffer).setUint32(end, crc32c(begin, bytes, 0, end), true);
	device.write(bytes, at);
	device.flush();
	return old;
}
