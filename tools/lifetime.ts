import { InterruptError } from './errors.js';

type Disposer = () => void | Promise<void>;

/**
 * What a command started and has to take away again: processes, machines, temporary folders.
 *
 * Whoever starts something registers its removal with `defer`; `dispose` runs the removals in reverse
 * order, once, whether the command ended, failed or was interrupted. `signal` aborts on interrupt.
 */
export class Lifetime {
	readonly #controller = new AbortController();
	readonly #disposers = new Set<Disposer>();
	#ending: Promise<void> | undefined;
	#lent = 0;

	get signal(): AbortSignal {
		return this.#controller.signal;
	}

	/** Registers a removal; the result takes it off again (without running it). */
	defer(disposer: Disposer): () => void {
		this.#disposers.add(disposer);
		return () => {
			this.#disposers.delete(disposer);
		};
	}

	/** Ctrl-C is a program's that has this terminal, a debugger's say, until the result is called. */
	lendInterrupt(): () => void {
		this.#lent++;
		return () => {
			this.#lent--;
		};
	}

	/** True while Ctrl-C is not for us. */
	get interruptIsLent(): boolean {
		return this.#lent > 0;
	}

	/** Asks everything that watches `signal` to stop. The reason becomes what those waits throw. */
	interrupt(reason: InterruptError): void {
		this.#controller.abort(reason);
	}

	/** Runs what was registered, last first. Failures are gathered and thrown together at the end. */
	dispose(): Promise<void> {
		this.#ending ??= this.#disposeAll();
		return this.#ending;
	}

	async #disposeAll(): Promise<void> {
		const failures: unknown[] = [];
		for (;;) {
			const disposer = [...this.#disposers].at(-1);
			if (disposer === undefined) break;
			this.#disposers.delete(disposer);
			try {
				await disposer();
			} catch (error) {
				failures.push(error);
			}
		}
		if (failures.length > 0) throw new AggregateError(failures, 'clean-up failed');
	}
}

const interrupts = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * Turns interrupts of this process into an abort of the lifetime's signal. A second interrupt does not wait
 * any more: `forced` is called, which ends the process.
 *
 * @returns takes the handlers off again
 */
export function interruptsEnd(lifetime: Lifetime, forced: (exitCode: number) => void): () => void {
	const handlers = interrupts.map((name) => {
		const handler = () => {
			if (name === 'SIGINT' && lifetime.interruptIsLent) return;
			const error = new InterruptError(name);
			if (lifetime.signal.aborted) forced(error.exitCode);
			lifetime.interrupt(error);
		};
		process.on(name, handler);
		return { name, handler };
	});
	return () => {
		for (const { name, handler } of handlers) process.off(name, handler);
	};
}
