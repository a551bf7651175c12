import { existsSync, rmSync } from 'node:fs';
import path from 'node:path';
import { PassThrough } from 'node:stream';
import t from 'tap';
import { InterruptError, UsageError } from '../../tools/errors.js';
import { Lifetime } from '../../tools/lifetime.js';
import { silentLog } from '../../tools/log.js';
import { type ExecRequest, execInGuest } from '../../tools/machine/exec.js';
import { prepareMachine } from '../../tools/machine/prepare.js';
import { findRun, listRuns } from '../../tools/machine/registry.js';
import { attach, runMachine, runSession } from '../../tools/machine/run.js';
import { keptDisk } from '../../tools/machine/session.js';
import type { Terminal } from '../../tools/machine/terminal.js';
import { waitFor } from '../../tools/machine/wait.js';
import { findPeer } from './peer.js';

const { peer, needsPeer } = await findPeer();
t.setTimeout(800_000);

/** A person at a terminal: types, and waits for what appears. */
class Person {
	readonly input = Object.assign(new PassThrough(), { isTTY: true, setRawMode: (on: boolean) => (this.raw = on) });
	readonly output = Object.assign(new PassThrough(), { rows: 33, columns: 111 });
	raw = false;
	seen = '';

	constructor() {
		this.output.on('data', (bytes: Buffer) => {
			this.seen += bytes.toString();
			this.output.emit('#seen');
		});
	}

	get terminal(): Terminal {
		return { input: this.input, output: this.output } as unknown as Terminal;
	}

	sees(pattern: RegExp): Promise<void> {
		return waitFor<void>({ timeout: 300_000, what: `${pattern} on the terminal` }, (resolve) => {
			const look = () => {
				if (pattern.test(this.seen)) resolve();
			};
			this.output.on('#seen', look);
			look();
			return () => this.output.off('#seen', look);
		});
	}
}

function context() {
	const lifetime = new Lifetime();
	return { lifetime, signal: lifetime.signal, log: silentLog };
}

t.test('run, attach and quit', needsPeer, async (t) => {
	const [owner, guest] = [new Person(), new Person()];
	const session = { ...context(), title: 'test of run', persist: `test-${process.pid}` };
	const running = runSession(peer, { session }, owner.terminal, session);
	await owner.sees(/built-in shell/);
	t.ok(owner.raw, 'keys go to the guest as they are');
	const id = listRuns().find(({ title }) => title === 'test of run')?.id;
	const attached = attach(id, guest.terminal, session);
	guest.input.write('echo $((6*7))x\r');
	await Promise.all([owner.sees(/42x/), guest.sees(/42x/)]);
	guest.input.write('\x01h');
	await guest.sees(/Ctrl-A X quits/);
	guest.input.write('\x01x');
	await attached;
	t.ok(findRun(id), 'it runs on when an attached terminal leaves');
	owner.input.write('\x01x');
	t.equal(await running, 0);
	t.notOk(owner.raw, 'the terminal is as it was');
	t.throws(() => findRun(id), UsageError);
	rmSync(keptDisk(`test-${process.pid}`), { force: true });
});

t.test('a guest that powers off ends the run', needsPeer, async (t) => {
	const person = new Person();
	const session = { ...context(), title: 'test of power off' };
	const running = runSession(peer, { session }, person.terminal, session);
	await person.sees(/built-in shell/);
	person.input.write('poweroff -f\r');
	t.equal(await running, 0);
});

t.test('an interrupt leaves nothing', needsPeer, async (t) => {
	const person = new Person();
	const session = { ...context(), title: 'test of interrupt' };
	const running = runSession(peer, { session }, person.terminal, session);
	await person.sees(/built-in shell/);
	const { qemu: pid, console, qmp = '' } = findRun(listRuns().find(({ title }) => title === 'test of interrupt')?.id);
	t.ok(existsSync(`/proc/${pid}`));
	session.lifetime.interrupt(new InterruptError('SIGINT'));
	await t.rejects(running, InterruptError);
	await session.lifetime.dispose();
	t.notOk(existsSync(`/proc/${pid}`), 'no process');
	t.notOk(
		[console, qmp].some((socket) => existsSync(path.dirname(socket))),
		'no folder',
	);
});

t.test('exec', needsPeer, async (t) => {
	const exec = async (request: Partial<ExecRequest>, input = '') => {
		const person = new Person();
		const stdin = new PassThrough();
		stdin.end(input);
		const stderr = new PassThrough();
		let err = '';
		stderr.on('data', (bytes: Buffer) => {
			err += bytes.toString();
		});
		const one = context();
		const whole = { argv: ['true'], where: { spec: peer }, timeout: 0, tty: false, ...request };
		const streams = { stdin, stdout: person.output, stderr, term: 'vt220' } as unknown as Parameters<
			typeof execInGuest
		>[1];
		try {
			const status = await execInGuest(whole, streams, one);
			return { status, out: person.seen, err };
		} finally {
			await one.lifetime.dispose();
		}
	};
	t.same(await exec({ argv: ['sh', '-c', 'cat; echo err >&2; exit 9'] }, 'in\n'), {
		status: 9,
		out: 'in\n',
		err: 'err\n',
	});
	t.match(await exec({ argv: ['sleep', '100'], timeout: 1 }), { status: 124 });
	t.match(await exec({ argv: ['sh', '-c', 'stty size; echo $TERM'], tty: true }), { out: '33 111\r\nvt220\r\n' });
	await t.rejects(exec({ argv: ['nothing-of-this-name'] }), { name: 'GuestFailure', exitCode: 127 });
	await t.rejects(exec({ argv: ['/proc'] }), { name: 'GuestFailure', exitCode: 126 });
	await t.rejects(exec({ argv: [] }), { name: 'UsageError', exitCode: 125 });
	await t.rejects(exec({ where: { vm: '999999' } }), { exitCode: 125, message: /no machine 999999/ });
});

t.test('what cannot be run', async (t) => {
	const one = context();
	const request = { variant: 'debug' as const, accelerator: 'tcg' as const, build: false };
	await t.rejects(prepareMachine({ ...request, image: './no-such.img' }, one), /no disk image .*no-such/);
	await t.rejects(prepareMachine({ ...request, image: '/proc/version' }, one), /too short|not a file|no disk image/);
	await t.rejects(prepareMachine({ ...request, image: 'base', overrides: { memory: 0.5 } }, one), /--memory 0.5/);
	const long = { append: 'x'.repeat(1 << 20) };
	await t.rejects(prepareMachine({ ...request, image: 'base', overrides: long }, one), /--append has 1048576 bytes/);
	let printed = '';
	const status = await runMachine(
		{
			request: { ...request, image: 'base', overrides: { append: 'quiet' } },
			...{ gdb: true, watch: false, dryRun: true, extra: ['-d', 'int'] },
			print: (text) => {
				printed = text;
			},
		},
		new Person().terminal,
		one,
	);
	t.equal(status, 0);
	t.match(printed, /^qemu-system-i386 .*imposos.agent quiet.* -gdb tcp:localhost:\d+ -S -d int$/);
	await t.rejects(attach('999999', new Person().terminal, one), UsageError);
});
