import type { DiskSpec, Endpoints, MachineSpec } from './spec.js';

export interface ArgumentOptions {
	endpoints: Endpoints;
	/** Resume this saved state instead of booting. */
	loadSnapshot?: string;
}

/** QEMU doubles commas inside a value. */
function quote(value: string): string {
	return value.replaceAll(',', ',,');
}

/** QEMU's command line for a machine, without the program's name. Pure: it looks at nothing but its arguments. */
export function qemuArguments(machine: MachineSpec, { endpoints, loadSnapshot }: ArgumentOptions): string[] {
	return [
		...['-nodefaults', '-no-user-config', '-machine', 'pc', '-accel', machine.accelerator],
		...['-cpu', machine.cpu, '-smp', '1', '-m', `${machine.memory}M`],
		...(machine.reboots ? [] : ['-no-reboot']),
		...(machine.icount === undefined ? [] : ['-icount', machine.icount]),
		...boot(machine),
		...['-rtc', 'base=utc'],
		...display(machine),
		...line('console', endpoints.console),
		...['-serial', 'chardev:console'],
		...line('control', endpoints.control),
		...['-serial', 'chardev:control'],
		...line('qmp', endpoints.qmp),
		...['-mon', 'chardev=qmp,mode=control'],
		...sharedQmp(endpoints),
		...machine.disks.flatMap(disk),
		...(machine.stateFile === undefined
			? []
			: ['-drive', `if=none,id=state,format=qcow2,cache=unsafe,file=${quote(machine.stateFile)}`]),
		...network(machine),
		...audio(machine),
		...['-object', 'rng-random,id=rng,filename=/dev/urandom', '-device', 'virtio-rng-pci,rng=rng'],
		...['-device', 'isa-debug-exit,iobase=0xf4,iosize=0x04'],
		...(loadSnapshot === undefined ? [] : ['-loadvm', loadSnapshot]),
		...machine.extra,
	];
}

function boot({ kernel, initrd, append }: MachineSpec): string[] {
	if (kernel === undefined) return ['-boot', 'order=c'];
	return [
		...['-kernel', kernel],
		...(initrd === undefined ? [] : ['-initrd', initrd]),
		...(append === undefined || append === '' ? [] : ['-append', append]),
	];
}

function display({ display }: MachineSpec): string[] {
	const kinds = { none: 'none', gtk: 'gtk', sdl: 'sdl', vnc: 'vnc=localhost:0,to=99' };
	return ['-vga', 'std', '-display', kinds[display]];
}

/** QEMU connects and we listen: nothing that the guest sends is lost. */
function line(id: string, path: string): string[] {
	return ['-chardev', `socket,id=${id},path=${quote(path)}`];
}

function sharedQmp({ sharedQmp }: Endpoints): string[] {
	if (sharedQmp === undefined) return [];
	return [
		...['-chardev', `socket,id=qmp2,path=${quote(sharedQmp)},server=on,wait=off`],
		...['-mon', 'chardev=qmp2,mode=control'],
	];
}

function disk({ file, format, durable, readonly }: DiskSpec, index: number): string[] {
	const options = [
		...['if=none', `id=disk${index}`, `format=${format}`, `cache=${durable ? 'writeback' : 'unsafe'}`],
		...(readonly ? ['readonly=on'] : []),
		`file=${quote(file)}`,
	];
	const place = `bus=ide.${index >> 1},unit=${index & 1}`;
	return ['-drive', options.join(','), '-device', `ide-hd,drive=disk${index},${place}`];
}

function network({ network }: MachineSpec): string[] {
	if (!network) return [];
	return [
		...['-netdev', 'user,id=net0', '-device', 'rtl8139,netdev=net0'],
		...['-netdev', 'user,id=net1,net=10.0.3.0/24', '-device', 'pcnet,netdev=net1'],
	];
}

function audio({ audio, display }: MachineSpec): string[] {
	if (!audio) return [];
	const back = display === 'gtk' || display === 'sdl' ? 'sdl' : 'none';
	return ['-audiodev', `${back},id=audio`, '-device', 'AC97,audiodev=audio'];
}
