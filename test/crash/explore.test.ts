import t from 'tap';
import { checkCrash } from '../../tools/crash/check.js';
import { explore, locateMark } from '../../tools/crash/explore.js';
import { DiskIdentity } from '../../tools/crash/identity.js';
import { SECTOR } from '../../tools/crash/log.js';
import {
	applyStep,
	expectations,
	foreignBytes,
	judge,
	namesIn,
	possibleNames,
	possibleTags,
	type Tree,
	taggedBytes,
} from '../../tools/crash/oracle.js';
import { possibleMoments, treeIn, wrongMoment } from '../../tools/crash/oracle-logged.js';
import { OverlayDevice } from '../../tools/crash/overlay.js';
import { loadRecording, record } from '../../tools/crash/record.js';
import { type Epoch, seededRandom } from '../../tools/crash/states.js';
import {
	namedWorkload,
	type Step,
	sequenceWorkloads,
	singleWorkloads,
	stepLine,
	type Workload,
} from '../../tools/crash/workload.js';
import { type Device, MemoryDevice } from '../../tools/impfs/device.js';
import { mkfs } from '../../tools/impfs/mkfs.js';
import { ImpfsVolume } from '../../tools/impfs/volume.js';
import type { Control } from '../../tools/machine/control.js';

const SIZE = 16 * 2 ** 20;
const time = { sec: 1_700_000_000, ns: 0 };
const id = new Uint8Array(16).fill(3);

function step(line: string): Step {
	const [op = '', ...words] = line.split(' ');
	const paths = ['rename', 'exchange', 'link', 'symlink'].includes(op) ? 2 : 1;
	return { op, paths: words.slice(0, paths), rest: words.slice(paths) };
}

function empty(): MemoryDevice {
	const device = new MemoryDevice(SIZE);
	mkfs(device, { uuid: id, hashSeed: id, time });
	return device;
}

/** Marks of an epoch that has one at its beginning. */
function at(mark: number): Epoch['marks'] {
	return [{ mark, after: 0 }];
}

/** The epochs of what a function does to a volume: a flush ends each. */
function recorded(disk: Uint8Array, work: (volume: ImpfsVolume) => void): Epoch[] {
	const epochs: Epoch[] = [{ writes: [], marks: at(-1) }];
	const memory = new MemoryDevice(disk.slice());
	const device: Device = {
		...{ size: SIZE, readonly: false, close() {} },
		read: (into, offset) => memory.read(into, offset),
		write: (from, offset) => {
			memory.write(from, offset);
			epochs.at(-1)?.writes.push({ sector: offset / SECTOR, data: from.slice() });
		},
		flush: () => {
			epochs.push({ writes: [], marks: at(-1) });
		},
	};
	work(ImpfsVolume.open(device, { clock: () => time }));
	return epochs;
}

t.test('workloads have unique names, folders of their own, and clean up', async (t) => {
	const all = singleWorkloads();
	t.ok(all.length >= 50, String(all.length));
	t.equal(new Set(all.map(({ name }) => name)).size, all.length);
	t.equal(new Set(all.map(({ folder }) => folder)).size, all.length);
	for (const { steps } of all) {
		const tree: Tree = new Map();
		for (const one of steps) applyStep(tree, one);
		t.equal(tree.size, 0);
	}
	t.equal(singleWorkloads(10).length, 10);
	const pairs = sequenceWorkloads(2, 200, seededRandom(4));
	t.equal(pairs.length, 200);
	t.same(pairs, sequenceWorkloads(2, 200, seededRandom(4)), 'the same for the same seed');
	for (const { steps } of pairs) {
		const tree: Tree = new Map();
		for (const one of steps) applyStep(tree, one);
		if (tree.size > 0) t.fail(steps.map(stepLine).join('; '));
	}
	t.equal(stepLine(step('write f 0 10 tag')), 'write f 0 10 tag');
});

t.test('the model does what the steps do', async (t) => {
	const tree: Tree = new Map();
	const lines = ['mkdir d', 'create f', 'write f 8 16 w', 'link f g', 'truncate g 20', 'punch f 0 10', 'symlink f l'];
	for (const line of [...lines, 'rename g d/h', 'create x', 'unlink x', 'rmdir none', 'write none 0 1 w']) {
		applyStep(tree, step(line));
	}
	t.strictSame([...tree.keys()].sort(), ['d', 'd/h', 'f', 'l']);
	t.equal(tree.get('f'), tree.get('d/h'), 'two names of one file');
	const data = Buffer.from(tree.get('f')?.data ?? []);
	t.equal(data.length, 20);
	t.ok(data.subarray(0, 10).equals(Buffer.alloc(10)));
	t.ok(data.subarray(10).equals(taggedBytes('w', 8, 16).subarray(2, 12)));
	t.equal(taggedBytes('w1.a', 16, 16).toString(), 'w1.a  000000001\n');
});

