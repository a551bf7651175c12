import path from 'node:path';
import { z } from 'zod';
import { buildRoot, displayPath, fromRoot, imagePath } from '../build/paths.js';
import { UsageError, WorkshopError } from '../errors.js';
import type { Lifetime } from '../lifetime.js';
import type { Log } from '../log.js';
import { connectTo } from './broker.js';
import { describeCommand, shellQuote } from './machine.js';
import { freePort } from './port.js';
import { gdbArguments, isImageFile, type MachineRequest, plannedMachine, prepareMachine } from './prepare.js';
import { findRun } from './registry.js';
import { openSerial, type SerialOptions } from './serial.js';
import { type Session, type SessionOptions, startSession } from './session.js';
import type { MachineSpec } from './spec.js';
import { type ConsoleLine, converse, escapeHelp, type Terminal } from './terminal.js';
import { untilSaved, watchFolders } from './watch.js';

const sourceFolders = ['kernel', 'userland', 'images'].map((name) => fromRoot(name));

export interface RunOptions {
	request: MachineRequest;
	/** What to try, printed before the boot. */
	note?: string;
	persist?: string;
	gdb: boolean;
	watch: boolean;
	dryRun: boolean;
	/** Further arguments for QEMU. */
	extra: readonly string[];
	print: (text: string) => void;
}

export interface RunContext {
	lifetime: Lifetime;
	signal: AbortSignal;
	log: Log;
}

/**
 * Boots a machine with its console on a terminal.
 *
 * @returns exit status: 0 when somebody quit or the guest powered off, 1 when it panicked
 */
export async function runMachine(options: RunOptions, terminal: Terminal, context: RunContext): Promise<number> {
	const { signal, log } = context;
	for (;;) {
		const saved = new AbortController();
		const stop = options.watch ? watchFolders(sourceFolders, () => saved.abort()) : () => {};
		try {
			const outcome = await runOnce(options, saved.signal, terminal, context);
			if (outcome !== 'again') return outcome;
		} catch (error) {
			if (!options.watch || signal.aborted || !(error instanceof WorkshopError) || error instanceof UsageError)
				throw error;
			log.warn([error.message, ...(error.log === undefined ? [] : [`log: ${error.log}`])].join('\n'));
			log.info('waiting for a source to be saved');
			await untilSaved(saved.signal, signal);
		} finally {
			stop();
		}
		log.info('a source has changed: building and booting again');
	}
}

async function runOnce(
	options: RunOptions,
	saved: AbortSignal,
	terminal: Terminal,
	context: RunContext,
): Promise<number | 'again'> {
	const { lifetime, signal, log } = context;
	const { request, note, persist } = options;
	const gdbPort = options.gdb ? await freePort(1234) : undefined;
	if (options.dryRun) {
		options.print(dryRun(options, gdbPort));
		return 0;
	}
	const spec = await prepareMachine(request, { signal, log });
	spec.extra = [...spec.extra, ...(gdbPort === undefined ? [] : gdbArguments(gdbPort)), ...options.extra];
	spec.reboots = true;
	if (note !== undefined) log.info(note);
	if (gdbPort !== undefined) log.info(`waiting for gdb: target remote :${gdbPort}`);
	const title = `${request.image} (${request.variant})`;
	const kept = persist === undefined ? {} : { persist: keptName(persist, request.image) };
	const session = { lifetime, signal, title, ...kept };
	return runSession(spec, { session, saved }, terminal, context);
}

/** What a kept disk is called: each image has its own. @throws UsageError when a name is no file's */
export function keptName(name: string, image: string): string {
	if (!/^[\w.-]+$/.test(name) || name.startsWith('.'))
		throw new UsageError(`--persist=${name}: not a name for a disk`, { hint: 'letters, digits, -, _ and .' });
	return `${path.basename(image)}-${name}`;
}

/**
 * Boots a machine that is all prepared with its console on a terminal.
 *
 * @param options.saved ends it, with `again`
 * @returns exit status, or `again`
 * @throws WorkshopError when the guest panicked
 */
