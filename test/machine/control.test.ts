import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Readable } from 'node:stream';
import t from 'tap';
import { fromRoot } from '../../tools/build/paths.js';
import { GuestFailure, TimeoutError } from '../../tools/errors.js';
import { Control } from '../../tools/machine/control.js';
import { Link } from '../../tools/machine/link.js';
import { crc32, encodeFrame, FrameDecoder, TP } from '../../tools/machine/protocol.js';
import { compileAgent, type NoisyLine, startLocalAgent } from './local-agent.js';

const agent = await compileAgent();
const scratch = mkdtempSync(path.join(tmpdir(), 'imposos-control-'));
t.teardown(() => rmSync(scratch, { recursive: true, force: true }));

t.test('the constants are those of testproto.h', async (t) => {
	const header = readFileSync(fromRoot('kernel/abi/testproto.h'), 'utf8');
	const declared: Record<string, number> = {};
	for (const [, name = '', text = ''] of header.matchAll(/^#define TP_(\w+)[ \t]+([^\n/]+)/gm)) {
		const expression = text.trim().replace(/TP_(\w+)/g, (_, other: string) => String(declared[other]));
		const value = /^\(?(\w+)\)?$/.test(expression) ? Number(expression.replace(/[()u]/g, '')) : arithmetic(expression);
		declared[name] = value;
	}
	t.same({ ...TP }, declared);
});

/** The two forms that the header uses. */
function arithmetic(text: string): number {
	const [, a = '', operator = '', b = ''] = /^\((\d+)u? (-|<<) (\d+)\)$/.exec(text) ?? [];
	return operator === '-' ? Number(a) - Number(b) : Number(a) << Number(b);
}

t.test('frames survive noise around them', async (t) => {
	t.equal(crc32(Buffer.from('123456789')), 0xcbf43926, 'the check value of CRC-32');
	const frame = (seq: number) =>
		encodeFrame({ type: TP.FRAME_DATA, session: 7, seq, ack: 9, payload: Buffer.from(`number ${seq}`) });
	const decoder = new FrameDecoder();
	const broken = frame(2);
	broken[20] = (broken[20] ?? 0) ^ 1;
	const cut = frame(4).subarray(0, 21);
	const bytes = Buffer.concat([Buffer.from('\xa5noise\xa5'), frame(1), broken, frame(3), cut, frame(5), frame(6)]);
	const seen: number[] = [];
	let damaged = false;
	for (const byte of bytes) {
		const result = decoder.push(Uint8Array.of(byte));
		damaged ||= result.damaged;
		seen.push(...result.frames.map(({ seq }) => seq));
	}
	t.same(seen, [1, 3, 5, 6], 'a damaged or cut frame costs only itself');
	t.ok(damaged);
});

t.test('programs', async (t) => {
	const { control, dispose } = await startLocalAgent(agent);
	t.teardown(dispose);
	t.ok((await control.ping()).pid > 0);
	const both = await control.exec(['sh', '-c', 'echo out; echo err >&2; exit 7']);
	t.same(both, { status: 7, signal: 0, stdout: 'out\n', stderr: 'err\n' });
	t.match(await control.exec(['sh', '-c', 'kill -SEGV $$']), { status: 128 + 11, signal: 11 });
	const env = await control.exec(['sh', '-c', 'echo "$A:$PWD"; cat'], { env: { A: 'b c', PATH: '/bin' }, cwd: '/usr' });
	t.equal(env.stdout, 'b c:/usr\n', 'environment, folder and an empty input');
	const upper = await control.exec(['tr', 'a-z', 'A-Z'], { stdin: 'shout' });
	t.equal(upper.stdout, 'SHOUT');
	t.match((await control.exec(['sh', '-c', 'echo "$#"', 'x', ...Array<string>(3000).fill('argument')])).stdout, '3000');
	await t.rejects(control.exec(['no-such-program']), { message: /ENOENT/, exitCode: 127 });
	await t.rejects(control.exec([scratch]), { message: /EACCES/, exitCode: 126 });
	await t.rejects(control.exec(['true'], { cwd: '/no/such' }), GuestFailure);
	const late = control.exec(['sleep', '100'], { timeout: 2000 });
	await t.rejects(late, TimeoutError);
	await t.rejects(late, { message: /sleep 100: still running(.|\n)* S sleep: / }, 'it says what the tasks were doing');
	const [a, b] = await Promise.all([control.exec(['sh', '-c', 'sleep 0.2; echo a']), control.exec(['echo', 'b'])]);
	t.same([a.stdout, b.stdout], ['a\n', 'b\n'], 'two at once');
	const orphan = await control.exec(['sh', '-c', 'sleep 100 & echo $!']);
	t.equal(orphan.status, 0, 'a descendant that holds the pipe does not hold the exit');
	process.kill(Number(orphan.stdout));
});

t.test('signals and terminals', async (t) => {
	const { control, dispose } = await startLocalAgent(agent);
	t.teardown(dispose);
	const sleeper = await control.spawn(['sleep', '100']);
	sleeper.kill('SIGTERM');
	t.match(await sleeper.exited, { signal: 15, status: 143 });
	const shell = await control.spawn(['sh', '-c', 'stty size; tty; read line; echo "got $line"; cat; stty size'], {
		tty: { rows: 33, columns: 101 },
	});
	let seen = '';
	shell.stdout.on('data', (bytes: Buffer) => {
		seen += bytes.toString();
		if (/pts/.test(seen) && !/hello/.test(seen)) {
			shell.resize(44, 111);
			shell.stdin.end('hello\n');
		}
	});
	t.same(await shell.exited, { status: 0, signal: 0 });
	t.match(seen, /^33 101\r\n\/dev\/pts\/\d+\r\nhello\r\ngot hello\r\n44 111\r\n/);
});

t.test('bulk, in both directions, at the reader’s pace', async (t) => {
	const { control, dispose } = await startLocalAgent(agent);
	t.teardown(dispose);
	const bytes = randomBytes(300_000);
	const result = await control.exec(['md5sum'], { stdin: Readable.from([bytes.subarray(0, 9), bytes.subarray(9)]) });
	writeFileSync(path.join(scratch, 'bulk'), bytes);
	const local = await control.exec(['md5sum', path.join(scratch, 'bulk')]);
	t.equal(result.stdout.slice(0, 32), local.stdout.slice(0, 32));
	const slow = await control.spawn(['cat', path.join(scratch, 'bulk')]);
	t.match(await control.exec(['echo', 'passes']), { stdout: 'passes\n' }, 'a reader who does not read blocks nobody');
	const chunks: Buffer[] = [];
	for await (const chunk of slow.stdout) chunks.push(chunk as Buffer);
	t.ok(Buffer.concat(chunks).equals(bytes));
	t.match(await control.exec(['true'], { stdin: bytes }), { status: 0 }, 'input that nobody reads');
});

t.test('files', async (t) => {
	const { control, dispose } = await startLocalAgent(agent);
	t.teardown(dispose);
	const file = path.join(scratch, 'a/b/c');
	await control.mkdir(path.dirname(file));
	await control.mkdir(path.dirname(file));
	const bytes = randomBytes(100_001);
	await control.putFile(file, bytes, 0o751);
	t.ok(readFileSync(file).equals(bytes));
	t.equal(statSync(file).mode & 0o7777, 0o751);
	t.ok((await control.getFile(file)).equals(bytes));
	await control.putFile(file, '');
	t.equal((await control.getFile(file)).length, 0);
	await t.rejects(control.getFile('/no/such'), /ENOENT/);
	await t.rejects(control.getFile('/usr'), /EISDIR/);
	await t.rejects(control.putFile('/no/such', 'x'), /ENOENT/);
	await t.rejects(control.putFile('/dev/full', bytes), /ENOSPC/);
	await t.rejects(control.mkdir(`${file}/d`), /ENOTDIR/);
	await control.sync();
});

t.test('a cap is an error', async (t) => {
	const { control, dispose } = await startLocalAgent(agent);
	t.teardown(dispose);
	const sleepers = await Promise.all(Array.from({ length: 64 }, () => control.spawn(['sleep', '100'])));
	await t.rejects(control.exec(['true']), /EAGAIN/, 'the 65th program at once');
	for (const sleeper of sleepers) sleeper.kill('SIGKILL');
	await Promise.all(sleepers.map(({ exited }) => exited));
	t.match(await control.exec(['true']), { status: 0 });
	await t.rejects(control.exec(['true', 'x'.repeat(5 << 20)]), /E2BIG/);
});

t.test('a new session gives up the old one', async (t) => {
	const { control, link, dispose } = await startLocalAgent(agent);
	t.teardown(dispose);
	const sleeper = await control.spawn(['sleep', '100']);
	const pid = await sleeper.started;
	await link.open(20_000);
	t.match(await control.exec(['sh', '-c', `while kill -0 ${pid} 2>/dev/null; do sleep 0.1; done`]), { status: 0 });
});

t.test('a session with the number that a snapshot’s had is a new one', async (t) => {
	const { random } = Math;
	Math.random = () => 0.5; // what the number is made from
	t.teardown(() => {
		Math.random = random;
	});
	const { control, line, dispose } = await startLocalAgent(agent);
	t.teardown(dispose);
	t.equal((await control.exec(['echo', 'first'])).stdout, 'first\n');
	line.removeAllListeners('data');
	const link = new Link(line);
	await link.open(20_000);
	const second = new Control(link);
	t.equal((await second.exec(['echo', 'second'])).stdout, 'second\n');
});

t.test('lost, doubled and damaged bytes', async (t) => {
	for (const seed of [1, 2, 3]) {
		const noise = { lost: 5e-5, doubled: 3e-5, damaged: 5e-5, seed };
		const { control, line, dispose } = await startLocalAgent(agent, noise);
		const bytes = randomBytes(60_000);
		const file = path.join(scratch, 'noisy');
		await control.putFile(file, bytes);
		t.ok(readFileSync(file).equals(bytes), 'a file in');
		t.ok((await control.getFile(file)).equals(bytes), 'a file out');
		const echo = await control.exec(['cat'], { stdin: bytes.toString('base64') });
		t.equal(echo.stdout, bytes.toString('base64'), 'through a program');
		t.ok((line as NoisyLine).accidents > 20, `${(line as NoisyLine).accidents} accidents happened`);
		dispose();
	}
});
