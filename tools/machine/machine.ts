import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { BootError, GuestFailure } from '../errors.js';
import type { Lifetime } from '../lifetime.js';
import { qemuArguments } from './arguments.js';
import { Console } from './console.js';
import { Control, type ExecOptions, type ExecResult } from './control.js';
import { Link } from './link.js';
import { listen } from './listen.js';
import { type QemuExit, type QemuProcess, qemuProgram, startFailure, startQemu } from './qemu.js';
import { Qmp } from './qmp.js';
import type { Endpoints, MachineSpec } from './spec.js';

/** Codes that a guest writes to isa-debug-exit; QEMU's exit status is 2 * code + 1. */
export const debugExit = { success: 0x10, panic: 0x11 } as const;

export interface StartOptions {
	/** Folder for console.log, qemu.log and command; it exists already. */
	folder: string;
	lifetime: Lifetime;
	signal?: AbortSignal | undefined;
	/** Resume this saved state instead of booting. */
	loadSnapshot?: string;
	/** Open the second monitor socket for other processes. */
	shared?: boolean;
}

/** How a machine ended. */
export interface MachineEnd extends QemuExit {
	/** `success` and `panic` by isa-debug-exit, `off` by power off or reset, `killed` by us. */
	how: 'success' | 'panic' | 'off' | 'killed' | 'failed';
}

function classify(exit: QemuExit): MachineEnd {
	const hows: Record<number, MachineEnd['how']> = {
		0: 'off',
		[2 * debugExit.success + 1]: 'success',
		[2 * debugExit.panic + 1]: 'panic',
	};
	if (exit.signal !== null) return { ...exit, how: 'killed' };
	return { ...exit, how: hows[exit.code ?? -1] ?? 'failed' };
}

/** A machine that runs in QEMU, with its lines. */
export class Machine {
	readonly spec: MachineSpec;
	readonly qmp: Qmp;
	readonly console: Console;
	/** Folder of its logs. */
	readonly folder: string;
	/** Path of QEMU's second monitor socket, if one was asked for. */
	readonly sharedQmp: string | undefined;
	readonly #process: QemuProcess;
	readonly #link: Link;
	readonly #release: () => Promise<void>;
	#control: Control | undefined;

	/** Use {@link startMachine}. */
	constructor(parts: {
		spec: MachineSpec;
		qmp: Qmp;
		console: Console;
		link: Link;
		process: QemuProcess;
		folder: string;
		sharedQmp: string | undefined;
		release: () => Promise<void>;
	}) {
		this.spec = parts.spec;
		this.qmp = parts.qmp;
		this.console = parts.console;
		this.folder = parts.folder;
		this.sharedQmp = parts.sharedQmp;
		this.#process = parts.process;
		this.#link = parts.link;
		this.#release = parts.release;
	}

	get pid(): number {
		return this.#process.pid;
	}

