import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, renameSync, statSync } from 'node:fs';
import path from 'node:path';
import { Duplex } from 'node:stream';
import { execa } from 'execa';
import { buildRoot, fromRoot } from '../../tools/build/paths.js';
import { Control } from '../../tools/machine/control.js';
import { Link } from '../../tools/machine/link.js';

/** Compiles C sources against the cross compiler's i386 C library into a program that the host can run. */
async function compile(name: string, sources: readonly string[], depends: readonly string[] = []): Promise<string> {
	const out = path.join(buildRoot, 'test', name);
	mkdirSync(path.dirname(out), { recursive: true });
	const newest = Math.max(...[...sources, ...depends].map((file) => statSync(file).mtimeMs));
	if (existsSync(out) && statSync(out).mtimeMs > newest) return out;
	const flags = ['-std=gnu17', '-O1', '-g', '-Wall', '-Wextra', '-Werror', '-static', `-I${fromRoot('kernel')}`];
	// Several test files may want it at once.
	const partial = `${out}.${process.pid}`;
	await execa('i686-linux-gnu-gcc', [...flags, '-o', partial, ...sources]);
	renameSync(partial, out);
	return out;
}

/** Compiles the guest agent for the host. */
export function compileAgent(): Promise<string> {
	const folder = fromRoot('userland/agent');
	const all = readdirSync(folder).map((name) => path.join(folder, name));
	const programs = all.filter((name) => name.endsWith('.c'));
	return compile('agent', programs, [...all, fromRoot('kernel/abi/testproto.h')]);
}

/** Compiles the serial cable. */
export function compileCable(): Promise<string> {
	return compile('cable', [fromRoot('test/machine/cable.c')]);
}

/** What goes wrong on a line, each with a probability per byte. */
export interface Noise {
	lost: number;
	doubled: number;
	damaged: number;
	seed: number;
}

/** A line that does to bytes what a bad cable does, in both directions, repeatably. */
export class NoisyLine extends Duplex {
	readonly #line: Duplex;
	readonly #noise: Noise;
	#state: number;
	/** How many bytes have been tampered with. */
	accidents = 0;

	constructor(line: Duplex, noise: Noise) {
		super();
		this.#line = line;
		this.#noise = noise;
		this.#state = noise.seed;
		line.on('data', (bytes: Buffer) => this.push(this.#tamper(bytes)));
		line.on('close', () => this.destroy());
	}

	/** Mulberry32. */
	#random(): number {
		this.#state = (this.#state + 0x6d2b79f5) | 0;
		let t = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
		t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
		return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
	}

	#tamper(bytes: Uint8Array): Buffer {
		const out: number[] = [];
		for (const byte of bytes) {
			const dice = this.#random();
			const { lost, doubled, damaged } = this.#noise;
			if (dice < lost + doubled + damaged) this.accidents++;
			if (dice < lost) continue;
			if (dice < lost + doubled) out.push(byte, byte);
			else if (dice < lost + doubled + damaged) out.push(byte ^ (1 << Math.floor(this.#random() * 8)));
			else out.push(byte);
		}
		return Buffer.from(out);
	}

	override _read(): void {}

	override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
		const bytes = this.#tamper(chunk);
		if (bytes.length === 0) done();
		else this.#line.write(bytes, done);
	}

	override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
		this.#line.destroy();
		done(error);
	}
}

export interface LocalAgent {
	control: Control;
	link: Link;
	line: Duplex;
	process: ChildProcess;
	dispose(): void;
}

/** Runs the agent on the host and opens a session with it. */
export async function startLocalAgent(binary: string, noise?: Noise): Promise<LocalAgent> {
	const child = spawn('/bin/sh', ['-c', 'exec "$0" - <&3 3<&-', binary], {
		stdio: ['ignore', 'ignore', 'inherit', 'pipe'],
	});
	const socket = child.stdio[3] as Duplex;
	const line = noise ? new NoisyLine(socket, noise) : socket;
	const link = new Link(line);
	await link.open(20_000);
	return {
		control: new Control(link),
		link,
		line,
		process: child,
		dispose: () => {
			link.close();
			child.kill('SIGKILL');
		},
	};
}
