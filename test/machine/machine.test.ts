import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { PassThrough } from 'node:stream';
import t from 'tap';
import { BootError, TimeoutError } from '../../tools/errors.js';
import { Lifetime } from '../../tools/lifetime.js';
import { probeAccelerator } from '../../tools/machine/accelerator.js';
import { qemuArguments } from '../../tools/machine/arguments.js';
import { takeBacktrace } from '../../tools/machine/backtrace.js';
import { connectControl, connectTo } from '../../tools/machine/broker.js';
import { Console } from '../../tools/machine/console.js';
import { Control } from '../../tools/machine/control.js';
import { startMachine } from '../../tools/machine/machine.js';
import { Qmp } from '../../tools/machine/qmp.js';
import { findRun, listRuns } from '../../tools/machine/registry.js';
import { saveScreenshot } from '../../tools/machine/screen.js';
import { startSession } from '../../tools/machine/session.js';
import { prepareSnapshot, resumeSnapshot } from '../../tools/machine/snapshot.js';
import { defaultMachine } from '../../tools/machine/spec.js';
import { converse, EscapeScanner, type Terminal } from '../../tools/machine/terminal.js';
import { TroubleScanner } from '../../tools/machine/trouble.js';
import { untilSaved, watchFolders } from '../../tools/machine/watch.js';
import { findPeer } from './peer.js';

const { peer, needsPeer } = await findPeer();
const scratch = mkdtempSync(path.join(tmpdir(), 'imposos-machine-'));
const lifetime = new Lifetime();
t.teardown(async () => {
	await lifetime.dispose();
	rmSync(scratch, { recursive: true, force: true });
});
t.setTimeout(800_000);
const endpoints = { qmp: '/s/qmp', console: '/s/console', control: '/s/control' };

t.test('arguments follow from the machine alone', async (t) => {
	const disk = { file: '/a,b.img', format: 'raw' as const };
	const args = qemuArguments({ ...defaultMachine, kernel: '/k', append: 'x=1 y', disks: [disk] }, { endpoints });
	const text = args.join(' ');
	t.match(text, '-machine pc -accel tcg -cpu max -smp 1 -m 256M');
	t.match(text, '-kernel /k -append x=1 y');
	t.match(text, 'file=/a,,b.img -device ide-hd,drive=disk0,bus=ide.0,unit=0');
	t.match(text, /rtl8139.*pcnet.*AC97.*virtio-rng-pci.*isa-debug-exit,iobase=0xf4/);
	t.ok(args.indexOf('chardev:console') < args.indexOf('chardev:control'), 'the console is the first serial port');
	const two = qemuArguments(
		{ ...defaultMachine, disks: [disk, disk, disk], network: false },
		{ endpoints, loadSnapshot: 's' },
	);
	t.match(two.join(' '), /ide\.0,unit=1.*ide\.1,unit=0.*-loadvm s/);
	t.notMatch(two.join(' '), /-kernel|rtl8139/);
});

t.test('trouble on the console', async (t) => {
	const scanner = new TroubleScanner();
	t.same(scanner.push('fine\r\npan'), []);
	t.same(scanner.push('ic: no root\r\n[    1.5] BUG: lock order\n'), ['panic: no root', '[    1.5] BUG: lock order']);
	t.same(scanner.push('\x1b[31mBUG: in colour\x1b[0m\nnot a panic: here\nDEBUG: fine\n'), ['BUG: in colour']);
	t.same(scanner.push('BUG: cut'), []);
	t.same(scanner.end(), ['BUG: cut']);
	t.equal(scanner.troubles.length, 4);
	t.equal(new TroubleScanner().push('# \x1b[J[    2.000000] BUG: behind a prompt\n').length, 1);
});

t.test('waiting for the console', async (t) => {
	const line = new PassThrough();
	const log = path.join(scratch, 'console.log');
	const console = new Console(line, { log });
	line.write('boot\nlogin: ');
	const { end } = await console.waitFor('login: ');
	t.equal(end, 12);
	const next = console.waitFor(/\$ /, { from: end, timeout: 1000 });
	line.write('ok\n$ ');
	t.equal((await next).end, 17);
	await t.rejects(console.waitFor('never', { timeout: 50 }), TimeoutError);
	const abort = new AbortController();
	const aborted = console.waitFor('never', { signal: abort.signal });
	abort.abort(new Error('enough'));
	await t.rejects(aborted, /enough/);
	const ended = console.waitFor('never');
	line.destroy();
	await t.rejects(ended, BootError);
	await console.close();
	t.equal(readFileSync(log, 'utf8'), 'boot\nlogin: ok\n$ ');
});

t.test('keys for us among those for the guest', async (t) => {
	const scanner = new EscapeScanner();
	t.same(scanner.push(Buffer.from('a\x03b')), { forGuest: Buffer.from('a\x03b'), commands: [] });
	t.same(scanner.push(Buffer.from('\x01')), { forGuest: Buffer.alloc(0), commands: [] });
	t.same(scanner.push(Buffer.from('x')), { forGuest: Buffer.alloc(0), commands: ['quit'] });
	t.same(scanner.push(Buffer.from('\x01\x01\x01h\x01q')), { forGuest: Buffer.from('\x01\x01q'), commands: ['help'] });
});

