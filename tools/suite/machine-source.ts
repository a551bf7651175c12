import path from 'node:path';
import type { Variant } from '../build/paths.js';
import { buildUserland } from '../build/userland.js';
import { compilePorts } from '../image/build.js';
import { readDeclaration } from '../image/declaration.js';
import type { Lifetime } from '../lifetime.js';
import type { Log } from '../log.js';
import type { Control } from '../machine/control.js';
import { type Machine, startMachine } from '../machine/machine.js';
import { isImageFile, type MachineOverrides, prepareMachine } from '../machine/prepare.js';
import { createOverlay } from '../machine/qemu-img.js';
import { prepareSnapshot, resumeSnapshot, type Snapshot } from '../machine/snapshot.js';
import type { Accelerator, MachineSpec } from '../machine/spec.js';

export interface SourceRequest {
	image: string;
	overrides: MachineOverrides;
}

/** Where a machine puts its files, and how long it lives. */
export interface Places {
	lifetime: Lifetime;
	signal: AbortSignal;
	folder: string;
	/** Other processes may stop it and look into it. */
	shared?: boolean;
}

/** Where the runner gets its machines from. */
export interface MachineSource {
	/** Makes what the machines of a request share: image, snapshot. Its time is nobody's: it may take minutes. */
	prepare?(request: SourceRequest, start: 'snapshot' | 'boot' | 'none'): Promise<void>;
	/** Compiles the outside programs of an image, if it has any: what takes longest may so begin first. */
	compile?(image: string): Promise<void>;
	/** From a booted snapshot; the agent answers. */
	resume(request: SourceRequest, places: Places): Promise<Machine>;
	/** From reset; nobody has waited for anything. */
	boot(request: SourceRequest, places: Places): Promise<Machine>;
	/** The agent of a machine on a real line: then there is no QEMU. */
	line?: (signal: AbortSignal) => Promise<Control>;
}

export interface QemuSourceOptions {
	variant: Variant;
	accelerator: 'auto' | Accelerator;
	lifetime: Lifetime;
	signal: AbortSignal;
	log: Log;
}

/** Machines in QEMU: images are built once, machines booted once for each set of differences. */
export class QemuSource implements MachineSource {
	readonly #options: QemuSourceOptions;
	readonly #specs = new Map<string, Promise<MachineSpec>>();
	readonly #ports = new Map<string, Promise<void>>();
	readonly #snapshots = new Map<string, Promise<Snapshot>>();
	/** Builds run one after the other: they share their outputs. Ports have folders of their own. */
	#building: Promise<unknown> = Promise.resolve();

	constructor(options: QemuSourceOptions) {
		this.#options = options;
	}

	async prepare(request: SourceRequest, start: 'snapshot' | 'boot' | 'none'): Promise<void> {
		await (start === 'snapshot' ? this.snapshot(request) : this.#spec(request));
	}

	async resume(request: SourceRequest, places: Places): Promise<Machine> {
		return resumeSnapshot(await this.snapshot(request), places);
	}

	async boot(request: SourceRequest, places: Places): Promise<Machine> {
		const spec = await this.#spec(request);
		const [first, ...others] = spec.disks;
		const disks: MachineSpec['disks'] = [...others];
		if (first !== undefined) {
			const file = path.join(places.folder, 'disk.qcow2');
			await createOverlay(first, file);
			disks.unshift({ file, format: 'qcow2' });
		}
		return startMachine({ ...spec, disks }, places);
	}

	/** The booted state of a machine; made by whoever asks first. */
	snapshot(request: SourceRequest): Promise<Snapshot> {
		return memo(this.#snapshots, JSON.stringify(request), async () => {
			const { lifetime, signal, log } = this.#options;
			const spec = await this.#spec(request);
			return prepareSnapshot(spec, { lifetime, signal, onBoot: () => log.detail(`booting ${request.image}`) });
		});
	}

	compile(image: string): Promise<void> {
		return memo(this.#ports, image, async () => {
			if (isImageFile(image) || readDeclaration(image).ports.length === 0) return;
			const { variant, signal, log } = this.#options;
			await this.#inTurn(() => buildUserland({ variant, signal, log }));
			await compilePorts(image, { variant, signal, log });
		});
	}

	#spec(request: SourceRequest): Promise<MachineSpec> {
		return memo(this.#specs, JSON.stringify(request), async () => {
			const { variant, accelerator, signal, log } = this.#options;
			const { image, overrides } = request;
			await this.compile(image);
			return this.#inTurn(() => prepareMachine({ image, overrides, variant, accelerator }, { signal, log }));
		});
	}

	#inTurn<T>(build: () => Promise<T>): Promise<T> {
		const turn = this.#building.then(build);
		this.#building = turn.catch(() => {});
		return turn;
	}
}

/** The same promise for the same key, so that work is done once; a failure is remembered as well. */
function memo<T>(map: Map<string, Promise<T>>, key: string, make: () => Promise<T>): Promise<T> {
	let found = map.get(key);
	if (found === undefined) {
		found = make();
		map.set(key, found);
	}
	return found;
}
