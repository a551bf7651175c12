import type { SerialPort } from 'serialport';
import { BootError } from '../errors.js';

/** A real line to a machine, or a pseudo-terminal. */
export interface SerialOptions {
	/** Its device on this host: /dev/ttyUSB0, /dev/pts/7, ... */
	device: string;
	baud: number;
}

/** Opens a serial line: 8 bits, no parity, no flow control. @throws BootError saying why it cannot */
export async function openSerial({ device, baud }: SerialOptions): Promise<SerialPort> {
	const { SerialPort } = await import('serialport');
	const port = new SerialPort({ path: device, baudRate: baud, autoOpen: false, lock: true });
	await new Promise<void>((resolve, reject) => {
		port.open((error) => {
			if (error) reject(new BootError(`cannot open ${device}: ${error.message}`, { cause: error }));
			else resolve();
		});
	});
	return port;
}
