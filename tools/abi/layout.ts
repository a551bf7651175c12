/**
 * Codecs for fixed binary structures, described as tables of fields. All integers are little-endian and
 * fields follow each other without padding; a structure that needs padding names it.
 */

/** How a field is stored; `u64` and `s64` decode to numbers and so are exact up to 2^53. */
export type Scalar = 'u8' | 'u16' | 'u32' | 'u64' | 's64';

/** A scalar, an array of scalars, or raw bytes. */
export type Field =
	| readonly [name: string, type: Scalar]
	| readonly [name: string, type: Scalar | 'bytes', count: number];

type Value<F extends Field> = F extends readonly [string, 'bytes', number]
	? Uint8Array
	: F extends readonly [string, Scalar, number]
		? number[]
		: number;

/** The plain object that a table of fields decodes to. */
export type Decoded<Fields extends readonly Field[]> = { [F in Fields[number] as F[0]]: Value<F> };

/** A structure's place in the target's headers and its codec. */
export interface Layout<T> {
	/** The tag of the C structure. */
	readonly tag: string;
	readonly size: number;
	readonly fields: ReadonlyArray<{ name: string; offset: number; size: number }>;
	/** Offset of a field in bytes. @throws RangeError if there is none of that name. */
	offset(field: string): number;
	/** Reads a structure at `at`; byte fields are copies. */
	decode(bytes: Uint8Array, at?: number): T;
	/** Writes a structure at `at`. @throws RangeError if a value does not fit its field. */
	encode(value: T, bytes: Uint8Array, at?: number): void;
	/** A structure of zeros. */
	blank(): T;
}

const WIDTH: Record<Scalar | 'bytes', number> = { u8: 1, u16: 2, u32: 4, u64: 8, s64: 8, bytes: 1 };

function viewOf(bytes: Uint8Array): DataView {
	return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function readScalar(view: DataView, type: Scalar, at: number): number {
	switch (type) {
		case 'u8':
			return view.getUint8(at);
		case 'u16':
			return view.getUint16(at, true);
		case 'u32':
			return view.getUint32(at, true);
		case 'u64':
			return view.getUint32(at, true) + view.getUint32(at + 4, true) * 2 ** 32;
		case 's64':
			return view.getUint32(at, true) + view.getInt32(at + 4, true) * 2 ** 32;
	}
}

const LIMIT: Record<Scalar, readonly [number, number]> = {
	u8: [0, 0xff],
	u16: [0, 0xffff],
	u32: [0, 0xffffffff],
	u64: [0, 2 ** 64],
	s64: [-(2 ** 63), 2 ** 63],
};

function writeScalar(view: DataView, type: Scalar, at: number, value: number, name: string): void {
	const [low, high] = LIMIT[type];
	if (!Number.isInteger(value) || value < low || value > high)
		throw new RangeError(`${name}: ${value} does not fit ${type}`);
	switch (type) {
		case 'u8':
			view.setUint8(at, value);
			break;
		case 'u16':
			view.setUint16(at, value, true);
			break;
		case 'u32':
			view.setUint32(at, value, true);
			break;
		case 'u64':
		case 's64': {
			const top = Math.floor(value / 2 ** 32);
			view.setUint32(at, value - top * 2 ** 32, true);
			view.setUint32(at + 4, top >>> 0, true);
			break;
		}
	}
}

/** Makes the codec of the C structure `tag` from its fields in order. */
export function layout<const Fields extends readonly Field[]>(tag: string, table: Fields): Layout<Decoded<Fields>> {
	let size = 0;
	const fields = table.map(([name, type, count]) => {
		const field = { name, type, count, offset: size, size: WIDTH[type] * (count ?? 1) };
		size += field.size;
		return field;
	});
	type Plain = Record<string, number | number[] | Uint8Array>;
	return {
		tag,
		size,
		fields,
		offset(wanted) {
			const field = fields.find((candidate) => candidate.name === wanted);
			if (!field) throw new RangeError(`struct ${tag} has no field ${wanted}`);
			return field.offset;
		},
		decode(bytes, at = 0) {
			const view = viewOf(bytes);
			const out: Plain = {};
			for (const { name, type, count, offset, size: length } of fields) {
				if (type === 'bytes') {
					out[name] = Uint8Array.prototype.slice.call(bytes, at + offset, at + offset + length);
				} else if (count === undefined) {
					out[name] = readScalar(view, type, at + offset);
				} else {
					const step = WIDTH[type];
					const list: number[] = [];
					for (let i = 0; i < count; i++) list.push(readScalar(view, type, at + offset + i * step));
					out[name] = list;
				}
			}
			return out as Decoded<Fields>;
		},
		encode(value, bytes, at = 0) {
			const view = viewOf(bytes);
			const plain = value as Plain;
			for (const { name, type, count, offset, size: length } of fields) {
				const given = plain[name];
				if (type === 'bytes') {
					if (!(given instanceof Uint8Array) || given.length !== length)
						throw new RangeError(`${name}: ${length} bytes wanted`);
					bytes.set(given, at + offset);
				} else if (count === undefined) {
					writeScalar(view, type, at + offset, given as number, name);
				} else {
					const list = given as number[];
					if (list.length !== count) throw new RangeError(`${name}: ${count} values wanted`);
					for (const [i, item] of list.entries()) writeScalar(view, type, at + offset + i * WIDTH[type], item, name);
				}
			}
		},
		blank() {
			return this.decode(new Uint8Array(size));
		},
	};
}
