import { TimeoutError } from '../errors.js';

export interface WaitOptions {
	/** Milliseconds. */
	timeout: number;
	signal?: AbortSignal | undefined;
	/** Says in the error what was waited for. */
	what: string;
}

/**
 * Turns an event into a promise with a time limit. `subscribe` gets called at once with what settles it and returns
 * what takes the subscription back.
 *
 * @throws TimeoutError, or the signal's reason
 */
export function waitFor<T>(
	{ timeout, signal, what }: WaitOptions,
	subscribe: (resolve: (value: T) => void, reject: (reason: unknown) => void) => () => void,
): Promise<T> {
	return new Promise<T>((resolve, reject) => {
		if (signal?.aborted) {
			reject(signal.reason);
			return;
		}
		let unsubscribe = () => {};
		let settled = false;
		const settle = (finish: () => void) => {
			if (settled) return;
			settled = true;
			clearTimeout(limit);
			signal?.removeEventListener('abort', aborted);
			unsubscribe();
			finish();
		};
		const aborted = () => settle(() => reject(signal?.reason));
		const limit = setTimeout(
			() => settle(() => reject(new TimeoutError(`${what}: nothing within ${timeout / 1000} s`))),
			timeout,
		);
		signal?.addEventListener('abort', aborted);
		unsubscribe = subscribe(
			(value) => settle(() => resolve(value)),
			(reason) => settle(() => reject(reason)),
		);
		if (settled) unsubscribe();
	});
}
