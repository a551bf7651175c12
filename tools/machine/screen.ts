import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { PNG } from 'pngjs';
import { BootError } from '../errors.js';
import type { Qmp } from './qmp.js';

/** A picture of a machine's screen. */
export interface Screen {
	width: number;
	height: number;
	/** Three bytes a pixel: red, green, blue; rows from the top. */
	rgb: Buffer;
}

/** Takes a picture of the screen. @throws BootError */
export async function takeScreenshot(qmp: Qmp): Promise<Screen> {
	const folder = mkdtempSync(path.join(tmpdir(), 'imposos-screen-'));
	try {
		const file = path.join(folder, 'screen.ppm');
		await qmp.execute('screendump', { filename: file });
		return decodePpm(readFileSync(file));
	} finally {
		rmSync(folder, { recursive: true, force: true });
	}
}

/** Binary portable pixmap with 8 bits a sample (netpbm's ppm(5)). */
export function decodePpm(bytes: Buffer): Screen {
	const header = /^P6\s+(?:#.*\s+)*(\d+)\s+(\d+)\s+255\s/.exec(bytes.subarray(0, 200).toString('latin1'));
	if (!header) throw new BootError('QEMU gave a picture in an unknown format');
	const [width, height] = [Number(header[1]), Number(header[2])];
	const rgb = bytes.subarray(header[0].length, header[0].length + width * height * 3);
	if (rgb.length < width * height * 3) throw new BootError('QEMU gave a picture that is cut short');
	return { width, height, rgb };
}

export function encodePng({ width, height, rgb }: Screen): Buffer {
	const png = new PNG({ width, height, colorType: 2 });
	for (let pixel = 0; pixel < width * height; pixel++) {
		rgb.copy(png.data, pixel * 4, pixel * 3, pixel * 3 + 3);
		png.data[pixel * 4 + 3] = 0xff;
	}
	return PNG.sync.write(png, { colorType: 2 });
}

/** Saves the screen as a PNG file. */
export async function saveScreenshot(qmp: Qmp, file: string): Promise<Screen> {
	const screen = await takeScreenshot(qmp);
	writeFileSync(file, encodePng(screen));
	return screen;
}
