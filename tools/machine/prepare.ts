import { existsSync, statSync } from 'node:fs';
import path from 'node:path';
import { displayPath, kernelPath, type Variant } from '../build/paths.js';
import { BootError, ImageError, UsageError } from '../errors.js';
import { FileDevice } from '../impfs/device.js';
import type { Log } from '../log.js';
import { chooseAccelerator } from './accelerator.js';
import { checkDisk } from './partition.js';
import { type Accelerator, type Display, defaultMachine, type MachineSpec } from './spec.js';

/** What may differ from the machine that is meant when nothing is said. */
export type MachineOverrides = Partial<
	Pick<MachineSpec, 'memory' | 'cpu' | 'network' | 'audio' | 'icount' | 'reboots' | 'extra'>
> & {
	/** Added to the kernel's command line. */
	append?: string;
	/** Runs the disk's own boot code, with the command line that is on the disk, instead of loading the kernel. */
	bootFromDisk?: boolean;
};

export interface MachineRequest {
	variant: Variant;
	/** Name of a declaration, or a disk image's path. */
	image: string;
	accelerator: 'auto' | Accelerator;
	display?: Display;
	overrides?: MachineOverrides;
	/** False uses kernel and image as they lie there. */
	build?: boolean;
}

/** Bounds of what the emulated PC and the kernel's address space have to do with, in megabytes. */
const MEMORY_BOUNDS = { least: 1, most: 3584 };

/** What the kernel's command line has room for beside our own words. */
const MAX_APPEND = 3800;

const rootArguments = 'root=/dev/sda1 rootfstype=impfs init=/sbin/init console=tty0 console=ttyS0 imposos.agent';

/** Whether `--image` names a file rather than a declaration. */
export function isImageFile(image: string): boolean {
	return image.includes('/') || image.endsWith('.img') ? !/\.json$/.test(image) : false;
}

/**
 * Builds what a machine needs and describes it. The disk in it is the image itself: put an overlay on it.
 *
 * @throws UsageError, BuildError, ImageError, ToolError
 */
export async function prepareMachine(
	request: MachineRequest,
	{ signal, log }: { signal: AbortSignal; log: Log },
): Promise<MachineSpec> {
	const memory = request.overrides?.memory ?? defaultMachine.memory;
	if (!Number.isInteger(memory) || memory < MEMORY_BOUNDS.least || memory > MEMORY_BOUNDS.most) {
		throw new UsageError(`--memory ${memory}: not a size that the machine can have`, {
			hint: `a whole number of megabytes from ${MEMORY_BOUNDS.least} to ${MEMORY_BOUNDS.most}`,
		});
	}
	const commandLine = request.overrides?.append?.length ?? 0;
	if (commandLine > MAX_APPEND)
		throw new UsageError(`--append has ${commandLine} bytes: too long for a kernel's command line`, {
			hint: `there is room for ${MAX_APPEND} bytes`,
		});
	if (request.overrides?.bootFromDisk && commandLine > 0)
		throw new UsageError('a disk that boots by itself has its own command line: nothing can be added to it', {
			hint: 'leave out --append, or --disk',
		});
	const file = isImageFile(request.image) ? path.resolve(request.image) : undefined;
	if (file !== undefined) checkImageFile(file);
	const disk = await (file === undefined
		? buildNamedImage(request, { signal, log })
		: buildKernelOnly(request, file, { signal, log }));
	// Not beside the build: a probe that is still running when the build fails would outlive the command.
	return plannedMachine(request, disk, await chooseAccelerator(request.accelerator, signal));
}

/** The machine of a request whose disk image and accelerator are known. Pure. */
export function plannedMachine(request: MachineRequest, disk: string, accelerator: Accelerator): MachineSpec {
	const { append, bootFromDisk, ...rest } = request.overrides ?? {};
	return {
		...defaultMachine,
		...rest,
		...(bootFromDisk
			? {}
			: { kernel: kernelPath(request.variant), append: [rootArguments, append].filter((part) => part).join(' ') }),
		accelerator,
		display: request.display ?? 'none',
		disks: [{ file: disk, format: 'raw' }],
	};
}

async function buildNamedImage(
	request: MachineRequest,
	{ signal, log }: { signal: AbortSignal; log: Log },
): Promise<string> {
	const { buildImage } = await import('../image/build.js');
	const { variant, image, build } = request;
	if (build === false) {
		const { imagePath } = await import('../build/paths.js');
		const file = imagePath(variant, image);
		checkImageFile(file);
		return file;
	}
	return (await buildImage({ name: image, variant, signal, log })).path;
}

async function buildKernelOnly(
	{ variant, build, overrides }: MachineRequest,
	file: string,
	{ signal, log }: { signal: AbortSignal; log: Log },
): Promise<string> {
	if (overrides?.bootFromDisk || (build === false && existsSync(kernelPath(variant)))) return file;
	const { buildKernel } = await import('../build/kernel.js');
	await buildKernel({ variant, signal, log });
	return file;
}

function checkImageFile(file: string): void {
	const name = displayPath(file);
	const found = statSync(file, { throwIfNoEntry: false });
	if (!found) throw new ImageError(`no disk image ${name}`, { hint: 'imposos build --image base makes one' });
	if (!found.isFile()) throw new ImageError(`${name} is not a file`, { hint: 'imposos build --image base makes one' });
	const device = FileDevice.open(file, { readonly: true });
	try {
		checkDisk(device, name);
	} finally {
		device.close();
	}
}

/** The gdb stub's port as `-gdb` takes it. @throws BootError when it is not a port */
export function gdbArguments(port: number): string[] {
	if (port < 1 || port > 65535) throw new BootError(`port ${port} does not exist`);
	return ['-gdb', `tcp:localhost:${port}`, '-S'];
}
