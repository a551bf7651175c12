/** Reads the journal: which transactions are whole, and what their replay leaves in each block. */
import { IMPFS, journalHeaderLayout, journalSuperLayout, journalTagLayout, type Superblock } from '../abi/impfs.js';
import { crc32c, crc32cWords } from './crc32c.js';
import type { Device } from './device.js';

const BLOCK = IMPFS.BLOCK_SIZE;
/** Where a tag has its fields: there are many tags, too many to decode each into an object. */
const TAG = {
	block: journalTagLayout.offset('block'),
	flags: journalTagLayout.offset('flags'),
	checksum: journalTagLayout.offset('checksum'),
};

/** One whole transaction in the log. */
export interface Transaction {
	sequence: number;
	/** Blocks as they go home, in log order; a later one of the same number wins. */
	blocks: Array<{ block: number; contents: Uint8Array; data: boolean }>;
	revoked: number[];
	/** The log block after the commit. */
	end: number;
}

export interface JournalScan {
	/** Why the journal cannot be used, if it cannot. */
	problem?: string;
	transactions: Transaction[];
	/** Sequence and log block at which the next transaction belongs. */
	sequence: number;
	head: number;
}

function sequenceSeed(seed: number, sequence: number): number {
	return crc32cWords(seed, sequence >>> 0, Math.floor(sequence / 2 ** 32));
}

interface LogBlock {
	bytes: Uint8Array;
	/** Log block. */
	at: number;
	/** The device vouches that the bytes stay. */
	fixed: boolean;
}

class LogReader {
	at: number;
	blocksLeft: number;
	readonly #device: Device;
	readonly #superblock: Superblock;

	constructor(device: Device, superblock: Superblock, at: number) {
		this.#device = device;
		this.#superblock = superblock;
		this.at = at;
		this.blocksLeft = superblock.journal_blocks - 1;
	}

