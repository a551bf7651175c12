import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, watch, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import t from 'tap';
import { fromRoot } from '../../tools/build/paths.js';
import { commands } from '../../tools/cli/commands.js';

const scratch = mkdtempSync(path.join(tmpdir(), 'imposos-cli-test-'));
t.teardown(() => rmSync(scratch, { recursive: true, force: true }));

interface Outcome {
	status: number | null;
	stdout: string;
	stderr: string;
}

/** Runs the command line in a process of its own, as people do. */
function imposos(args: string[], env: Record<string, string> = {}): Promise<Outcome> {
	return new Promise((resolve, reject) => {
		const child = spawn(process.execPath, [fromRoot('build/js/tools/cli/main.js'), ...args], {
			env: { ...process.env, CI: '1', ...env },
			stdio: ['ignore', 'pipe', 'pipe'],
			timeout: 60_000,
		});
		let stdout = '';
		let stderr = '';
		child.stdout.on('data', (chunk) => {
			stdout += String(chunk);
		});
		child.stderr.on('data', (chunk) => {
			stderr += String(chunk);
		});
		child.on('error', reject);
		child.on('close', (status) => resolve({ status, stdout, stderr }));
	});
}

t.test('misuse gets one line of reason, a hint and status 2', async (t) => {
	const lines: [string[], RegExp][] = [
		[[], /^imposos: no command given\nhint: .*--help/],
		[['no-such-command'], /^imposos: unknown command: no-such-command\nhint: /],
		[['biuld'], /^imposos: unknown command: biuld\nhint: did you mean build\?/],
		[['build', '--no-such'], /^imposos: unknown option: --no-such\nhint: imposos build --help/],
		[['build', '--variant', 'fast'], /^imposos: invalid values: .*"fast".*"debug"/],
		[['new', 'wheel', 'x'], /^imposos: invalid values: .*"wheel"/],
		[['new', 'case'], /^imposos: too few arguments: 1 of 2 given\nhint: imposos new --help/],
		[['clean', 'this'], /^imposos: unknown argument: this\n/],
		[['image'], /^imposos: no image command given\n/],
		[['image', 'build', 'no-such'], /^imposos: no image is named no-such\nhint: there are base,/],
	];
	await Promise.all(
		lines.map(async ([args, expected]) => {
			const { status, stdout, stderr } = await imposos(args);
			const name = args.join(' ');
			t.equal(status, 2, name);
			t.match(stderr, expected, name);
			t.equal(stderr.trim().split('\n').length, 2, `${name}: two lines`);
			t.equal(stdout, '', `${name}: nothing on standard output`);
		}),
	);
});

t.test('every command has help with a description and options', async (t) => {
	const names = commands.map(({ command }) => String(command).split(' ')[0] ?? '');
	t.equal(new Set(names).size, names.length, 'no name twice');
	await Promise.all(
		names.map(async (name) => {
			const { status, stdout } = await imposos([name, '--help']);
			t.equal(status, 0, name);
			t.match(stdout, /^imposos .+\n\n\S.+/, name);
		}),
	);
});

t.test('version, completion, doctor', async (t) => {
	const version = await imposos(['--version']);
	t.match(version.stdout, /^\d+\.\d+\.\d+\n$/);
	const completion = await imposos(['completion'], { SHELL: '/bin/bash' });
	t.match(completion.stdout, /complete .* imposos/);
	const words = await imposos(['--get-yargs-completions', 'imposos', 'bu']);
	t.match(words.stdout, /^build/m);
	const doctor = await imposos(['doctor', '--json']);
	t.match(JSON.parse(doctor.stdout), [{ name: 'Node', verdict: 'ok' }]);
	const poor = await imposos(['doctor'], { PATH: scratch });
	t.equal(poor.status, 1);
	t.match(poor.stdout, /^QEMU +MISSING/m);
	t.match(poor.stderr, /^hint: sudo apt-get install /m);
});

t.test('phases', async (t) => {
	const table = await imposos(['phases']);
	t.match(table.stdout, /^ 0 {2}Foundation\n {4}0\.1 +/);
	t.match(JSON.parse((await imposos(['phases', '--json'])).stdout), [{ phase: 0, started: true }]);
	const again = await imposos(['phases', '--write']);
	t.match(again, { status: 0, stderr: /docs\/plan\.md/, stdout: '' });
});

t.test('an interrupt ends what was started, with the status of the signal', async (t) => {
	// Stands where make would be, and would run for ever.
	const pidFile = path.join(scratch, 'pid');
	writeFileSync(path.join(scratch, 'flock'), `#!/bin/sh\necho $$ >${pidFile}\nexec sleep 1000\n`, { mode: 0o755 });
	for (const [signal, expected] of [
		['SIGINT', 130],
		['SIGTERM', 143],
	] as const) {
		const child = spawn(process.execPath, [fromRoot('build/js/tools/cli/main.js'), 'build'], {
			env: { ...process.env, PATH: `${scratch}:${process.env['PATH']}` },
			stdio: 'ignore',
		});
		const closed = new Promise((resolve) => child.on('close', resolve));
		const watcher = watch(scratch);
		while (!existsSync(pidFile) || readFileSync(pidFile, 'utf8') === '') await once(watcher, 'change');
		watcher.close();
		const pid = Number(readFileSync(pidFile, 'utf8'));
		rmSync(pidFile);
		child.kill(signal);
		t.equal(await closed, expected, signal);
		t.notOk(existsSync(`/proc/${pid}`), 'nothing is left running');
	}
});

t.test('a reader that goes away is no failure', async (t) => {
	const child = spawn(process.execPath, [fromRoot('build/js/tools/cli/main.js'), '--help'], {
		stdio: ['ignore', 'pipe', 'inherit'],
	});
	child.stdout.destroy();
	const status = await new Promise((resolve) => child.on('close', resolve));
	t.equal(status, 0);
});

t.test('a damaged declaration is named with the place of the damage', async (t) => {
	const declaration = path.join(scratch, 'bad.json');
	writeFileSync(declaration, JSON.stringify({ describe: 'x', size: '16M', layers: [{ nonsense: 1 }] }));
	const { status, stderr } = await imposos(['image', 'build', declaration]);
	t.equal(status, 2);
	t.match(stderr, /bad\.json at layers\.0: /);
});
