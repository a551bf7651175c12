import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { execa } from 'execa';
import { ImageError, ToolError } from '../errors.js';

/** Where Debian's grub-pc-bin keeps the parts for BIOS machines. */
export const grubFolder = '/usr/lib/grub/i386-pc';
const modules = ['biosdisk', 'multiboot', 'boot'];
const sectorSize = 512;

export interface BootLoader {
	/** First sector of the disk; its partition table is empty. */
	bootSector: Uint8Array;
	/** What lies from the second sector on. */
	core: Uint8Array;
}

export interface BootLoaderOptions {
	/** First sector of the kernel on the disk. */
	kernelStart: number;
	/** Sectors of the kernel. */
	kernelSectors: number;
	commandLine: string;
	/** Folder for intermediate files; the caller removes it. */
	scratch: string;
	signal: AbortSignal;
}

/**
 * Makes GRUB's boot sector and core image for a BIOS disk. GRUB reads the kernel by its sectors, so that the
 * core image needs no module for any filesystem.
 *
 * @throws ToolError when GRUB is not installed, ImageError when it refuses
 */
export async function makeBootLoader(options: BootLoaderOptions): Promise<BootLoader> {
	const bootImage = path.join(grubFolder, 'boot.img');
	if (!existsSync(bootImage)) throw new ToolError("GRUB's parts for BIOS machines (grub-pc-bin) are not installed");
	if (/[\n"'\\$;{}]/.test(options.commandLine))
		throw new ImageError('the command line has characters that GRUB would interpret');
	const config = path.join(options.scratch, 'grub.cfg');
	const core = path.join(options.scratch, 'core.img');
	writeFileSync(
		config,
		`set root=(hd0)\nmultiboot (hd0)${options.kernelStart}+${options.kernelSectors} ${options.commandLine}\nboot\n`,
	);
	const result = await execa(
		'grub-mkimage',
		['-O', 'i386-pc', '-d', grubFolder, '-p', '(hd0)', '-c', config, '-o', core, ...modules],
		{
			all: true,
			reject: false,
			cancelSignal: options.signal,
			timeout: 60_000,
		},
	);
	options.signal.throwIfAborted();
	if (result.code === 'ENOENT') throw new ToolError('grub-mkimage (grub-common) is not installed');
	if (result.failed) throw new ImageError(`grub-mkimage failed: ${result.all}`, { cause: result.originalMessage });
	const bootSector = new Uint8Array(readFileSync(bootImage));
	if (bootSector.length !== sectorSize) throw new ImageError(`${bootImage} is not one sector long`);
	return { bootSector, core: new Uint8Array(readFileSync(core)) };
}