t.test('one terminal talks with one machine after the other', async (t) => {
	const input = Object.assign(new PassThrough(), { isTTY: true, setRawMode: () => {} });
	const terminal = { input, output: new PassThrough() } as unknown as Terminal;
	for (const round of ['first', 'second']) {
		const typed = new PassThrough();
		const line = {
			write: (bytes: Uint8Array) => typed.write(bytes),
			onData: () => () => {},
			ended: new Promise(() => {}),
		};
		const talking = converse(terminal, line, { signal: lifetime.signal });
		input.write(`${round}\x01x`);
		t.equal(await talking, 'quit');
		t.equal(String(typed.read()), round, `the ${round} gets what is typed`);
	}
});

t.test('a save is waited for', async (t) => {
	const folder = path.join(scratch, 'watched');
	mkdirSync(folder);
	const saved = new AbortController();
	const stop = watchFolders([folder, path.join(scratch, 'not-there')], () => saved.abort());
	const waiting = untilSaved(saved.signal, lifetime.signal);
	writeFileSync(path.join(folder, 'source.c'), 'x');
	await waiting;
	await untilSaved(saved.signal, lifetime.signal);
	stop();
	t.ok(saved.signal.aborted);
	await t.rejects(untilSaved(new AbortController().signal, AbortSignal.abort(new Error('interrupted'))), /interrupted/);
});

t.test('the accelerator is tried', async (t) => {
	t.equal(await probeAccelerator('tcg'), true, 'TCG runs 32-bit guests everywhere');
});

t.test('a machine that QEMU refuses', async (t) => {
	const starting = startMachine({ ...defaultMachine, cpu: 'no-such-cpu' }, { folder: scratch, lifetime });
	await t.rejects(starting, { name: 'BootError', message: /no-such-cpu/ });
});

t.test('snapshots', needsPeer, async (t) => {
	const snapshot = await prepareSnapshot(peer, { lifetime });
	let again = false;
	await prepareSnapshot(peer, { lifetime, onBoot: () => (again = true) });
	t.notOk(again, 'the second time it is there');
	const folders = ['one', 'two'].map((name) => mkdtempSync(path.join(scratch, name)));
	const pair = await Promise.all(folders.map((folder) => resumeSnapshot(snapshot, { folder, lifetime })));
	const random = await Promise.all(pair.map((vm) => vm.exec(['sh', '-c', 'head -c 16 /dev/urandom | md5sum'])));
	t.not(random[0]?.stdout, random[1]?.stdout, 'siblings draw different random numbers');
	const [vm] = pair;
	if (vm === undefined) throw new Error('no machine');
	const now = Number((await vm.exec(['date', '+%s'])).stdout);
	t.ok(Math.abs(now - Date.now() / 1000) < 3, 'the clock is right');
	const blob = Buffer.alloc(50_000, 'guest');
	await vm.control.putFile('/tmp/blob', blob);
	t.ok((await vm.control.getFile('/tmp/blob')).equals(blob));
	const trace = await takeBacktrace(vm.qmp);
	t.match(trace.registers, /EIP=/);
	t.ok(trace.frames.length > 0);
	await Promise.all(pair.map((one) => one.dispose()));
	t.ok(vm.hasEnded());
});

t.test('sessions, as other processes see them', needsPeer, async (t) => {
	// Their number is 0x1313: ^S, which once stopped the output of the line for ever, before the agent had it.
	const { random } = Math;
	Math.random = () => 0x1312 / 0xfffe;
	t.teardown(() => {
		Math.random = random;
	});
	const session = await startSession(peer, { lifetime, title: 'peer' });
	t.equal(findRun(session.id).title, 'peer');
	const record = findRun(session.id);
	const console = new Console(await connectTo(record.console));
	const seen = console.waitFor(/x42x/, { timeout: 300_000 });
	const [a, b] = await Promise.all([0, 1].map(async () => new Control(await connectControl(record.control))));
	if (!a || !b) throw new Error('no agents');
	const bytes = Buffer.alloc(40_000, 'x');
	const results = await Promise.all([
		a.exec(['cat'], { stdin: bytes }),
		b.exec(['sh', '-c', 'sleep 0.2; echo b; exit 3']),
		b.putFile('/tmp/b', bytes).then(() => b.getFile('/tmp/b')),
		t.rejects(a.getFile('/no/such'), /ENOENT/),
	]);
	t.equal(results[0].stdout, bytes.toString());
	t.match(results[1], { status: 3, stdout: 'b\n' });
	t.ok(results[2].equals(bytes));
	// A shell that starts forgets what was typed before: somebody at a terminal would type it again.
	const type = () => console.write('echo x$((6*7))x\n');
	type();
	const again = setInterval(type, 2000);
	await seen.finally(() => clearInterval(again));
	const lost = await a.spawn(['sleep', '1000']);
	const pid = await lost.started;
	a.close();
	const gone = `while kill -0 ${pid} 2>/dev/null; do sleep 0.1; done`;
	t.match(await b.exec(['sh', '-c', gone]), { status: 0 }, 'a client that leaves takes its programs along');
	if (record.qmp === undefined) throw new Error('no monitor');
	const qmp = await Qmp.connect(record.qmp);
	const png = path.join(scratch, 'screen.png');
	t.ok((await saveScreenshot(qmp, png)).width >= 640);
	t.equal(readFileSync(png).subarray(1, 4).toString(), 'PNG');
	qmp.close();
	const off = session.machine.ended();
	await b.power('off');
	t.match(await off, { how: 'off' }, 'power off');
	await session.dispose();
	await console.close();
	t.notOk(listRuns().some(({ id }) => id === session.id));
});
