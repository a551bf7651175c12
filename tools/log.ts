import type { Writable } from 'node:stream';

/** Where progress and diagnostics go. Results never pass through here: they go to standard output. */
export interface Log {
	/** 0: what matters; 1 (`-v`): external commands as well; 2 (`-vv`): all there is. */
	readonly level: number;
	/** True when a person watches and lines may be redrawn. */
	readonly interactive: boolean;
	/** A line of progress. */
	info(line: string): void;
	/** Something that deserves attention and does not stop the work. */
	warn(line: string): void;
	/** Shown with `-v`. */
	detail(line: string): void;
	/** Output of another program, exactly as it came. */
	raw(text: string | Uint8Array): void;
}

export interface LogOptions {
	level?: number;
	interactive?: boolean;
	/** Standard error when left out. */
	stream?: Writable;
}

export function createLog(options: LogOptions = {}): Log {
	const stream = options.stream ?? process.stderr;
	const level = options.level ?? 0;
	const line = (text: string) => {
		stream.write(`${text}\n`);
	};
	return {
		level,
		interactive: options.interactive ?? false,
		info: line,
		warn: (text) => line(`warning: ${text}`),
		detail: (text) => {
			if (level > 0) line(text);
		},
		raw: (text) => {
			stream.write(text);
		},
	};
}

/** A log that says nothing, for work done on behalf of something that reports in its own way. */
export const silentLog: Log = {
	level: 0,
	interactive: false,
	info() {},
	warn() {},
	detail() {},
	raw() {},
};
