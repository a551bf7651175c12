import { readFileSync, writeFileSync } from 'node:fs';
import { z } from 'zod';
import { displayPath } from '../build/paths.js';
import { PackageError } from '../errors.js';

const packageSchema = z.strictObject({
	version: z.string(),
	file: z.string(),
	size: z.number().int().nonnegative(),
	sha256: z.string().regex(/^[0-9a-f]{64}$/),
});

const sourceSchema = z.strictObject({
	version: z.string(),
	/** The description (.dsc) and what it names. */
	files: z.array(packageSchema.omit({ version: true })).min(1),
});

const lockSchema = z.strictObject({
	suite: z.string(),
	architecture: z.literal('i386'),
	/** What a request with dependencies or patterns came out as: the names of all packages it brings. */
	sets: z.record(z.string(), z.array(z.string())),
	packages: z.record(z.string(), packageSchema),
	/** Source packages, which ports are compiled from. */
	sources: z.record(z.string(), sourceSchema).default({}),
});

export type LockedPackage = z.infer<typeof packageSchema>;
export type LockedSource = z.infer<typeof sourceSchema>;

/** images/packages.lock: which versions of outside packages the images are made of. */
export type PackageLock = z.infer<typeof lockSchema>;

/**
 * Reads a lock file; a missing one is an empty lock.
 *
 * @throws PackageError when it is not a lock file, or of another suite
 */
export function readLock(file: string, suite: string): PackageLock {
	let text: string;
	try {
		text = readFileSync(file, 'utf8');
	} catch {
		return { suite, architecture: 'i386', sets: {}, packages: {}, sources: {} };
	}
	try {
		const lock = lockSchema.parse(JSON.parse(text));
		if (lock.suite !== suite) throw new PackageError(`${displayPath(file)} is of ${lock.suite}, not ${suite}`);
		return lock;
	} catch (cause) {
		if (cause instanceof PackageError) throw cause;
		throw new PackageError(`${displayPath(file)} is damaged`, {
			cause,
			hint: 'restore it with git, or remove it to resolve all packages anew',
		});
	}
}

/** Replaces parts of a lock file, in an order that makes differences readable; other parts may have changed meanwhile. */
export function changeLock(file: string, suite: string, parts: Partial<PackageLock>): void {
	const sorted = <T>(record: Record<string, T>) =>
		Object.fromEntries(Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1)));
	const lock = { ...readLock(file, suite), ...parts };
	const { sets, packages, sources } = lock;
	const inOrder = { ...lock, sets: sorted(sets), packages: sorted(packages), sources: sorted(sources) };
	const text = `${JSON.stringify(inOrder, null, 2)}\n`;
	let previous = '';
	try {
		previous = readFileSync(file, 'utf8');
	} catch {
		// There was none.
	}
	if (previous !== text) writeFileSync(file, text);
}