export async function runSession(
	spec: MachineSpec,
	options: { session: SessionOptions; saved?: AbortSignal },
	terminal: Terminal,
	context: RunContext,
): Promise<number | 'again'> {
	const session = await startSession(spec, options.session);
	const how = terminal.input.isTTY ? escapeHelp : 'the console is on standard input and output';
	context.log.info(`machine ${session.id}: ${how}`);
	try {
		if (spec.display === 'vnc')
			context.log.info(`its screen: ${vncAddress(await session.machine.qmp.execute('query-vnc'))}`);
		return await talk(session, options, terminal, context);
	} finally {
		await session.dispose();
	}
}

/** Where QEMU's answer to query-vnc says that it listens, as viewers take it. */
export function vncAddress(answer: unknown): string {
	const { host, service } = z.object({ host: z.string(), service: z.string() }).parse(answer);
	return `vnc://${host}:${service}`;
}

/** A dry run builds nothing: it shows the command with the files as they would be called. */
function dryRun({ request, extra }: RunOptions, gdbPort: number | undefined): string {
	const { variant, image, accelerator } = request;
	const file = isImageFile(image) ? image : imagePath(variant, image);
	const spec = plannedMachine(request, file, accelerator === 'auto' ? 'tcg' : accelerator);
	spec.extra = [...spec.extra, ...(gdbPort === undefined ? [] : gdbArguments(gdbPort)), ...extra];
	const endpoints = { qmp: 'QMP', console: 'CONSOLE', control: 'CONTROL' };
	return describeCommand(spec, endpoints).map(shellQuote).join(' ');
}

async function talk(
	{ machine }: Session,
	{ saved, session }: { session: SessionOptions; saved?: AbortSignal },
	terminal: Terminal,
	{ signal }: RunContext,
): Promise<number | 'again'> {
	const { console } = machine;
	const line: ConsoleLine = {
		write: (bytes) => console.write(bytes),
		onData: (listener) => {
			console.on('data', listener);
			return () => console.off('data', listener);
		},
		ended: machine.ended(),
	};
	try {
		const how = await converse(terminal, line, { signal: saved ? AbortSignal.any([signal, saved]) : signal });
		if (how === 'quit') return 0;
	} catch (error) {
		if (saved?.aborted && !signal.aborted) return 'again';
		throw error;
	}
	const end = await machine.ended();
	if (end.how === 'off' || end.how === 'success') return 0;
	const [trouble = `QEMU ended with status ${end.code ?? end.signal}`] = console.troubles;
	throw new WorkshopError(`${session.title}: the machine ended: ${trouble}`, { log: machine.consoleLog });
}

/** Connects a terminal to a machine that another process owns. */
export async function attach(
	id: string | undefined,
	terminal: Terminal,
	{ signal, log }: Pick<RunContext, 'signal' | 'log'>,
): Promise<void> {
	const run = findRun(id);
	const socket = await connectTo(run.console, signal);
	log.info(`machine ${run.id} (${run.title}): Ctrl-A X leaves it running`);
	try {
		await converse(terminal, streamLine(socket), { signal });
	} finally {
		socket.destroy();
	}
	log.detail(`logs: ${displayPath(run.folder ?? buildRoot)}`);
}

/** Connects a terminal to a machine on a serial line. */
export async function runSerial(
	options: SerialOptions,
	terminal: Terminal,
	{ signal, log }: RunContext,
): Promise<void> {
	const port = await openSerial(options);
	log.info(`${options.device} at ${options.baud} baud: ${escapeHelp}`);
	try {
		await converse(terminal, streamLine(port), { signal });
	} finally {
		port.destroy();
	}
}

function streamLine(stream: import('node:stream').Duplex): ConsoleLine {
	return {
		write: (bytes) => stream.write(bytes),
		onData: (listener) => {
			stream.on('data', listener);
			return () => stream.off('data', listener);
		},
		ended: new Promise((resolve) => {
			stream.once('close', resolve).once('error', resolve);
		}),
	};
}
