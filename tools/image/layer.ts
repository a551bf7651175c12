import { z } from 'zod';

export const absolute = z.string().regex(/^\//, 'must begin with /');
const mode = z
	.string()
	.regex(/^[0-7]{3,4}$/, 'must be three or four octal digits')
	.transform((text) => Number.parseInt(text, 8));
export const id = z.number().int().min(0).max(0xffffffff);
const owner = z.strictObject({ uid: id, gid: id });
export const size = z
	.string()
	.regex(/^\d+[KMG]$/, 'must be a number and K, M or G')
	.transform(
		(text) => Number.parseInt(text, 10) * { K: 2 ** 10, M: 2 ** 20, G: 2 ** 30 }[text.at(-1) as 'K' | 'M' | 'G'],
	);

/**
 * What to do with a name that an earlier layer has: take its place, leave the newcomer out, stop, or put the
 * newcomer into a folder of its own.
 */
const collisions = z.union([
	z.enum(['replace', 'keep', 'refuse']),
	z.strictObject({ aside: absolute, except: z.array(absolute).default([]) }),
]);

const common = { path: absolute, mode: mode.optional(), owner: owner.optional() };
const entry = z.discriminatedUnion('type', [
	z.strictObject({ type: z.literal('directory'), ...common }),
	z.strictObject({ type: z.literal('file'), ...common, text: z.string() }),
	z.strictObject({ type: z.literal('copy'), ...common, from: z.string() }),
	z.strictObject({ type: z.literal('symlink'), path: absolute, target: z.string().min(1) }),
	z.strictObject({ type: z.literal('hardlink'), path: absolute, target: absolute }),
	z.strictObject({
		type: z.enum(['char', 'block']),
		...common,
		major: z.number().int().min(0).max(4095),
		minor: z.number().int().min(0).max(0xfffff),
	}),
	z.strictObject({ type: z.literal('fifo'), ...common }),
	z.strictObject({ type: z.literal('remove'), path: absolute }),
]);

export const layer = z.union([
	z.strictObject({
		/** Names of Debian packages, or apt patterns such as `?essential`. */
		packages: z.array(z.string().regex(/^[^\s=-][^\s=]*$/)).min(1),
		/** Bring what they depend on. */
		dependencies: z.boolean().default(true),
		/** Folders of the packages that stay out. */
		without: z.array(absolute).default([]),
		collisions: collisions.default('replace'),
	}),
	z.strictObject({ userland: z.literal(true), collisions: collisions.default('replace') }),
	/** What a compiler on ImposOS needs of ours: headers in /usr/include, libraries and start files in /usr/lib/imposos. */
	z.strictObject({ sysroot: z.literal(true) }),
	z.strictObject({ tree: z.string(), to: absolute.default('/'), collisions: collisions.default('replace') }),
	z.strictObject({ entries: z.array(entry) }),
	z.strictObject({
		/** Symbolic links in one folder, all to the same target: the names of a program that does many things. */
		links: z.strictObject({
			target: z.string().min(1),
			folder: absolute,
			names: z.array(z.string().regex(/^[^/]+$/)).min(1),
		}),
		collisions: collisions.default('keep'),
	}),
]);

export type Layer = z.infer<typeof layer>;
export type Entry = z.infer<typeof entry>;
export type CollisionRule = z.infer<typeof collisions>;