	/** The next block of the ring, not to be changed; undefined once it was read all round. */
	next(): LogBlock | undefined {
		if (this.blocksLeft-- <= 0) return undefined;
		const { at } = this;
		const place = (this.#superblock.journal_start + at) * BLOCK;
		const view = this.#device.view?.(place, BLOCK);
		const bytes = view ?? new Uint8Array(BLOCK);
		if (view === undefined) this.#device.read(bytes, place);
		this.at = at + 1 === this.#superblock.journal_blocks ? 1 : at + 1;
		return { bytes, at, fixed: view !== undefined };
	}

	/** Checksum of a block that was read, up to `end`. */
	checksum({ bytes, at, fixed }: LogBlock, begin: number, end: number): number {
		const { known } = this.#device;
		if (!fixed || known === undefined) return crc32c(begin, bytes, 0, end);
		const key = (begin * IMPFS.JOURNAL_MAX_BLOCKS + at) * 2 + (end === BLOCK ? 1 : 0);
		let sum = known.get(key);
		if (sum === undefined) {
			sum = crc32c(begin, bytes, 0, end);
			known.set(key, sum);
		}
		return sum;
	}
}

/** Puts back the first word, which the log has as zero because it is the journal's magic number. */
function putMagicBack(logged: LogBlock): void {
	if (logged.fixed) logged.bytes = logged.bytes.slice();
	logged.fixed = false;
	new DataView(logged.bytes.buffer, logged.bytes.byteOffset).setUint32(0, IMPFS.JOURNAL_MAGIC, true);
}

function readTransaction(reader: LogReader, seed: number, sequence: number, blocks: number): Transaction | undefined {
	const begin = sequenceSeed(seed, sequence);
	const transaction: Transaction = { sequence, blocks: [], revoked: [], end: 0 };
	for (let before = 0; ; before++) {
		const logged = reader.next();
		if (!logged) return undefined;
		const block = logged.bytes;
		const header = journalHeaderLayout.decode(block);
		const view = new DataView(block.buffer, block.byteOffset, BLOCK);
		if (header.magic !== IMPFS.JOURNAL_MAGIC || header.sequence !== sequence) return undefined;
		if (reader.checksum(logged, begin, IMPFS.CSUM_OFFSET) !== view.getUint32(IMPFS.CSUM_OFFSET, true)) return undefined;
		if (header.type === IMPFS.JOURNAL_COMMIT) {
			transaction.end = reader.at;
			return header.count === before ? transaction : undefined;
		}
		if (header.type === IMPFS.JOURNAL_REVOKE) {
			if (header.count > IMPFS.JOURNAL_REVOKES) return undefined;
			for (let i = 0; i < header.count; i++) {
				transaction.revoked.push(view.getUint32(IMPFS.JOURNAL_HEADER + i * 4, true));
			}
			continue;
		}
		if (header.type !== IMPFS.JOURNAL_DESC || header.count > IMPFS.JOURNAL_TAGS) return undefined;
		for (let i = 0; i < header.count; i++) {
			const at = IMPFS.JOURNAL_HEADER + i * journalTagLayout.size;
			const home = view.getUint32(at + TAG.block, true);
			const flags = view.getUint32(at + TAG.flags, true);
			const contents = reader.next();
			before++;
			if (!contents || home >= blocks) return undefined;
			if (flags & IMPFS.TAG_ESCAPED) putMagicBack(contents);
			if (reader.checksum(contents, begin, BLOCK) !== view.getUint32(at + TAG.checksum, true)) return undefined;
			transaction.blocks.push({ block: home, contents: contents.bytes, data: (flags & IMPFS.TAG_DATA) !== 0 });
		}
	}
}

/** Scans the log from its head up to the first transaction that is not whole. */
export function scanJournal(device: Device, superblock: Superblock): JournalScan {
	const scan: JournalScan = { transactions: [], sequence: 1, head: 1 };
	const seed = crc32c(0xffffffff, superblock.uuid);
	const block = new Uint8Array(BLOCK);
	device.read(block, superblock.journal_start * BLOCK);
	const journal = journalSuperLayout.decode(block);
	if (journal.magic !== IMPFS.JOURNAL_MAGIC || journal.type !== IMPFS.JOURNAL_SUPER) {
		return { ...scan, problem: 'the journal has no magic number' };
	}
	if (crc32c(0xffffffff, block, 0, journalSuperLayout.size - 4) !== journal.checksum) {
		return { ...scan, problem: 'the journal super has a wrong checksum' };
	}
	const { blocks, head, sequence } = journal;
	const known = sequence >= 1 && sequence <= IMPFS.JOURNAL_SEQUENCE_MAX;
	if (blocks !== superblock.journal_blocks || head < 1 || head >= blocks || !known) {
		return { ...scan, problem: 'the journal super has impossible values' };
	}
	const reader = new LogReader(device, superblock, journal.head);
	scan.sequence = journal.sequence;
	scan.head = journal.head;
	for (;;) {
		const transaction = readTransaction(reader, seed, scan.sequence, superblock.blocks);
		if (!transaction) return scan;
		scan.transactions.push(transaction);
		scan.sequence++;
		scan.head = transaction.end;
	}
}

/** What replay writes: the last contents of each block that no later revoke names. */
export function replayed(scan: JournalScan): Map<number, Uint8Array> {
	const home = new Map<number, Uint8Array>();
	for (const { blocks, revoked } of scan.transactions) {
		for (const { block, contents } of blocks) home.set(block, contents);
		for (const block of revoked) home.delete(block);
	}
	return home;
}

/** Writes the journal super of an empty log that begins at `head` with `sequence`. */
export function resetJournal(device: Device, superblock: Superblock, sequence: number, head: number): void {
	const block = new Uint8Array(BLOCK);
	const journal = {
		...journalSuperLayout.blank(),
		magic: IMPFS.JOURNAL_MAGIC,
		type: IMPFS.JOURNAL_SUPER,
		sequence,
		head,
		blocks: superblock.journal_blocks,
	};
	journalSuperLayout.encode(journal, block);
	journal.checksum = crc32c(0xffffffff, block, 0, journalSuperLayout.size - 4);
	journalSuperLayout.encode(journal, block);
	device.write(block, superblock.journal_start * BLOCK);
}
