import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { execa } from 'execa';
import { buildRoot, ensureFolder, fromRoot } from '../tools/build/paths.js';
import { BuildError, GuestFailure } from '../tools/errors.js';
import type { Lifetime } from '../tools/lifetime.js';
import { startMachine } from '../tools/machine/machine.js';
import { newRun } from '../tools/machine/registry.js';
import type { MachineSpec } from '../tools/machine/spec.js';
import { type MicroResult, type Moment, RowReader } from './rows.js';

/**
 * Compiles bench/guest: one static program without a libc, so that both kernels run the same instructions.
 *
 * @throws BuildError
 */
export async function buildMicro(signal: AbortSignal): Promise<string> {
	const out = path.join(ensureFolder(path.join(buildRoot, 'bench')), 'micro');
	const flags = [
		...['-m32', '-O2', '-static', '-nostdlib', '-ffreestanding', '-fno-stack-protector', '-fno-pic', '-no-pie'],
		...['-Wall', '-Wextra'],
	];
	const folder = fromRoot('bench', 'guest');
	const sources = readdirSync(folder).filter((name) => name.endsWith('.c'));
	const files = sources.sort().map((name) => path.join(folder, name));
	const { exitCode, stderr } = await execa('i686-linux-gnu-gcc', [...flags, '-o', out, ...files], {
		reject: false,
		cancelSignal: signal,
	});
	if (exitCode !== 0) throw new BuildError(`bench/guest does not compile:\n${stderr}`);
	return out;
}

/** Processor time that a process has used so far, in seconds: all its threads' (proc(5), schedstat, in nanoseconds). */
function cpuSeconds(pid: number): number {
	let sum = 0;
	for (const task of readdirSync(`/proc/${pid}/task`)) {
		try {
			sum += Number(readFileSync(`/proc/${pid}/task/${task}/schedstat`, 'utf8').split(' ')[0]);
		} catch {
			// A thread that ended meanwhile.
		}
	}
	return sum / 1e9;
}

/**
 * Boots a machine whose init is the program, and reads its rows from the console.
 *
 * @throws BootError, GuestFailure, TimeoutError
 */
export async function runMicro(
	spec: MachineSpec,
	{ lifetime, signal, timeout = 900_000 }: { lifetime: Lifetime; signal: AbortSignal; timeout?: number },
): Promise<MicroResult> {
	const { folder } = newRun();
	const machine = await startMachine(spec, { folder, lifetime, signal });
	try {
		const reader = new RowReader();
		const moment = (): Moment => ({ seconds: performance.now() / 1000, cpu: cpuSeconds(machine.pid) });
		reader.push(machine.console.since(0), moment());
		machine.console.on('data', (bytes: Buffer) => reader.push(bytes.toString('latin1'), moment()));
		await machine.console.waitFor(/^bench done/m, { timeout, signal });
		const { rows, hertz, cpuSeconds: used } = reader;
		if (rows.length === 0) throw new GuestFailure('the benchmark printed no row', { log: machine.consoleLog });
		writeFileSync(path.join(folder, 'rows.json'), JSON.stringify(rows));
		return { rows, cpuSeconds: used, hertz };
	} finally {
		await machine.dispose();
	}
}
