export type Accelerator = 'tcg' | 'kvm';
export type Display = 'none' | 'gtk' | 'sdl' | 'vnc';

/** A disk of the machine. */
export interface DiskSpec {
	file: string;
	format: 'raw' | 'qcow2';
	/** Throw-away disks need not survive a crash of the host. */
	durable?: boolean;
	readonly?: boolean;
}

/** A whole emulated PC, as a value: the same value gives the same machine. */
export interface MachineSpec {
	/** Multiboot or Linux kernel to boot directly; the first disk's boot code runs when left out. */
	kernel?: string;
	/** Second file for a directly booted kernel: Linux's initial RAM disk, a multiboot module. */
	initrd?: string;
	/** Kernel command line, for a directly booted kernel. */
	append?: string;
	/** IDE disks: primary master, primary slave, secondary master, secondary slave. */
	disks: DiskSpec[];
	/** qcow2 file that holds snapshots of a machine without a writable qcow2 disk. */
	stateFile?: string;
	/** Megabytes. */
	memory: number;
	/** QEMU's name of the processor and its features. */
	cpu: string;
	accelerator: Accelerator;
	display: Display;
	/** Both network cards, or none. */
	network: boolean;
	/** AC97 sound card. */
	audio: boolean;
	/** Instruction counting, as `-icount` takes it: time in the guest follows instructions. */
	icount?: string;
	/** Restarts on a guest's reset instead of ending. */
	reboots?: boolean;
	/** Further arguments for QEMU. */
	extra: string[];
}

/** Where the machine's lines go: paths of sockets that somebody listens on. */
export interface Endpoints {
	qmp: string;
	console: string;
	control: string;
	/** A second QMP socket that QEMU listens on, for other processes. */
	sharedQmp?: string;
}

/** The machine that is meant when nothing is said. */
export const defaultMachine: MachineSpec = {
	disks: [],
	memory: 256,
	cpu: 'max',
	accelerator: 'tcg',
	display: 'none',
	network: true,
	audio: true,
	extra: [],
};

/** Name under which a booted machine is saved. */
export const snapshotName = 'ready';
