import { mkdirSync } from 'node:fs';
import path from 'node:path';
import type { Lifetime } from '../lifetime.js';
import type { Machine } from '../machine/machine.js';
import type { MachineOverrides } from '../machine/prepare.js';
import { newRun } from '../machine/registry.js';
import { publishMachine } from '../machine/session.js';
import { CaseMachine } from './case-machine.js';
import type { CaseBooter } from './checks.js';
import type { CaseDeclaration } from './declaration.js';
import type { MachineSource, Places, SourceRequest } from './machine-source.js';
import type { LoadedSuite } from './phases.js';

const PUBLISHED_AFTER_MS = 15_000;

/** A machine that a case started, and whether its console and disk are judged. */
export interface Started {
	machine: Machine;
	judged: boolean;
}

export interface StarterOptions {
	source: MachineSource;
	lifetime: Lifetime;
	signal: AbortSignal;
	/** Of the case's logs. */
	folder: string;
	/** Filled with the machines as they start. */
	started: Started[];
	/** Milliseconds until a machine is in `imposos ps`; 15,000 when left out. */
	publishedAfter?: number | undefined;
}

/** Starts the machines of one case. */
export class Starter implements CaseBooter {
	readonly #suite: LoadedSuite;
	readonly #case: CaseDeclaration;
	readonly #options: StarterOptions;

	constructor(suite: LoadedSuite, one: CaseDeclaration, options: StarterOptions) {
		this.#suite = suite;
		this.#case = one;
		this.#options = options;
	}

	/** Has what the case's machine is made of ready, before the case's time begins. */
	async prepare(): Promise<void> {
		await this.#options.source.prepare?.(this.#request({}), this.#case.start ?? 'snapshot');
	}

	/** The machine that the case's declaration asks for. */
	async first(): Promise<CaseMachine> {
		const { start = 'snapshot' } = this.#case;
		const { source, signal } = this.#options;
		if (start === 'none') return new CaseMachine();
		if (source.line !== undefined) return new CaseMachine(await source.line(signal));
		if (start === 'boot') return this.boot({});
		const machine = await source.resume(this.#request({}), this.#places());
		this.#add({ machine, judged: true });
		return new CaseMachine(machine.control, machine);
	}

	async boot(overrides: MachineOverrides & { image?: string }): Promise<CaseMachine> {
		const machine = await this.#options.source.boot(this.#request(overrides), this.#places());
		this.#add({ machine, judged: true });
		return new CaseMachine(await machine.connectAgent(120_000, this.#options.signal), machine);
	}

	async start(overrides: MachineOverrides & { image?: string }): Promise<Machine> {
		const machine = await this.#options.source.boot(this.#request(overrides), this.#places());
		this.#add({ machine, judged: false });
		return machine;
	}

	/** Whoever waits long for a case wants to look: `imposos exec --vm`, `attach` and `debug` work while its machine lives. */
	#add(one: Started): void {
		const { started, lifetime, publishedAfter = PUBLISHED_AFTER_MS } = this.#options;
		const { machine } = one;
		started.push(one);
		let published: Promise<(() => void) | undefined> | undefined;
		const timer = setTimeout(() => {
			if (machine.hasEnded()) return;
			const names = { ...newRun(), title: this.#case.id };
			// A case is not to fail because nobody can look at it.
			published = publishMachine(machine, { ...names, connect: async () => machine.control }).catch(() => undefined);
		}, publishedAfter);
		lifetime.defer(async () => {
			clearTimeout(timer);
			(await published)?.();
		});
	}

	#request({ image, ...overrides }: MachineOverrides & { image?: string }): SourceRequest {
		const base = { ...this.#suite.machine, ...this.#case.machine };
		const append = [this.#suite.machine?.append, this.#case.machine?.append, overrides.append].filter((a) => a);
		return {
			image: image ?? this.#case.image ?? this.#suite.image,
			overrides: { ...base, ...overrides, ...(append.length > 0 ? { append: append.join(' ') } : {}) },
		};
	}

	/** A folder for each machine. */
	#places(): Places {
		const { lifetime, signal, folder, started } = this.#options;
		const own = started.length === 0 ? folder : path.join(folder, String(started.length + 1));
		mkdirSync(own, { recursive: true });
		return { lifetime, signal, folder: own, shared: true };
	}
}
