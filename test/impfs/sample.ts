import { MemoryDevice } from '../../tools/impfs/device.js';
import { mkfs } from '../../tools/impfs/mkfs.js';
import { ImpfsVolume } from '../../tools/impfs/volume.js';

const MIB = 2 ** 20;
/** When everything in it was made. */
export const time = { sec: 1_700_000_000, ns: 0 };

function sample(): MemoryDevice {
	const device = new MemoryDevice(32 * MIB);
	mkfs(device, { uuid: new Uint8Array(16).fill(1), hashSeed: new Uint8Array(16).fill(2), time });
	const volume = ImpfsVolume.open(device, { clock: () => time });
	for (let d = 0; d < 8; d++) {
		volume.mkdir(`/d${d}/e`, { parents: true });
		for (let i = 0; i < 40; i++) volume.writeFile(`/d${d}/f${i}`, `contents of ${d} ${i}`);
	}
	for (let i = 0; i < 400; i++) volume.symlink('somewhere', `/d0/link-${i}`);
	volume.writeFile('/large', new Uint8Array(6 * MIB).fill(5));
	volume.link('/large', '/d1/large');
	volume.symlink('z'.repeat(200), '/long');
	volume.setxattr('/d2', 'user.a', new Uint8Array(10));
	volume.close();
	return device;
}
const original = sample();

/** A volume of 32 MiB with some of everything, all its own. */
export function copy(): MemoryDevice {
	return new MemoryDevice(original.bytes.slice());
}