t.test('a sync makes durable what was done before, and later steps take from it', async (t) => {
	const steps = [
		'create a',
		'write a 0 5 w',
		'sync',
		'create b',
		'write b 0 5 w',
		'fsync b',
		'rename a c',
		'unlink b',
	].map(step);
	const at = (mark: number) =>
		expectations(steps, mark).map(
			({ path, content, nameOnly }) => `${path}${content ? '' : '!'}${nameOnly ? '?' : ''}`,
		);
	t.strictSame(at(2), [], 'nothing before a sync has returned');
	t.strictSame(at(3), ['a']);
	t.strictSame(at(5), ['a'], 'what is not synced is not claimed');
	t.strictSame(at(6), ['b'], 'the rename is under way');
	t.strictSame(at(7), [], 'so is the removal');
	const data = ['create a', 'sync', 'create b', 'fdatasync b', 'sync', 'unlink a', 'sync'].map(step);
	t.strictSame(
		expectations(data, 4).map(({ path }) => path),
		['a'],
		'fdatasync promises no name',
	);
	const again = ['create a', 'setxattr a v', 'sync', 'removexattr a', 'fsync a', 'setxattr a v', 'fdatasync a'].map(
		step,
	);
	t.match(expectations(again, 7), [{ path: 'a', nameOnly: true }], 'nor an attribute that came back as it was');
	t.match(expectations(data, 7), [{ path: 'b' }, { path: 'a', content: undefined }], 'and a removal is durable');
});

t.test('fsync of what has not changed waits for no commit', async (t) => {
	const claimed = (...lines: string[]) => {
		const steps = ['mkdir d', 'create a', 'write a 0 9 w', 'sync', ...lines].map(step);
		return expectations(steps, steps.length).map(({ path }) => path);
	};
	t.strictSame(claimed('create d/b', 'fsync a'), ['d', 'a'], 'another’s name');
	t.strictSame(claimed('create b', 'write a 2 4 x', 'fsync a'), ['d', 'a'], 'bytes in place');
	t.strictSame(claimed('create b', 'write a 2 9 x', 'fsync a'), ['d', 'a', 'b'], 'bytes behind the end');
	t.strictSame(claimed('create b', 'chmod a 420', 'fsync a'), ['d', 'a', 'b'], 'its mode');
	t.strictSame(claimed('create d/b', 'fsync d'), ['d', 'a', 'd/b'], 'a name in the folder');
	t.strictSame(
		claimed('mkdir d/e', 'acl d/e 7', 'create d/e/b', 'fsync d/e', 'acl d/e 6', 'fsync d'),
		['d', 'a'],
		'a list below it',
	);
	t.strictSame(claimed('create d/b', 'fsync d', 'create c', 'fsync d'), ['d', 'a'], 'once is once');
	const steps = ['mkdir w', 'create w/a', 'sync', 'mkdir w/d', 'create w/d/b', 'fsync w/a'].map(step);
	t.equal(possibleNames(steps, 6).size, 3, 'and the names may be those of before');
});

t.test('names come and go in order, and a file shows what was written to it', async (t) => {
	const steps = ['mkdir w', 'create w/a', 'sync', 'rename w/a w/b', 'write w/b 0 16 x', 'mkdir w/c'].map(step);
	const at = (mark: number) => [...possibleNames(steps, mark)].map((names) => names.replaceAll('\n', ', '));
	t.strictSame(at(2), ['', 'w folder', 'w folder, w/a file']);
	t.strictSame(at(4), ['w folder, w/a file', 'w folder, w/b file']);
	t.equal(at(9).length, 3);
	const tags = possibleTags(steps, 4);
	t.strictSame([...(tags.get('w/a') ?? [])], ['x'], 'under its old name too');
	t.strictSame([...(possibleTags(steps, 3).get('w/b') ?? [])], []);
	const exchange: Tree = new Map();
	for (const line of ['mkdir d', 'create d/x', 'create a', 'exchange a d', 'setxattr d v']) {
		applyStep(exchange, step(line));
	}
	t.strictSame([...exchange].map(([path, { kind, attribute }]) => `${path} ${kind} ${attribute}`).sort(), [
		'a folder undefined',
		'a/x file undefined',
		'd file v',
	]);
});

