import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fromRoot } from '../build/paths.js';
import type { Lifetime } from '../lifetime.js';
import { type Served, serveConsole, serveControl } from './broker.js';
import type { Control } from './control.js';
import { type Machine, startMachine } from './machine.js';
import { copyDisk, createOverlay, removeOverlay } from './qemu-img.js';
import { newRun, publishRun, retireRun } from './registry.js';
import type { MachineSpec } from './spec.js';

export interface SessionOptions {
	lifetime: Lifetime;
	signal?: AbortSignal | undefined;
	/** What `imposos ps` calls it. */
	title: string;
	/** Name of a kept disk; left out, the disk's changes go with the run. */
	persist?: string;
}

/** A machine that other processes can find and use. */
export interface Session {
	id: string;
	machine: Machine;
	dispose(): Promise<void>;
}

/** Where a kept disk lies. */
export function keptDisk(name: string): string {
	return fromRoot('build', 'persist', `${name}.qcow2`);
}

/**
 * Boots a machine on an overlay of its disk and publishes it to `ps`, `attach`, `exec --vm` and `debug`.
 *
 * @throws ToolError, ImageError, BootError
 */
export async function startSession(spec: MachineSpec, options: SessionOptions): Promise<Session> {
	const { lifetime, signal, title, persist } = options;
	const { id, folder } = newRun();
	const removers: (() => void | Promise<void>)[] = [];
	const release = async () => {
		forget();
		for (const remove of removers.splice(0).reverse()) await remove();
	};
	const forget = lifetime.defer(release);
	try {
		const file = persist === undefined ? path.join(folder, 'disk.qcow2') : keptDisk(persist);
		if (persist === undefined) removers.push(() => removeOverlay(file));
		const disks = await replaceFirst(spec, file, persist !== undefined);
		const machine = await startMachine({ ...spec, disks }, { folder, lifetime, signal, shared: true });
		removers.push(() => machine.dispose());
		let agent: Promise<Control> | undefined;
		const connect = () => {
			agent ??= machine.connectAgent().catch((error: unknown) => {
				agent = undefined;
				throw error;
			});
			return agent;
		};
		removers.push(await publishMachine(machine, { id, folder, title, connect }));
		return { id, machine, dispose: release };
	} catch (error) {
		await release();
		throw error;
	}
}

/**
 * Publishes a machine that this process runs. It shows in a debugger only if it was started with `shared`.
 *
 * @param options.connect gives the agent, as often as another process asks for it
 * @returns takes it back
 */
export async function publishMachine(
	machine: Machine,
	options: { id: string; folder: string; title: string; connect: () => Promise<Control> },
): Promise<() => void> {
	const { id, folder, title, connect } = options;
	const sockets = mkdtempSync(path.join(tmpdir(), 'imposos-run-'));
	const { kernel } = machine.spec;
	const record = {
		...{ id, owner: process.pid, qemu: machine.pid, started: new Date().toISOString(), title, folder },
		console: path.join(sockets, 'console'),
		control: path.join(sockets, 'control'),
		...(kernel === undefined ? {} : { kernel }),
		...(machine.sharedQmp === undefined ? {} : { qmp: machine.sharedQmp }),
	};
	const served: Served[] = [];
	const retire = () => {
		retireRun(record);
		for (const one of served) one.close();
		rmSync(sockets, { recursive: true, force: true });
	};
	try {
		served.push(await serveConsole(machine.console, record.console));
		served.push(await serveControl(connect, record.control));
		publishRun(record);
		return retire;
	} catch (error) {
		retire();
		throw error;
	}
}

/**
 * The disks, the first one as a file that may be written: an overlay; or, to be kept, a copy made once, for its image
 * will be built anew and an overlay would then show something else below what was written.
 */
async function replaceFirst(spec: MachineSpec, file: string, kept: boolean): Promise<MachineSpec['disks']> {
	const [first, ...others] = spec.disks;
	if (first === undefined) return [];
	mkdirSync(path.dirname(file), { recursive: true });
	if (!existsSync(file)) await (kept ? copyDisk : createOverlay)(first, file);
	return [{ file, format: 'qcow2', durable: kept }, ...others];
}
