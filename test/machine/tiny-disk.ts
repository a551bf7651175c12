import { truncateSync, writeFileSync } from 'node:fs';
import { FileDevice } from '../../tools/impfs/device.js';
import { mkfs } from '../../tools/impfs/mkfs.js';
import { ImpfsVolume } from '../../tools/impfs/volume.js';

const MiB = 2 ** 20;

/** A disk of 18 MiB with a filesystem of 16 MiB in its only partition. */
export function writeTinyDisk(image: string): void {
	const sector = Buffer.alloc(512);
	sector[446 + 4] = 0x83;
	sector.writeUInt32LE((2 * MiB) / 512, 446 + 8);
	sector.writeUInt32LE((16 * MiB) / 512, 446 + 12);
	sector.writeUInt16LE(0xaa55, 510);
	writeFileSync(image, sector);
	truncateSync(image, 18 * MiB);
	const device = FileDevice.open(image, { offset: 2 * MiB, size: 16 * MiB });
	mkfs(device, { uuid: new Uint8Array(16), hashSeed: new Uint8Array(16), time: { sec: 1, ns: 0 } });
	const volume = ImpfsVolume.open(device);
	volume.writeFile('/hello', Buffer.from('from the host'));
	volume.close();
	device.close();
}
