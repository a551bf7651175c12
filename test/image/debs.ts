import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { gzipSync } from 'node:zlib';

/** Builds a Debian package with dpkg-deb; gives its path. */
export function makeDeb(
	scratch: string,
	name: string,
	version: string,
	files: Record<string, string>,
	options: { depends?: string; compression?: string } = {},
) {
	const root = mkdtempSync(path.join(scratch, 'deb-'));
	mkdirSync(path.join(root, 'DEBIAN'));
	const depends = options.depends === undefined ? '' : `Depends: ${options.depends}\n`;
	const control = `Package: ${name}\nVersion: ${version}\nArchitecture: i386\nMaintainer: Nobody <nobody@example.org>\n${depends}Description: test\n`;
	writeFileSync(path.join(root, 'DEBIAN', 'control'), control);
	for (const [file, text] of Object.entries(files)) {
		mkdirSync(path.join(root, path.dirname(file)), { recursive: true });
		writeFileSync(path.join(root, file), text, { mode: 0o755 });
	}
	const target = path.join(scratch, `${name}_${version}_i386.deb`);
	execFileSync('dpkg-deb', ['--root-owner-group', `-Z${options.compression ?? 'xz'}`, '--build', root, target]);
	return target;
}
/** Makes a mirror of the given packages on the host's disk; gives its address. */
export function makeMirror(scratch: string, name: string, debs: string[]): string {
	const mirror = path.join(scratch, name);
	const index = path.join(mirror, 'dists', 'bookworm', 'main', 'binary-i386');
	mkdirSync(index, { recursive: true });
	mkdirSync(path.join(mirror, 'pool'), { recursive: true });
	let packages = '';
	for (const deb of debs) {
		const data = readFileSync(deb);
		writeFileSync(path.join(mirror, 'pool', path.basename(deb)), data);
		const control = execFileSync('dpkg-deb', ['-f', deb]).toString();
		const sum = createHash('sha256').update(data).digest('hex');
		packages += `${control}Filename: pool/${path.basename(deb)}\nSize: ${data.length}\nSHA256: ${sum}\n\n`;
	}
	writeFileSync(path.join(index, 'Packages'), packages);
	writeFileSync(path.join(index, 'Packages.gz'), gzipSync(packages));
	const line = (file: string) => {
		const data = readFileSync(path.join(index, file));
		return ` ${createHash('sha256').update(data).digest('hex')} ${data.length} main/binary-i386/${file}\n`;
	};
	const release = `Suite: bookworm\nCodename: bookworm\nArchitectures: i386\nComponents: main\nDate: ${new Date().toUTCString()}\nSHA256:\n`;
	writeFileSync(
		path.join(mirror, 'dists', 'bookworm', 'Release'),
		`${release}${line('Packages')}${line('Packages.gz')}`,
	);
	return `file:${mirror}`;
}
