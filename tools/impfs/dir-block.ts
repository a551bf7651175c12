/** One block of a directory: a leaf of slots and records, or an index. Every offset is from the shared tables. */
import { dirHeaderLayout, dirIndexLayout, dirRecordLayout, dirSlotLayout, IMPFS } from '../abi/impfs.js';

const AT = {
	magic: dirHeaderLayout.offset('magic'),
	level: dirHeaderLayout.offset('level'),
	count: dirHeaderLayout.offset('count'),
	ino: dirHeaderLayout.offset('ino'),
	heap: dirHeaderLayout.offset('heap'),
	garbage: dirHeaderLayout.offset('garbage'),
};
const SLOT = dirSlotLayout.size;
const SLOT_AT = {
	key: dirSlotLayout.offset('key'),
	offset: dirSlotLayout.offset('offset'),
	nameLen: dirSlotLayout.offset('name_len'),
	type: dirSlotLayout.offset('type'),
};
const INDEX = dirIndexLayout.size;
const INDEX_BLOCK = dirIndexLayout.offset('block');

/** Bytes that the record of a name takes. */
export function recordSize(nameLength: number): number {
	return (dirRecordLayout.size + nameLength + 3) & ~3;
}

export interface DirEntry {
	key: number;
	ino: number;
	/** S_IFMT >> 12 of the inode. */
	type: number;
	name: Uint8Array;
}

export class DirBlock {
	readonly bytes: Uint8Array;
	readonly #view: DataView;

	constructor(bytes: Uint8Array) {
		this.bytes = bytes;
		this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
	}

	/** Makes an empty block out of zeros. */
	format(ino: number, level: number): this {
		this.bytes.fill(0);
		this.#view.setUint32(AT.magic, IMPFS.DIR_MAGIC, true);
		this.#view.setUint32(AT.ino, ino, true);
		this.level = level;
		this.heap = IMPFS.CSUM_OFFSET;
		return this;
	}

	get magic(): number {
		return this.#view.getUint32(AT.magic, true);
	}
	get ino(): number {
		return this.#view.getUint32(AT.ino, true);
	}
	get level(): number {
		return this.#view.getUint8(AT.level);
	}
	set level(value: number) {
		this.#view.setUint8(AT.level, value);
	}
	get count(): number {
		return this.#view.getUint16(AT.count, true);
	}
	set count(value: number) {
		this.#view.setUint16(AT.count, value, true);
	}
	get heap(): number {
		return this.#view.getUint16(AT.heap, true);
	}
	set heap(value: number) {
		this.#view.setUint16(AT.heap, value, true);
	}
	get garbage(): number {
		return this.#view.getUint16(AT.garbage, true);
	}
	set garbage(value: number) {
		this.#view.setUint16(AT.garbage, value, true);
	}

	/** What is wrong with the block's shape, if anything is. */
	problem(ino: number): string | undefined {
		if (this.magic !== IMPFS.DIR_MAGIC) return 'has no directory magic number';
		if (this.ino !== ino) return `belongs to inode ${this.ino}`;
		if (this.level >= IMPFS.DIR_LEVELS) return `has level ${this.level}`;
		let before = -1;
		if (this.level > 0) {
			if (this.count === 0 || this.count > IMPFS.DIR_FANOUT) return `has ${this.count} index entries`;
			for (let i = 0; i < this.count; i++) {
				const key = this.indexKey(i);
				if (i > 0 && key <= before) return 'has index entries out of order';
				before = i === 0 ? -1 : key;
			}
			return undefined;
		}
		const slotsEnd = IMPFS.DIR_HEADER + this.count * SLOT;
		if (this.heap < slotsEnd || this.heap > IMPFS.CSUM_OFFSET) return 'has slots and records that overlap';
		let used = 0;
		for (let i = 0; i < this.count; i++) {
			const key = this.slotKey(i);
			const at = this.slotOffset(i);
			const size = recordSize(this.nameLength(i));
			if (key <= before) return 'has slots out of order';
			if (key < IMPFS.KEY_MIN || key > IMPFS.KEY_MAX) return 'has a key out of range';
			if (at < this.heap || at % 4 !== 0 || at + size > IMPFS.CSUM_OFFSET) return 'has a record out of range';
			if (this.nameLength(i) === 0) return 'has an empty name';
			used += size;
			before = key;
		}
		if (used + this.garbage !== IMPFS.CSUM_OFFSET - this.heap) return 'has a wrong count of garbage';
		return undefined;
	}

