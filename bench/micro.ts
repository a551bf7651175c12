import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { execa } from 'execa';
import { buildRoot, ensureFolder, fromRoot } from '../tools/build/paths.js';
import { BuildError, GuestFailure } from '../tools/errors.js';
import type { Lifetime } from '../tools/lifetime.js';
import { startMachine } from '../tools/machine/machine.js';
import { newRun } from '../tools/machine/registry.js';
import type { MachineSpec } from '../tools/machine/spec.js';

/** One measurement of bench/guest/micro.c: what an operation costs, in cycles of the time-stamp counter. */
export interface MicroRow {
	name: string;
	/** Cycles an operation; guest instructions under `icount`. NaN when it could not run. */
	cost: number;
	/** Errno of a row that could not run. */
	error?: number;
}

/** One run of the whole program. */
export interface MicroResult {
	rows: MicroRow[];
	/** Processor time of QEMU from the first row to the last, in seconds. */
	cpuSeconds: number;
}

/**
 * Compiles bench/guest/micro.c: one static program without a libc, so that both kernels run the same instructions.
 *
 * @throws BuildError
 */
export async function buildMicro(signal: AbortSignal): Promise<string> {
	const out = path.join(ensureFolder(path.join(buildRoot, 'bench')), 'micro');
	const flags = [
		'-m32',
		'-O2',
		'-static',
		'-nostdlib',
		'-ffreestanding',
		'-fno-stack-protector',
		'-fno-pic',
		'-no-pie',
	];
	const source = fromRoot('bench', 'guest', 'micro.c');
	const { exitCode, stderr } = await execa('i686-linux-gnu-gcc', [...flags, '-Wall', '-Wextra', '-o', out, source], {
		reject: false,
		cancelSignal: signal,
	});
	if (exitCode !== 0) throw new BuildError(`bench/guest/micro.c does not compile:\n${stderr}`);
	return out;
}

/** The rows in a console's text; lines may end in CR LF. Pure. */
export function parseMicro(text: string): MicroRow[] {
	return [...text.matchAll(/^bench (\S+) (?:error (\d+)|(\d+) (\d+))\r?$/gm)].map(
		([, name = '', error, times, cycles]) =>
			error === undefined
				? { name, cost: Number(cycles) / Number(times) }
				: { name, cost: Number.NaN, error: Number(error) },
	);
}

/** Processor time that a process has used so far, in seconds (proc(5), fields 14 and 15 of stat). */
function cpuSeconds(pid: number): number {
	const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
		.replace(/^.*\) /s, '')
		.split(' ');
	return (Number(fields[11]) + Number(fields[12])) / 100;
}

/**
 * Boots a machine whose init is the program, and reads its rows from the console.
 *
 * @throws BootError, GuestFailure, TimeoutError
 */
export async function runMicro(
	spec: MachineSpec,
	{ lifetime, signal, timeout = 300_000 }: { lifetime: Lifetime; signal: AbortSignal; timeout?: number },
): Promise<MicroResult> {
	const { folder } = newRun();
	const machine = await startMachine(spec, { folder, lifetime, signal });
	try {
		const first = await machine.console.waitFor(/^bench /m, { timeout, signal });
		const before = cpuSeconds(machine.pid);
		await machine.console.waitFor(/^bench done/m, { timeout, from: first.end, signal });
		const used = cpuSeconds(machine.pid) - before;
		const rows = parseMicro(machine.console.since(0));
		if (rows.length === 0) throw new GuestFailure('the benchmark printed no row', { log: machine.consoleLog });
		writeFileSync(path.join(folder, 'rows.json'), JSON.stringify(rows));
		return { rows, cpuSeconds: used };
	} finally {
		await machine.dispose();
	}
}