	/** The agent in the guest. @throws BootError before {@link connectAgent} */
	get control(): Control {
		if (this.#control === undefined) throw new BootError('nobody has waited for the agent in this machine yet');
		return this.#control;
	}

	/** True once {@link connectAgent} has succeeded. */
	get hasAgent(): boolean {
		return this.#control !== undefined;
	}

	/**
	 * Waits for the agent and starts a session with it.
	 *
	 * @throws GuestFailure when the guest panics first; BootError, TimeoutError with the console's tail
	 */
	async connectAgent(timeout = 120_000, signal?: AbortSignal): Promise<Control> {
		const trouble = new AbortController();
		const onTrouble = (line: string) => trouble.abort(new GuestFailure(`the guest is in trouble: ${line}`));
		this.console.on('trouble', onTrouble);
		try {
			await this.#link.open(timeout, signal ? AbortSignal.any([signal, trouble.signal]) : trouble.signal);
		} catch (error) {
			if (!(error instanceof Error) || signal?.aborted) throw error;
			const kind = error instanceof GuestFailure ? GuestFailure : BootError;
			throw new kind(`${error.message}\n${this.console.tail(15)}`, { cause: error, log: this.consoleLog });
		} finally {
			this.console.off('trouble', onTrouble);
		}
		this.#control ??= new Control(this.#link);
		return this.#control;
	}

	get consoleLog(): string {
		return path.join(this.folder, 'console.log');
	}

	/** Runs a program in the guest. */
	exec(argv: readonly string[], options: ExecOptions = {}): Promise<ExecResult> {
		return this.control.exec(argv, options);
	}

	/** Resolves when QEMU has ended. */
	async ended(): Promise<MachineEnd> {
		return classify(await this.#process.exited);
	}

	hasEnded(): boolean {
		return this.#process.hasExited();
	}

	/** Ends it at once and takes everything away but the logs. Safe to call twice. */
	async dispose(): Promise<void> {
		await this.#release();
	}
}

/** A pure view of what {@link startMachine} would run, for `--dry-run`. */
export function describeCommand(spec: MachineSpec, endpoints: Endpoints, loadSnapshot?: string): string[] {
	return [qemuProgram, ...qemuArguments(spec, { endpoints, ...(loadSnapshot === undefined ? {} : { loadSnapshot }) })];
}

/**
 * Starts a machine and returns when its processor runs. It is taken away by `dispose`, or with the lifetime.
 *
 * @throws ToolError without QEMU; BootError with QEMU's words when it refuses
 */
export async function startMachine(spec: MachineSpec, options: StartOptions): Promise<Machine> {
	const { folder, lifetime, signal, loadSnapshot } = options;
	signal?.throwIfAborted();
	const sockets = mkdtempSync(path.join(tmpdir(), 'imposos-vm-'));
	const removers: (() => void | Promise<void>)[] = [() => rmSync(sockets, { recursive: true, force: true })];
	let releasing: Promise<void> | undefined;
	const release = () => {
		releasing ??= (async () => {
			forget();
			for (const remove of removers.reverse()) await remove();
		})();
		return releasing;
	};
	const forget = lifetime.defer(release);
	try {
		const endpoints: Endpoints = {
			qmp: path.join(sockets, 'qmp'),
			console: path.join(sockets, 'console'),
			control: path.join(sockets, 'control'),
			...(options.shared ? { sharedQmp: path.join(sockets, 'shared') } : {}),
		};
		const awaited = await Promise.all([endpoints.qmp, endpoints.console, endpoints.control].map(listen));
		removers.push(() => {
			for (const one of awaited) one.close();
		});
		const args = qemuArguments(spec, { endpoints, ...(loadSnapshot === undefined ? {} : { loadSnapshot }) });
		const log = path.join(folder, 'qemu.log');
		writeFileSync(path.join(folder, 'command'), `${[qemuProgram, ...args].map(shellQuote).join(' ')}\n`);
		const process = startQemu(args, log);
		const kill = async () => {
			process.kill();
			await process.exited;
		};
		removers.push(kill);
		const gone = new AbortController();
		void process.exited.then(() => gone.abort(startFailure(process, log)));
		const either = signal ? AbortSignal.any([signal, gone.signal]) : gone.signal;
		const [qmpLine, consoleLine, controlLine] = await Promise.all(awaited.map((one) => one.accepted(60_000, either)));
		if (!qmpLine || !consoleLine || !controlLine) throw new BootError('QEMU did not open its lines');
		const console = new Console(consoleLine, { log: path.join(folder, 'console.log') });
		// The machine goes first, so that its last words are in the log.
		removers.push(() => console.close(), kill);
		const link = new Link(controlLine);
		const qmp = await Qmp.open(qmpLine, either).catch(async (error: unknown) => {
			signal?.throwIfAborted();
			// Its lines closed a moment before it ended: what it complained of says more.
			process.kill();
			await process.exited;
			throw process.complaints() === '' ? error : startFailure(process, log);
		});
		return new Machine({ spec, qmp, console, link, process, folder, sharedQmp: endpoints.sharedQmp, release });
	} catch (error) {
		await release();
		throw error;
	}
}

/** A word as a person would paste it into a shell. */
export function shellQuote(word: string): string {
	return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
