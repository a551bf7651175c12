import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { execa } from 'execa';
import { buildRoot, ensureFolder, fromRoot } from '../tools/build/paths.js';
import { ToolError } from '../tools/errors.js';
import { cpioArchive } from '../tools/machine/cpio.js';
import { folderEntries } from './loading.js';

/** What Debian's kernel needs to mount ext3 on the emulated IDE disk, in the order of their dependencies. */
export const diskModules = [
	...['crc16', 'mbcache', 'crc32c_generic', 'jbd2', 'ext4', 'scsi_common', 'scsi_mod', 'libata', 'ata_piix'],
	...['crct10dif_common', 'crc-t10dif', 'crc64', 'crc64-rocksoft', 't10-pi', 'sd_mod'],
];

/**
 * Writes the tree of sources that the rows unpack, and busybox beside it, for both kernels' roots.
 *
 * @returns the archive: this project's kernel and user space
 * @throws ToolError
 */
export async function writeTreeArchive(busybox: string, signal: AbortSignal): Promise<string> {
	const folder = ensureFolder(path.join(buildRoot, 'bench'));
	const out = path.join(folder, 'tree.tar');
	const args = ['--sort=name', '--owner=0', '--group=0', '--mtime=@0', '--format=ustar', '-cf', out];
	const { exitCode, stderr } = await execa('tar', [...args, '-C', fromRoot(), 'kernel', 'userland'], {
		reject: false,
		cancelSignal: signal,
	});
	if (exitCode !== 0) throw new ToolError(`tar cannot write ${out}: ${stderr}`);
	copyFileSync(busybox, path.join(folder, 'busybox'));
	return out;
}

/** Further files of the root. */
export interface ProgramRootFiles {
	busybox: string;
	/** A tree of sources. */
	archive: string;
	/** A folder whose files go in too. */
	tree: string;
}

/**
 * A RAM disk for Linux whose init is one static program, which loads the modules.
 *
 * @param modules files, named `/modules/00` and on
 * @returns its path
 */
export function writeProgramRoot(program: string, modules: readonly string[] = [], files?: ProgramRootFiles): string {
	const out = path.join(ensureFolder(path.join(buildRoot, 'bench')), 'linux-root.cpio');
	writeFileSync(
		out,
		cpioArchive([
			{ path: 'dev', mode: 0o040755 },
			{ path: 'dev/console', mode: 0o020600, device: { major: 5, minor: 1 } },
			{ path: 'tmp', mode: 0o041777 },
			{ path: 'disk', mode: 0o040755 },
			{ path: 'bin', mode: 0o040755 },
			{ path: 'modules', mode: 0o040755 },
			...modules.map((file, at) => ({
				path: `modules/${String(at).padStart(2, '0')}`,
				mode: 0o100644,
				content: readFileSync(file),
			})),
			{ path: 'init', mode: 0o100755, content: readFileSync(program) },
			...(files === undefined
				? []
				: [
						{ path: 'bin/busybox', mode: 0o100755, content: readFileSync(files.busybox) },
						{ path: 'tree.tar', mode: 0o100644, content: readFileSync(files.archive) },
						...folderEntries(files.tree, ['bin']),
					]),
		]),
	);
	return out;
}
