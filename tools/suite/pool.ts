/**
 * Works through a list with so many at once; results come in the order of the list.
 * The first failure ends it: what has begun is awaited, the rest is left.
 */
export async function pool<T, R>(items: readonly T[], width: number, work: (item: T) => Promise<R>): Promise<R[]> {
	const results: R[] = [];
	let next = 0;
	let failed = false;
	const worker = async () => {
		while (next < items.length && !failed) {
			const index = next++;
			try {
				results[index] = await work(items[index] as T);
			} catch (error) {
				failed = true;
				throw error;
			}
		}
	};
	const outcomes = await Promise.allSettled(Array.from({ length: Math.max(1, width) }, worker));
	for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason;
	return results;
}