t.test('where data is in the log, names and contents are those of one moment', async (t) => {
	const lines = ['mkdir w', 'create w/a', 'write w/a 0 12000 x', 'sync', 'write w/a 0 9000 y', 'truncate w/a 13000'];
	const steps = [...lines, 'create w/b', 'write w/b 0 5000 z', 'rename w/b w/a'].map(step);
	const [x, y] = [taggedBytes('x', 0, 12000), taggedBytes('y', 0, 9000)];
	const written = Buffer.concat([y, x.subarray(9000)]);
	const grown = Buffer.concat([written, Buffer.alloc(1000)]);
	const wrong = (mark: number, files: Record<string, Uint8Array>) => {
		const volume = ImpfsVolume.open(empty(), { clock: () => time });
		volume.mkdir('/w');
		for (const [name, data] of Object.entries(files)) volume.writeFile(`/w/${name}`, data);
		const found = treeIn(volume, { name: '', folder: 'w', steps: [] });
		return wrongMoment(found, possibleMoments(steps, mark));
	};
	t.equal(wrong(4, { a: x }), undefined, 'before the write');
	t.equal(wrong(4, { a: Buffer.concat([y.subarray(0, 4096), x.subarray(4096)]) }), undefined, 'a page of it');
	t.equal(wrong(4, { a: Buffer.concat([y.subarray(0, 512), x.subarray(512)]) }), 'w/a', 'no part of a page');
	t.equal(wrong(4, { a: y }), 'w/a', 'nor another size');
	t.equal(wrong(5, { a: Buffer.concat([x, Buffer.alloc(1000)]) }), 'w/a', 'nor a later change without the earlier');
	t.equal(wrong(3, { a: written }), 'w/a', 'nor one that has not begun');
	t.equal(wrong(5, { a: grown }), undefined, 'all of it');
	t.equal(wrong(7, { a: grown, b: taggedBytes('z', 0, 4096) }), undefined, 'another file, as far as a page');
	t.equal(wrong(7, { a: written, b: taggedBytes('z', 0, 5000) }), 'w/a', 'not before what came first');
	t.equal(wrong(8, { a: taggedBytes('z', 0, 5000) }), undefined, 'renamed');
	t.equal(wrong(8, { a: taggedBytes('z', 0, 4096) }), 'w/a', 'but whole');
	t.equal(wrong(8, {}), 'w/a');
	t.equal(wrong(1, {}), undefined);
});

t.test('workloads in words', async (t) => {
	const { steps } = namedWorkload(['rmdir sync', 'write fsync b'], 'w');
	t.strictSame(steps.slice(5).map(stepLine), [
		...['rmdir w/d', 'sync', 'create w/b', 'write w/b 0 9000 w.c', 'fsync w/b'],
		...['unlink w/b', 'unlink w/a', 'rmdir w'],
	]);
	t.throws(() => namedWorkload(['dance'], 'w'), /no change dance/);
	t.throws(() => namedWorkload(['unlink', 'append'], 'w'), /cannot succeed/);
});

t.test('a volume is judged', async (t) => {
	const volume = ImpfsVolume.open(empty(), { clock: () => time });
	volume.mkdir('/w1');
	volume.writeFile('/w1/good', taggedBytes('w1.a', 0, 9000));
	volume.writeFile('/w1/bad', Buffer.concat([taggedBytes('w1.a', 0, 32), taggedBytes('w2.a', 32, 32)]));
	volume.symlink('good', '/w1/link');
	const file = (data: Uint8Array) => ({ kind: 'file' as const, data });
	const wrong = judge(volume, [
		{ path: 'w1/good', content: file(taggedBytes('w1.a', 0, 9000)), nameOnly: false },
		{ path: 'w1/bad', content: file(new Uint8Array(9)), nameOnly: true },
		{ path: 'w1/link', content: { kind: 'link', target: 'good' }, nameOnly: false },
		{ path: 'w1', content: { kind: 'folder' }, nameOnly: false },
		{ path: 'w1/none', content: undefined, nameOnly: false },
	]);
	t.strictSame(wrong, []);
	t.match(judge(volume, [{ path: 'w1/bad', content: file(new Uint8Array(9)), nameOnly: false }]), [/other contents/]);
	t.match(judge(volume, [{ path: 'w1/bad', content: undefined, nameOnly: false }]), [/there again/]);
	t.match(judge(volume, [{ path: 'lost', content: file(new Uint8Array()), nameOnly: true }]), [/is lost/]);
	t.match(judge(volume, [{ path: 'w1/link', content: { kind: 'link', target: 'x' }, nameOnly: false }]), [
		/another target/,
	]);
	const tags = new Map([
		['w1/good', new Set(['w1.a'])],
		['w1/bad', new Set(['w1.a'])],
	]);
	const folder = { name: '', folder: 'w1', steps: [] };
	t.strictSame(foreignBytes(volume, folder, tags), ['w1/bad shows foreign bytes at 32']);
	volume.writeFile('/w1/bad', taggedBytes('w1.a', 16, 32));
	t.strictSame(foreignBytes(volume, folder, tags), ['w1/bad shows foreign bytes at 0'], 'what belongs elsewhere');
	t.equal(namesIn(volume, folder), 'w1 folder\nw1/bad file\nw1/good file\nw1/link link');
});

