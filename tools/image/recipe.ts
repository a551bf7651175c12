import { z } from 'zod';
import { absolute, layer } from './layer.js';

export const portName = z.string().regex(/^[a-z0-9][a-z0-9+.-]*$/, 'must be a name as Debian packages have');

/** A recipe for an outside program, to be named in "ports" of images. */
export const recipe = z
	.strictObject({
		describe: z.string(),
		/** Name of a Debian source package; images/packages.lock says which version. */
		source: portName.optional(),
		/** Ports whose headers and libraries it is compiled against, and which come with it. */
		needs: z.array(portName).default([]),
		/** Added to the environment of its commands. */
		environment: z.record(z.string().regex(/^[A-Za-z_]\w*$/), z.string()).default({}),
		/** Lines for a shell, each run in the folder of the unpacked and patched source; they install into $DESTDIR. */
		build: z.array(z.string().min(1)).default([]),
		/** What they install that stays out: files, or folders with all below. */
		without: z.array(absolute).default([]),
		layers: z.array(layer).default([]),
	})
	.refine((port) => port.source !== undefined || port.layers.length > 0, 'must have "source" or "layers"')
	.refine((port) => (port.source === undefined) === (port.build.length === 0), '"source" and "build" go together');

export type Recipe = z.infer<typeof recipe>;

export interface NamedRecipe extends Recipe {
	name: string;
	/** Where it was read from. */
	file: string;
}
