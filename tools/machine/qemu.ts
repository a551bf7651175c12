import { type ChildProcess, spawn } from 'node:child_process';
import { accessSync, closeSync, constants, openSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { BootError, ToolError } from '../errors.js';

export const qemuProgram = 'qemu-system-i386';

export interface QemuExit {
	code: number | null;
	signal: NodeJS.Signals | null;
}

/** A QEMU process; it dies with this one, whatever way this one dies. */
export interface QemuProcess {
	pid: number;
	exited: Promise<QemuExit>;
	hasExited(): boolean;
	kill(): void;
	/** What QEMU itself complained about. */
	complaints(): string;
}

function findInPath(program: string): string | undefined {
	for (const folder of (process.env['PATH'] ?? '').split(':')) {
		const file = path.join(folder, program);
		try {
			accessSync(file, constants.X_OK);
			return file;
		} catch {}
	}
	return undefined;
}

/**
 * Starts QEMU.
 *
 * @param log file that takes what QEMU itself prints
 * @throws ToolError when QEMU is not installed
 */
export function startQemu(args: readonly string[], log: string, options: { terminal?: boolean } = {}): QemuProcess {
	const qemu = findInPath(qemuProgram);
	if (qemu === undefined) throw new ToolError(`${qemuProgram} is not installed`);
	const guard = findInPath('setpriv');
	const command = guard === undefined ? [qemu] : [guard, '--pdeathsig', 'KILL', '--', qemu];
	const fd = openSync(log, 'a');
	let child: ChildProcess;
	try {
		child = spawn(command[0] ?? qemu, [...command.slice(1), ...args], {
			stdio: ['ignore', fd, fd],
			// Its own process group: an interrupt typed here is for the guest or for us to handle.
			detached: !options.terminal,
		});
	} finally {
		closeSync(fd);
	}
	let done = false;
	const exited = new Promise<QemuExit>((resolve) => {
		child.once('exit', (code, signal) => {
			done = true;
			resolve({ code, signal });
		});
		child.once('error', () => {
			done = true;
			resolve({ code: 127, signal: null });
		});
	});
	return {
		pid: child.pid ?? 0,
		exited,
		hasExited: () => done,
		kill: () => {
			if (!done) child.kill('SIGKILL');
		},
		complaints: () => readFileSync(log, 'utf8').trim(),
	};
}

/** The error for a QEMU that ended before it said a word on its monitor. */
export function startFailure(process: QemuProcess, log: string): BootError {
	const words = process.complaints().split('\n').slice(-3).join('; ');
	const hint = /Address already in use/.test(words)
		? 'another program has that port: choose a free one'
		: /lock/i.test(words)
			? 'another machine uses this disk: imposos ps lists them'
			: 'imposos run --dry-run prints the command';
	return new BootError(`QEMU did not start: ${words || 'it said nothing'}`, { log, hint });
}
