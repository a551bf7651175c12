import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, watch } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import t from 'tap';
import { Lifetime } from '../../tools/lifetime.js';
import { silentLog } from '../../tools/log.js';
import { execInGuest } from '../../tools/machine/exec.js';
import { waitFor } from '../../tools/machine/wait.js';
import { readLast } from '../../tools/suite/last-results.js';
import { createReporter } from '../../tools/suite/reporters.js';
import { runTests } from '../../tools/suite/run.js';
import { compileAgent, compileCable } from './local-agent.js';

const agent = await compileAgent();

/** Two pseudo-terminals that are the ends of one cable. */
async function cable(folder: string): Promise<{ ends: [string, string]; unplug: () => void }> {
	const ends: [string, string] = [path.join(folder, 'a'), path.join(folder, 'b')];
	const relay = spawn(await compileCable(), ends, { stdio: 'inherit' });
	await waitFor<void>({ timeout: 60_000, what: 'the cable' }, (resolve, reject) => {
		const look = () => {
			if (ends.every((end) => existsSync(end))) resolve();
		};
		const watcher = watch(folder, look);
		relay.once('error', reject).once('exit', reject);
		look();
		return () => watcher.close();
	});
	return { ends, unplug: () => relay.kill('SIGKILL') };
}

t.test('a machine on a serial line', async (t) => {
	const folder = mkdtempSync(path.join(tmpdir(), 'imposos-serial-'));
	const { ends, unplug } = await cable(folder);
	const remote = spawn(agent, [ends[1]], { stdio: ['ignore', 'ignore', 'inherit'] });
	const lifetime = new Lifetime();
	t.teardown(async () => {
		await lifetime.dispose();
		remote.kill('SIGKILL');
		unplug();
		rmSync(folder, { recursive: true, force: true });
	});
	const { PassThrough } = await import('node:stream');
	const [stdin, stdout, stderr] = [new PassThrough(), new PassThrough(), new PassThrough()];
	let out = '';
	stdout.on('data', (bytes: Buffer) => {
		out += bytes.toString();
	});
	stdin.end('through the cable\n'.repeat(500));
	const where = { serial: { device: ends[0], baud: 115200 } };
	const status = await execInGuest(
		{ argv: ['sh', '-c', 'cat; exit 5'], where, timeout: 200, tty: false },
		{ stdin: stdin as never, stdout: stdout as never, stderr: stderr as never, term: 'vt100' },
		{ lifetime, signal: lifetime.signal, log: silentLog },
	);
	t.equal(status, 5);
	t.equal(out, 'through the cable\n'.repeat(500));
	const bad = execInGuest(
		{ argv: ['true'], where: { serial: { device: '/dev/no-such-line', baud: 9600 } }, timeout: 0, tty: false },
		{ stdin: stdin as never, stdout: stdout as never, stderr: stderr as never, term: undefined },
		{ lifetime, signal: lifetime.signal, log: silentLog },
	);
	await t.rejects(bad, { name: 'WorkshopError', exitCode: 125, message: /no-such-line/ });
});

t.test('cases on a machine on a serial line', async (t) => {
	const folder = mkdtempSync(path.join(tmpdir(), 'imposos-serial-'));
	const { ends, unplug } = await cable(folder);
	const remote = spawn(agent, [ends[1]], { stdio: ['ignore', 'ignore', 'inherit'] });
	const lifetime = new Lifetime();
	t.teardown(async () => {
		await lifetime.dispose();
		remote.kill('SIGKILL');
		unplug();
		rmSync(folder, { recursive: true, force: true });
	});
	let out = '';
	const reporter = createReporter('pretty', { print: (text) => (out += `${text}\n`), say: () => {}, colours: false });
	const totals = await runTests({
		filter: { names: ['0.7/exec', '0.1/power-off'], full: false },
		...{ variant: 'debug', accelerator: 'tcg', reporter, seed: 1, strict: false, repeat: 2 },
		serial: { device: ends[0], baud: 115200 },
		...{ lifetime, signal: lifetime.signal, log: silentLog },
	});
	t.same(totals, { passed: 2, failed: 0, skipped: 2 }, out);
	t.match(out, /skipped 0.1\/power-off .*needs QEMU/);
	t.equal(readLast()['0.7/exec']?.status, 'passed');
});