t.test('the same disk has the same number, whichever way it came to be', async (t) => {
	const data = (fill: number) => new Uint8Array(SECTOR).fill(fill);
	const identity = new DiskIdentity(new Uint8Array(16 * SECTOR));
	const a = { sector: 1, data: data(1) };
	const b = { sector: 2, data: data(2) };
	t.equal(identity.with([a, b]), identity.with([b, a]));
	t.not(identity.with([a]), identity.with([b]));
	t.equal(identity.with([{ sector: 1, data: data(9) }, a]), identity.with([a]), 'the last write of a sector counts');
	const both = identity.with([{ sector: 1, data: new Uint8Array([...data(1), ...data(2)]) }]);
	t.equal(identity.with([a, b]), both, 'in one write or two');
	const zeros = identity.with([]);
	identity.advance([a]);
	t.equal(identity.with([b]), both);
	t.equal(identity.with([{ sector: 1, data: data(0) }]), zeros, 'and back');
});

t.test('an overlay leaves its base alone', async (t) => {
	const base = new Uint8Array(3 * 4096).fill(1);
	const overlay = new OverlayDevice(base);
	overlay.write(new Uint8Array(5000).fill(2), 4000);
	overlay.apply([{ sector: 0, data: new Uint8Array(SECTOR).fill(3) }]);
	const all = new Uint8Array(overlay.size);
	overlay.read(all, 0);
	t.strictSame([all[0], all[512], all[3999], all[4000], all[8999], all[9000]], [3, 1, 1, 2, 2, 1]);
	t.ok(base.every((byte) => byte === 1));
	t.throws(() => overlay.write(new Uint8Array(2), overlay.size - 1), /of a disk of/);
});

t.test('a sound volume passes, a damaged one does not', async (t) => {
	const claim = { claims: [], time, random: seededRandom(1) };
	t.strictSame(checkCrash(empty(), claim), []);
	const damaged = empty();
	damaged.bytes.fill(0xff, 4096, 4096 + 32);
	t.ok(checkCrash(damaged, claim).length > 0);
	t.match(checkCrash(new MemoryDevice(SIZE), claim), [/cannot be mounted/]);
});

t.test('writes without a journal do not survive every crash, and the explorer sees it', async (t) => {
	const disk = empty().bytes;
	const workload: Workload = { name: 'host', folder: 'w', steps: [step('mkdir w'), step('sync')] };
	const epochs = recorded(disk, (volume) => {
		volume.mkdir('/w');
		volume.sync();
	});
	const options = { seed: 1, samples: 4, limit: 1000, time, signal: new AbortController().signal };
	const found = await explore({ disk, epochs, workloads: [workload] }, options);
	t.ok(found.violations.length > 0);
	t.ok(found.states >= found.violations.length && found.checks >= found.states);
	const none = await explore({ disk, epochs: [{ writes: [], marks: at(1) }], workloads: [workload] }, options);
	t.strictSame([none.states, none.violations], [1, []]);
	const early = await explore({ disk, epochs: [{ writes: [], marks: at(2) }], workloads: [workload] }, options);
	t.match(early.violations, [{ workload: 'host' }], 'behind the last step all of it must hold');
	t.equal((await explore({ disk, epochs, workloads: [] }, { ...options, limit: 2 })).states, 2);
	t.strictSame(locateMark([workload, workload], 3), { workload, mark: 1 });
	t.equal(locateMark([workload], -1), undefined);
});

t.test('a failing step of a recording is named', async (t) => {
	const workloads: Workload[] = [{ name: 'x', folder: 'w', steps: [step('mkdir w'), step('create w/a')] }];
	let ended = 0;
	const machine = (stdout: string, mountStatus = 0) => ({
		control: {
			exec: async (argv: string[]) => ({
				status: argv[0] === '/bin/sh' ? mountStatus : 0,
				signal: 0,
				stdout,
				stderr: 'no',
			}),
		} as unknown as Control,
		end: async () => {
			ended++;
		},
	});
	const options = { folder: t.testdir(), plans: [{ workloads }], seed: 1, signal: new AbortController().signal };
	await t.rejects(
		record({ ...options, boot: async () => machine('0 0\n1 28\n') }),
		/"create w\/a" failed with errno 28/,
	);
	await t.rejects(record({ ...options, boot: async () => machine('', 32) }), /the guest cannot/);
	const [made] = await record({ ...options, boot: async () => machine('0 0\n1 0\n') });
	if (made !== undefined) t.throws(() => loadRecording(made), /no log of blklogwrites/);
	t.equal(ended, 3, 'the machine is always ended');
});
