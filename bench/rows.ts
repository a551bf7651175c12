/** One measurement of bench/guest: what an operation costs. */
export interface MicroRow {
	name: string;
	group: string;
	/** Cycles of the time-stamp counter an operation; guest instructions under `icount`. NaN when it could not run. */
	cost: number;
	/** Processor time of QEMU by wall time while it ran, where that was watched. */
	share?: number;
	/** Errno of a row that could not run. */
	error?: number;
}

/** One run of the whole program. */
export interface MicroResult {
	rows: MicroRow[];
	/** Processor time of QEMU from the first row to the last, in seconds. */
	cpuSeconds: number;
	/** Cycles of the time-stamp counter in a second of the host. */
	hertz: number;
}

/** When a line was seen, and how much processor time QEMU had used by then. */
export interface Moment {
	seconds: number;
	cpu: number;
}

/**
 * Reads the benchmark's lines as they come, with the moments at which they came.
 *
 * `bench-group NAME`, `bench-start NAME CYCLES` before a row, `bench NAME ITERATIONS CYCLES` or `bench NAME error ERRNO` after.
 */
export class RowReader {
	readonly rows: MicroRow[] = [];
	#group = '';
	#text = '';
	#start: Moment | undefined;
	#first: { cycles: number; at: Moment } | undefined;
	#last: { cycles: number; at: Moment } | undefined;

	/** Takes what the console wrote; lines may end in CR LF. */
	push(text: string, at: Moment): void {
		const lines = (this.#text + text).split('\n');
		this.#text = lines.pop() ?? '';
		for (const line of lines) this.#line(line.replace(/\r$/, ''), at);
	}

	/** Cycles a second, by the first and the last row's start. */
	get hertz(): number {
		if (this.#first === undefined || this.#last === undefined) return Number.NaN;
		return (this.#last.cycles - this.#first.cycles) / (this.#last.at.seconds - this.#first.at.seconds);
	}

	/** Processor seconds between the same. */
	get cpuSeconds(): number {
		return (this.#last?.at.cpu ?? 0) - (this.#first?.at.cpu ?? 0);
	}

	#line(line: string, at: Moment): void {
		const [word, name = '', third, fourth] = line.split(' ');
		if (word === 'bench-group') this.#group = name;
		if (word === 'bench-start') {
			this.#start = at;
			this.#last = { cycles: Number(third), at };
			this.#first ??= this.#last;
		}
		if (word !== 'bench' || fourth === undefined) return;
		if (third === 'error') {
			this.rows.push({ name, group: this.#group, cost: Number.NaN, error: Number(fourth) });
			return;
		}
		const wall = at.seconds - (this.#start?.seconds ?? at.seconds);
		const share = wall > 0 && this.#start !== undefined ? (at.cpu - this.#start.cpu) / wall : undefined;
		const cost = Number(fourth) / Number(third);
		this.rows.push({ name, group: this.#group, cost, ...(share === undefined ? {} : { share }) });
	}
}

/** The rows in a console's text. Pure. */
export function parseMicro(text: string): MicroRow[] {
	const reader = new RowReader();
	reader.push(text, { seconds: 0, cpu: 0 });
	return reader.rows;
}
