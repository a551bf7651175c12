import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { finished } from 'node:stream/promises';
import { GuestFailure, InterruptError, TimeoutError, UsageError, WorkshopError } from '../errors.js';
import { connectControl } from './broker.js';
import { Control } from './control.js';
import { Link } from './link.js';
import { type MachineRequest, prepareMachine } from './prepare.js';
import { defaultEnvironment, type GuestProgram } from './program.js';
import { findRun } from './registry.js';
import type { RunContext } from './run.js';
import { openSerial, type SerialOptions } from './serial.js';
import { prepareSnapshot, resumeSnapshot } from './snapshot.js';
import type { MachineSpec } from './spec.js';
import { rawMode } from './terminal.js';

export interface ExecRequest {
	argv: readonly string[];
	where: { vm: string } | { request: MachineRequest } | { spec: MachineSpec } | { serial: SerialOptions };
	/** Seconds; 0 for no limit. */
	timeout: number;
	tty: boolean;
}

/** The standard streams of the command line, and its terminal's type. */
export interface ExecStreams {
	stdin: NodeJS.ReadStream;
	stdout: NodeJS.WriteStream;
	stderr: NodeJS.WriteStream;
	term: string | undefined;
}

/** Exit statuses that are ours, not the program's. */
const TIMED_OUT = 124;
const OUR_FAILURE = 125;

/**
 * Runs one program in a guest with this process' streams.
 *
 * @returns the program's status, or 124 at its time limit
 * @throws WorkshopError with exit status 125 for failures of ours, 126 and 127 as a shell has them
 */
export async function execInGuest(exec: ExecRequest, streams: ExecStreams, context: RunContext): Promise<number> {
	if (exec.argv.length === 0) {
		throw new UsageError('no command given', { hint: 'imposos exec -- COMMAND [ARGUMENT...]', exitCode: OUR_FAILURE });
	}
	try {
		const control = await findAgent(exec.where, context);
		return await runProgram(control, exec, streams, context);
	} catch (error) {
		if (!(error instanceof WorkshopError) || error instanceof InterruptError) throw error;
		if (error instanceof GuestFailure && (error.exitCode === 126 || error.exitCode === 127)) throw error;
		const { hint, log, cause } = error;
		throw new WorkshopError(error.message, {
			...{ cause, exitCode: OUR_FAILURE },
			...(hint === undefined ? {} : { hint }),
			...(log === undefined ? {} : { log }),
		});
	}
}

async function findAgent(where: ExecRequest['where'], context: RunContext): Promise<Control> {
	const { lifetime, signal, log } = context;
	if ('vm' in where) {
		const control = new Control(await connectControl(findRun(where.vm).control, signal));
		lifetime.defer(() => control.close());
		return control;
	}
	if ('serial' in where) {
		const link = new Link(await openSerial(where.serial));
		lifetime.defer(() => link.close());
		await link.open(30_000, signal);
		return new Control(link);
	}
	const spec = 'spec' in where ? where.spec : await prepareMachine(where.request, { signal, log });
	const snapshot = await prepareSnapshot(spec, { lifetime, signal, onBoot: () => log.detail('booting') });
	const folder = mkdtempSync(path.join(tmpdir(), 'imposos-exec-'));
	lifetime.defer(() => rmSync(folder, { recursive: true, force: true }));
	const machine = await resumeSnapshot(snapshot, { folder, lifetime, signal });
	machine.console.on('trouble', (line: string) => log.warn(`the guest is in trouble: ${line}`));
	return machine.control;
}

async function runProgram(
	control: Control,
	{ argv, timeout, tty }: ExecRequest,
	streams: ExecStreams,
	{ signal }: RunContext,
): Promise<number> {
	const { stdin, stdout, stderr, term } = streams;
	const size = () => ({ rows: stdout.rows ?? 24, columns: stdout.columns ?? 80 });
	const program = await control.spawn(argv, {
		env: { ...defaultEnvironment, ...(tty && term !== undefined ? { TERM: term } : {}) },
		...(tty ? { tty: size() } : {}),
	});
	const stop = () => program.abandon(signal.reason);
	signal.addEventListener('abort', stop);
	const limit =
		timeout > 0 ? setTimeout(() => program.abandon(new TimeoutError('time limit')), timeout * 1000) : undefined;
	const resize = () => program.resize(size().rows, size().columns);
	const restore = tty ? rawMode({ input: stdin, output: stdout }) : () => {};
	if (tty) stdout.on('resize', resize);
	try {
		connect(stdin, program, stdout, stderr);
		const [exit] = await Promise.all([program.exited, ...[program.stdout, program.stderr].map((out) => finished(out))]);
		return exit.status;
	} catch (error) {
		if (error instanceof TimeoutError) return TIMED_OUT;
		throw error;
	} finally {
		clearTimeout(limit);
		signal.removeEventListener('abort', stop);
		stdout.off('resize', resize);
		stdin.unpipe(program.stdin);
		stdin.pause();
		restore();
	}
}

function connect(stdin: Readable, program: GuestProgram, stdout: Writable, stderr: Writable): void {
	program.stdin.on('error', () => {});
	stdin.on('error', () => program.stdin.end());
	stdin.pipe(program.stdin);
	program.stdout.pipe(stdout, { end: false });
	program.stderr.pipe(stderr, { end: false });
}
