import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { runsRoot } from '../build/paths.js';
import { UsageError } from '../errors.js';

/** A machine that runs, as other processes find it: build/runs/ID/run.json. */
export interface RunRecord {
	id: string;
	/** Process that owns the machine and serves the sockets. */
	owner: number;
	/** QEMU's process, absent for a machine on a real line. */
	qemu?: number;
	/** ISO 8601. */
	started: string;
	/** What it is, in the words of the command line. */
	title: string;
	/** Kernel with symbols, for a debugger. */
	kernel?: string;
	/** Folder of its logs. */
	folder: string;
	/** Sockets: console and control are the owner's, qmp is QEMU's. */
	console: string;
	control: string;
	qmp?: string;
}

/** Folders of ended runs beyond this many are removed, oldest first. */
const KEPT_RUNS = 40;

/** Makes the folder of a new run and gives its id: the next free number. */
export function newRun(): { id: string; folder: string } {
	mkdirSync(runsRoot, { recursive: true });
	const numbers = readdirSync(runsRoot)
		.filter((name) => /^\d+$/.test(name))
		.map(Number);
	for (let next = Math.max(0, ...numbers) + 1; ; next++) {
		const folder = path.join(runsRoot, String(next));
		try {
			mkdirSync(folder);
			pruneRuns();
			return { id: String(next), folder };
		} catch (error) {
			if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
		}
	}
}

function pruneRuns(): void {
	const numbers = readdirSync(runsRoot)
		.filter((name) => /^\d+$/.test(name))
		.map(Number);
	for (const old of numbers.sort((a, b) => b - a).slice(KEPT_RUNS)) {
		if (readRun(String(old)) === undefined) rmSync(path.join(runsRoot, String(old)), { recursive: true, force: true });
	}
}

export function publishRun(record: RunRecord): void {
	writeFileSync(path.join(record.folder, 'run.json'), `${JSON.stringify(record, undefined, '\t')}\n`);
}

/** The run has ended; its logs stay. */
export function retireRun({ folder }: Pick<RunRecord, 'folder'>): void {
	rmSync(path.join(folder, 'run.json'), { force: true });
}

function alive(pid: number): boolean {
	try {
		process.kill(pid, 0);
		return true;
	} catch (error) {
		return error instanceof Error && 'code' in error && error.code === 'EPERM';
	}
}

/** A run by its id, unless it has ended. One whose owner died without a word is retired. */
function readRun(id: string): RunRecord | undefined {
	const folder = path.join(runsRoot, id);
	let record: RunRecord;
	try {
		record = JSON.parse(readFileSync(path.join(folder, 'run.json'), 'utf8')) as RunRecord;
	} catch {
		return undefined;
	}
	if (alive(record.owner)) return record;
	retireRun({ folder });
	return undefined;
}

/** All machines that run, oldest first. */
export function listRuns(): RunRecord[] {
	if (!statSync(runsRoot, { throwIfNoEntry: false })) return [];
	return readdirSync(runsRoot)
		.map(readRun)
		.filter((record) => record !== undefined)
		.sort((a, b) => Number(a.id) - Number(b.id));
}

/** The machine meant by an id, or the only one that runs. @throws UsageError */
export function findRun(id?: string): RunRecord {
	const runs = listRuns();
	const [only, another] = id === undefined ? runs : runs.filter((run) => run.id === id);
	if (only !== undefined && another === undefined) return only;
	if (id !== undefined) throw new UsageError(`no machine ${id} runs`, { hint: 'imposos ps lists those that run' });
	if (only === undefined) throw new UsageError('no machine runs', { hint: 'imposos run starts one' });
	throw new UsageError(`several machines run: ${runs.map((run) => run.id).join(', ')}`, { hint: 'name one by its id' });
}
