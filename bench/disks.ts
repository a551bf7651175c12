import { copyFileSync, readdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { execa } from 'execa';
import { memoryFolder } from '../tools/build/paths.js';
import { ToolError } from '../tools/errors.js';
import { makeVolume } from '../tools/image/volume.js';
import type { Lifetime } from '../tools/lifetime.js';
import type { DiskSpec } from '../tools/machine/spec.js';

/** Of every filesystem that rows are measured on. Linux names its disks in no certain order: they are of one size. */
const bytes = 1 << 30;

/**
 * Images of one run's disks, in memory where the host has a memory filesystem. Flushes of the guest reach the file
 * (`durable`), so that barriers are on for both.
 */
export class DiskFolder {
	readonly #folder: string;

	constructor(lifetime: Lifetime) {
		this.#folder = memoryFolder();
		lifetime.defer(() => rmSync(this.#folder, { recursive: true, force: true }));
	}

	/** Removes the images of a run that is over. */
	clear(): void {
		for (const name of readdirSync(this.#folder)) rmSync(path.join(this.#folder, name));
	}

	/** A copy that the guest may write to. */
	copy(image: string): DiskSpec {
		const file = path.join(this.#folder, 'root.img');
		copyFileSync(image, file);
		return { file, format: 'raw', durable: true };
	}

	/** An empty impfs. */
	impfs(): DiskSpec {
		const file = path.join(this.#folder, 'impfs.img');
		makeVolume({ file, size: bytes, force: true });
		return { file, format: 'raw', durable: true };
	}

	/** An empty swap area, as mkswap(8) makes one of a whole disk. */
	swap(): DiskSpec {
		const file = path.join(this.#folder, 'swap.img');
		const header = Buffer.alloc(4096);
		header.writeUInt32LE(1, 1024);
		header.writeUInt32LE(bytes / 4096 - 1, 1028);
		header.write('SWAPSPACE2', 4086, 'latin1');
		writeFileSync(file, header);
		truncateSync(file, bytes);
		return { file, format: 'raw' };
	}

	/** An empty ext3 without a partition table. @throws ToolError */
	async ext3(name: 'root' | 'scratch', signal: AbortSignal): Promise<DiskSpec> {
		const file = path.join(this.#folder, `${name}-ext3.img`);
		writeFileSync(file, '');
		truncateSync(file, bytes);
		const { exitCode, stderr } = await execa('mke2fs', ['-q', '-F', '-t', 'ext3', file], {
			reject: false,
			cancelSignal: signal,
			env: { PATH: `${process.env['PATH'] ?? ''}:/usr/sbin:/sbin` },
		});
		if (exitCode !== 0) throw new ToolError(`mke2fs cannot make ext3: ${stderr || 'it is not here'}`);
		return { file, format: 'raw', durable: true };
	}
}