	indexKey(i: number): number {
		return this.#view.getUint32(IMPFS.DIR_HEADER + i * INDEX, true);
	}
	indexBlock(i: number): number {
		return this.#view.getUint32(IMPFS.DIR_HEADER + i * INDEX + INDEX_BLOCK, true);
	}

	/** The position of the child that a key belongs to. */
	child(key: number): number {
		let low = 0;
		let high = this.count - 1;
		while (low < high) {
			const middle = (low + high + 1) >> 1;
			if (this.indexKey(middle) <= key) low = middle;
			else high = middle - 1;
		}
		return low;
	}

	insertIndex(position: number, key: number, block: number): void {
		const at = IMPFS.DIR_HEADER + position * INDEX;
		this.bytes.copyWithin(at + INDEX, at, IMPFS.DIR_HEADER + this.count * INDEX);
		this.#view.setUint32(at, key, true);
		this.#view.setUint32(at + INDEX_BLOCK, block, true);
		this.count++;
	}

	slotKey(i: number): number {
		return this.#view.getUint32(IMPFS.DIR_HEADER + i * SLOT + SLOT_AT.key, true);
	}
	slotOffset(i: number): number {
		return this.#view.getUint16(IMPFS.DIR_HEADER + i * SLOT + SLOT_AT.offset, true);
	}
	nameLength(i: number): number {
		return this.#view.getUint8(IMPFS.DIR_HEADER + i * SLOT + SLOT_AT.nameLen);
	}

	/** The first slot whose key is not below `key`; `count` if there is none. */
	search(key: number): number {
		let low = 0;
		let high = this.count;
		while (low < high) {
			const middle = (low + high) >> 1;
			if (this.slotKey(middle) < key) low = middle + 1;
			else high = middle;
		}
		return low;
	}

	entry(i: number): DirEntry {
		const at = this.slotOffset(i);
		const nameAt = at + dirRecordLayout.size;
		return {
			key: this.slotKey(i),
			ino: this.#view.getUint32(at, true),
			type: this.#view.getUint8(IMPFS.DIR_HEADER + i * SLOT + SLOT_AT.type),
			name: this.bytes.subarray(nameAt, nameAt + this.nameLength(i)),
		};
	}

	/** Points an entry at another inode. */
	setTarget(i: number, ino: number, type: number): void {
		this.#view.setUint32(this.slotOffset(i), ino, true);
		this.#view.setUint8(IMPFS.DIR_HEADER + i * SLOT + SLOT_AT.type, type);
	}

	/** Bytes free for a new slot and record, garbage included. */
	get room(): number {
		return this.heap - IMPFS.DIR_HEADER - this.count * SLOT + this.garbage;
	}

	/** Adds an entry in key order; false if there is no room. */
	insert(entry: DirEntry): boolean {
		const size = recordSize(entry.name.length);
		if (this.room < size + SLOT) return false;
		if (this.heap - IMPFS.DIR_HEADER - this.count * SLOT < size + SLOT) this.#compact();
		const position = this.search(entry.key);
		const at = IMPFS.DIR_HEADER + position * SLOT;
		this.bytes.copyWithin(at + SLOT, at, IMPFS.DIR_HEADER + this.count * SLOT);
		const record = this.heap - size;
		this.bytes.fill(0, record, record + size);
		this.#view.setUint32(record, entry.ino, true);
		this.bytes.set(entry.name, record + dirRecordLayout.size);
		dirSlotLayout.encode(
			{ key: entry.key, offset: record, name_len: entry.name.length, type: entry.type },
			this.bytes,
			at,
		);
		this.heap = record;
		this.count++;
		return true;
	}

	remove(i: number): void {
		const record = this.slotOffset(i);
		const size = recordSize(this.nameLength(i));
		const at = IMPFS.DIR_HEADER + i * SLOT;
		this.bytes.copyWithin(at, at + SLOT, IMPFS.DIR_HEADER + this.count * SLOT);
		this.count--;
		if (record === this.heap) this.heap += size;
		else this.garbage += size;
		if (this.count === 0) {
			this.heap = IMPFS.CSUM_OFFSET;
			this.garbage = 0;
		}
	}

	#compact(): void {
		this.rebuild(this.entries());
	}

	/** Copies of all entries of a leaf. */
	entries(): DirEntry[] {
		return Array.from({ length: this.count }, (_, i) => {
			const entry = this.entry(i);
			return { ...entry, name: entry.name.slice() };
		});
	}

	/** Makes the leaf hold exactly these entries. */
	rebuild(entries: readonly DirEntry[]): void {
		this.format(this.ino, 0);
		for (const entry of entries) this.insert(entry);
	}
}
