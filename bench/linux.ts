import { readFileSync, truncateSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { execa } from 'execa';
import { buildRoot, ensureFolder } from '../tools/build/paths.js';
import { ToolError } from '../tools/errors.js';
import { cpioArchive } from '../tools/machine/cpio.js';

/** What Debian's kernel needs to mount ext3 on the emulated IDE disk, in the order of their dependencies. */
export const diskModules = [
	...['crc16', 'mbcache', 'crc32c_generic', 'jbd2', 'ext4', 'scsi_common', 'scsi_mod', 'libata', 'ata_piix'],
	...['crct10dif_common', 'crc-t10dif', 'crc64', 'crc64-rocksoft', 't10-pi', 'sd_mod'],
];

/** An empty ext3 filesystem without a partition table. @returns its path */
export async function makeExt3(signal: AbortSignal): Promise<string> {
	const out = path.join(ensureFolder(path.join(buildRoot, 'bench')), 'ext3.img');
	writeFileSync(out, '');
	truncateSync(out, 64 << 20);
	const args = ['-q', '-F', '-t', 'ext3', out];
	const { exitCode, stderr } = await execa('mke2fs', args, {
		reject: false,
		cancelSignal: signal,
		env: { PATH: `${process.env['PATH'] ?? ''}:/usr/sbin:/sbin` },
	});
	if (exitCode !== 0) throw new ToolError(`mke2fs cannot make ext3: ${stderr || 'it is not here'}`);
	return out;
}

/**
 * A RAM disk for Linux whose init is one static program, which loads the modules.
 *
 * @param modules files, named `/modules/00` and on
 * @returns its path
 */
export function writeProgramRoot(program: string, modules: readonly string[] = []): string {
	const out = path.join(ensureFolder(path.join(buildRoot, 'bench')), 'linux-root.cpio');
	writeFileSync(
		out,
		cpioArchive([
			{ path: 'dev', mode: 0o040755 },
			{ path: 'dev/console', mode: 0o020600, device: { major: 5, minor: 1 } },
			{ path: 'tmp', mode: 0o041777 },
			{ path: 'disk', mode: 0o040755 },
			{ path: 'modules', mode: 0o040755 },
			...modules.map((file, at) => ({
				path: `modules/${String(at).padStart(2, '0')}`,
				mode: 0o100644,
				content: readFileSync(file),
			})),
			{ path: 'init', mode: 0o100755, content: readFileSync(program) },
		]),
	);
	return out;
}
