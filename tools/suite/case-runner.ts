import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { displayPath } from '../build/paths.js';
import { HostError, InterruptError, PackageError, TimeoutError } from '../errors.js';
import { Lifetime } from '../lifetime.js';
import { takeBacktrace } from '../machine/backtrace.js';
import { removeOverlay } from '../machine/qemu-img.js';
import { listTasks } from '../machine/tasks.js';
import { CaseTools } from './checks.js';
import type { CaseDeclaration } from './declaration.js';
import { checkMachineDisk } from './disk-check.js';
import type { MachineSource } from './machine-source.js';
import type { LoadedSuite } from './phases.js';
import type { CaseResult } from './result.js';
import { type Started, Starter } from './starter.js';

const DEFAULT_SECONDS = 60;
/** The most a case gets at its quick size: one that hangs must not cost the hour its full size may take. */
const QUICK_SECONDS = 900;

export interface CaseRunOptions {
	source: MachineSource;
	full: boolean;
	seed: number;
	signal: AbortSignal;
	/** False skips a case whose packages cannot be had, or that needs more of the host; true fails it. */
	strict: boolean;
	/** Folder below which each case has one for its logs. */
	logs: string;
	/** Milliseconds until its machines are in `imposos ps`; 15,000 when left out. */
	publishedAfter?: number;
}

/** Runs one case from its machine's start to the check of its disk. Never throws but on interrupt. */
export async function runCase(suite: LoadedSuite, one: CaseDeclaration, options: CaseRunOptions): Promise<CaseResult> {
	const begin = performance.now();
	const lifetime = new Lifetime();
	const scratch = mkdtempSync(path.join(tmpdir(), 'imposos-case-'));
	const folder = path.join(options.logs, one.id.replace('/', '-'));
	mkdirSync(folder, { recursive: true });
	const limit = new AbortController();
	const declared = one.timeout ?? DEFAULT_SECONDS;
	const seconds = options.full ? declared : Math.min(declared, QUICK_SECONDS);
	let timer: NodeJS.Timeout | undefined;
	const signal = AbortSignal.any([options.signal, limit.signal]);
	const started: Started[] = [];
	const starter = new Starter(suite, one, { ...options, lifetime, signal, folder, started });
	const t = new CaseTools({ scratch, signal, full: options.full, seed: options.seed, booter: starter });
	const report: Partial<CaseResult> = {};
	let missing: string | undefined;
	try {
		await starter.prepare();
		const late = async () => {
			// Before whatever runs is killed.
			const tasks = await allTasks(started);
			limit.abort(new TimeoutError(`the case is still running after ${seconds} s; the guest’s tasks:\n${tasks}`));
		};
		timer = setTimeout(() => void late(), seconds * 1000);
		await untilAborted(signal, async () => one.run(await starter.first(), t));
		t.finish();
	} catch (error) {
		if (options.signal.aborted) throw options.signal.reason;
		const absent = error instanceof PackageError || error instanceof HostError;
		if (absent && !options.strict) missing = error.message;
		report.error = describe(error);
		if (error instanceof TimeoutError) report.backtrace = await backtraces(started);
	} finally {
		clearTimeout(timer);
		try {
			if (!options.signal.aborted) await judge(one, started, t, report.error === undefined);
		} finally {
			await lifetime.dispose();
			rmSync(scratch, { recursive: true, force: true });
		}
	}
	const good = report.error === undefined && t.checks.every(({ ok }) => ok);
	const console = good ? '' : (await Promise.all(started.map(lastWords))).join('\n---\n');
	return {
		...{ id: one.id, title: one.title, checks: t.checks, notes: t.notes, figures: t.figures },
		...(missing === undefined ? outcome(one, good) : { status: 'skipped' as const, reason: missing }),
		seconds: (performance.now() - begin) / 1000,
		...report,
		...(good ? {} : { console, seed: options.seed, logs: displayPath(folder) }),
		rerun: `imposos test ${one.id}${one.tier === 'full' || options.full ? ' --full' : ''}`,
	};
}

function outcome(one: CaseDeclaration, good: boolean): Pick<CaseResult, 'status' | 'reason'> {
	if (one.todo === undefined) return { status: good ? 'passed' : 'failed' };
	if (!good) return { status: 'todo', reason: one.todo };
	return { status: 'failed', reason: 'it passes: take its todo away' };
}

function describe(error: unknown): string {
	if (!(error instanceof Error)) return String(error);
	if (error instanceof InterruptError) throw error;
	const where = error.stack?.split('\n').find((line) => /phases\//.test(line));
	return where === undefined ? error.message : `${error.message}\n${where.trim()}`;
}

/** Runs work until it ends or the signal aborts, whichever is first. */
async function untilAborted(signal: AbortSignal, work: () => Promise<void>): Promise<void> {
	let aborted = () => {};
	const abort = new Promise<never>((_, reject) => {
		aborted = () => reject(signal.reason);
		signal.addEventListener('abort', aborted);
	});
	try {
		signal.throwIfAborted();
		const working = work();
		working.catch(() => {});
		await Promise.race([working, abort]);
	} finally {
		signal.removeEventListener('abort', aborted);
	}
}

/** The end of a machine's console, and how the machine ended. All of them have been disposed of. */
async function lastWords({ machine }: Started): Promise<string> {
	const { how, code, signal } = await machine.ended();
	const end = how === 'killed' ? '' : `\n(QEMU ended by itself: ${how}, ${signal ?? `status ${code}`})`;
	return `${machine.console.tail(25)}${end}`;
}

async function allTasks(started: readonly Started[]): Promise<string> {
	const machines = started.map(({ machine }) => machine).filter((machine) => machine.hasAgent && !machine.hasEnded());
	return (await Promise.all(machines.map(({ control }) => listTasks(control)))).join('\n---\n');
}

async function backtraces(started: readonly Started[]): Promise<string> {
	const texts = await Promise.all(
		started
			.filter(({ machine }) => !machine.hasEnded())
			.map(async ({ machine }) => {
				try {
					const { registers, frames } = await takeBacktrace(machine.qmp, machine.spec.kernel);
					return `${frames.join('\n')}\n${registers}`;
				} catch (error) {
					return `none: ${describe(error)}`;
				}
			}),
	);
	return texts.join('\n---\n');
}

/** Looks at consoles and disks of the machines that a case leaves behind, ends them and removes their overlays. */
async function judge(
	one: CaseDeclaration,
	started: readonly Started[],
	t: CaseTools,
	wellEnded: boolean,
): Promise<void> {
	for (const { machine, judged } of started) {
		if (judged && wellEnded && !one.breaksDisk && machine.hasAgent && !machine.hasEnded()) {
			await machine.control.sync().catch((error: unknown) => t.fail('the guest syncs its disk', describe(error)));
		}
		await machine.dispose();
		if (!judged) continue;
		const troubles = machine.console.troubles.filter((line) => !one.expects?.test(line));
		if (troubles.length > 0) t.fail('no trouble on the console', troubles.join('\n'));
		if (!one.breaksDisk) checkMachineDisk(machine, t);
	}
	for (const { machine } of started) {
		const { disks, stateFile } = machine.spec;
		for (const file of [...disks.map((disk) => disk.file), stateFile]) if (file) removeOverlay(file);
	}
}
