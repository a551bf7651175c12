import t from 'tap';
import { type LogEntry, loggedDisk, parseLog, SECTOR } from '../../tools/crash/log.js';
import { markOf } from '../../tools/crash/record.js';
import { crashesOf, epochsOf, seededRandom, type Write } from '../../tools/crash/states.js';

const MAGIC = 0x6a736677736872n;

function sectors(count: number, fill: number): Buffer {
	return Buffer.alloc(count * SECTOR, fill);
}

function header(sector: number, count: number, flags: number): Buffer {
	const bytes = Buffer.alloc(SECTOR);
	for (const [index, value] of [sector, count, flags, 0].entries()) bytes.writeBigUInt64LE(BigInt(value), index * 8);
	return bytes;
}

function log(count: number, ...parts: Buffer[]): Buffer {
	const bytes = Buffer.alloc(SECTOR);
	bytes.writeBigUInt64LE(MAGIC, 0);
	bytes.writeBigUInt64LE(1n, 8);
	bytes.writeBigUInt64LE(BigInt(count), 16);
	bytes.writeUInt32LE(SECTOR, 24);
	return Buffer.concat([bytes, ...parts]);
}

t.test('a log is read entry by entry', async (t) => {
	const bytes = log(
		4,
		header(7, 2, 0),
		sectors(2, 1),
		header(0, 0, 1),
		header(9, 3, 4),
		header(1, 1, 2),
		sectors(1, 5),
	);
	const entries = parseLog(Buffer.concat([bytes, sectors(9, 0xee)]));
	t.strictSame(
		entries.map(({ sector, data, flush, fua, discarded }) => [
			sector,
			data.length,
			data[0] ?? -1,
			flush,
			fua,
			discarded,
		]),
		[
			[7, 1024, 1, false, false, 0],
			[0, 0, -1, true, false, 0],
			[9, 0, -1, false, false, 3],
			[1, 512, 5, false, true, 0],
		],
	);
	t.strictSame(parseLog(log(0)), [], 'an empty one');
});

t.test('what is no log, or a part of one, is refused', async (t) => {
	t.throws(() => parseLog(Buffer.alloc(4)), /no magic number/);
	t.throws(() => parseLog(sectors(2, 0)), /no magic number/);
	const other = log(0);
	other.writeUInt32LE(4096, 24);
	t.throws(() => parseLog(other), /sectors of 4096 bytes/);
	t.throws(() => parseLog(log(1)), /cut short: 0 of 1 entries/);
	t.throws(() => parseLog(log(1, header(0, 8, 0), sectors(1, 0))), /data of entry 0/);
});

t.test('QEMU is told where to record', async (t) => {
	const args = loggedDisk('crash', { file: '/a,b', log: '/log', bus: 'bus=ide.0,unit=1' });
	t.ok(args.includes('ide-hd,drive=crash,bus=ide.0,unit=1'));
	t.ok(args.some((arg) => arg.includes('filename=/a,,b')));
	t.ok(args.some((arg) => arg.startsWith('driver=blklogwrites') && arg.includes('log-sector-size=512')));
});

function write(sector: number, fill: number, count = 1): LogEntry {
	return { sector, data: sectors(count, fill), flush: false, fua: false, discarded: 0 };
}
const flush: LogEntry = { sector: 0, data: new Uint8Array(), flush: true, fua: false, discarded: 0 };
function mark(number: number): LogEntry {
	const data = sectors(8, 0);
	data.write(`mark ${number}\n`);
	return { ...write(1000, 0), data };
}
const options = { markSector: 1000, markOf };

t.test('a log is cut at its flushes, and its marks say how far the workload had come', async (t) => {
	const epochs = epochsOf(
		[write(1, 1), flush, mark(0), write(2, 2), write(3, 3), mark(1), flush, mark(2), flush],
		options,
	);
	t.strictSame(
		epochs.map(({ writes, marks }) => [
			writes.map(({ sector }) => sector),
			marks.map(({ mark, after }) => `${mark} after ${after}`).join(', '),
		]),
		[
			[[1], '-1 after 0'],
			[[2, 3], '-1 after 0, 0 after 0, 1 after 2'],
			[[], '1 after 0, 2 after 0'],
		],
	);
	const [part] = epochsOf([write(8, 1)], { start: 8, ...options });
	t.equal(part?.writes[0]?.sector, 0, 'sectors are counted from where the volume lies');
	t.throws(() => epochsOf([{ ...write(1, 1), fua: true }], options), /FUA/);
	t.throws(() => epochsOf([{ ...flush, discarded: 4 }], options), /discards/);
	t.equal(markOf(sectors(1, 0)), undefined);
});

function crashKinds(writes: Write[], samples: number): string[] {
	return [...crashesOf({ writes, marks: [] }, samples, seededRandom(1))].map(
		({ kind, writes: kept }) => `${kind.replace(/ of.*/, '')}: ${kept.map(({ sector }) => sector)}`,
	);
}

t.test('a small epoch has every combination', async (t) => {
	const kinds = crashKinds([write(1, 1), write(2, 2), write(3, 3)], 5);
	t.ok(
		['prefix 0: ', 'prefix 3: 1,2,3', 'only 2: 3', 'without 1: 1,3', 'subset 110: 2,3'].every((k) => kinds.includes(k)),
	);
	t.equal(new Set(kinds.map((kind) => kind.replace(/.*: /, ''))).size, 8, 'all 8 of them');
	t.strictSame(crashKinds([], 5), ['prefix 0: ']);
	const begun = [...crashesOf({ writes: [write(1, 1), write(2, 2)], marks: [] }, 5, seededRandom(1))];
	t.strictSame(
		begun.map(({ begun }) => begun),
		[0, 1, 2, 2, 2, 1, 2, 2],
		'each comes when its last write has been begun',
	);
});

t.test('a large epoch is sampled, the same way for the same seed', async (t) => {
	const writes = Array.from({ length: 20 }, (_, index) => write(index, index));
	const kinds = crashKinds(writes, 30);
	t.equal(kinds.filter((kind) => kind.startsWith('sample')).length, 30);
	t.equal(kinds.filter((kind) => kind.startsWith('subset')).length, 0);
	t.strictSame(crashKinds(writes, 30), kinds);
});

t.test('long writes come apart at sectors', async (t) => {
	const torn = [...crashesOf({ writes: [write(0, 1), write(8, 2, 8)], marks: [] }, 20, seededRandom(3))].filter(
		({ kind }) => kind.startsWith('torn'),
	);
	t.equal(torn.length, 6, 'six for each long write');
	for (const { writes } of torn) {
		const pieces = writes.filter(({ sector }) => sector >= 8);
		t.ok(pieces.length < 8, 'not all of it');
		t.ok(pieces.every(({ data }) => data.length === SECTOR));
	}
});
