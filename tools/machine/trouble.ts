/** Colours, cursor movements and other escape sequences of a terminal. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences start with a control character
const escapes = /\x1b(?:\[[0-9;?]*[ -/]*[@-~]|[()][0-9A-B]|[=>78cDEHM])/g;

/**
 * What a kernel in trouble writes: `panic:` and `BUG:` (failed checks, sanitizers, lock order) at the start of a line, or
 * behind a time stamp anywhere in one, since a shell's prompt may stand before it; and Linux's words for the same, for the
 * machines it is compared on.
 */
const trouble = /(?:^(?:<\d>)?|\[\s*\d+\.\d+\]\s*)(?:panic:|BUG:|Kernel panic - |Oops: |general protection fault: )/;

/** Reads a console line by line and keeps those that mean trouble. */
export class TroubleScanner {
	readonly troubles: string[] = [];
	#partial = '';

	/** Takes text in; gives the lines of trouble that it completes. */
	push(text: string): string[] {
		const lines = (this.#partial + text).split(/\r*\n/);
		this.#partial = lines.pop() ?? '';
		return this.#scan(lines);
	}

	/** The text has ended: what stands without a line end counts as well. */
	end(): string[] {
		const last = this.#partial;
		this.#partial = '';
		return this.#scan([last]);
	}

	#scan(lines: string[]): string[] {
		const found = lines
			.map((line) => line.replace(escapes, '').replace(/^\r+/, '').trimEnd())
			.filter((line) => trouble.test(line));
		this.troubles.push(...found);
		return found;
	}
}
