/** An entry of an archive that Linux unpacks as its first root. */
export interface CpioEntry {
	/** Without a leading slash. */
	path: string;
	/** Type and permissions, as in `stat`. */
	mode: number;
	content?: Uint8Array;
	/** Device numbers of a node. */
	device?: { major: number; minor: number };
}

const MAGIC = '070701';
const TRAILER = 'TRAILER!!!';

/** Archive in the `newc` format (Linux's Documentation/driver-api/early-userspace/buffer-format). */
export function cpioArchive(entries: readonly CpioEntry[]): Buffer {
	const parts = [...entries, { path: TRAILER, mode: 0 }].map((entry, index) => encode(entry, index + 1));
	return Buffer.concat(parts);
}

function encode({ path, mode, content = new Uint8Array(), device }: CpioEntry, inode: number): Buffer {
	const name = Buffer.from(`${path}\0`);
	const links = (mode & 0o170000) === 0o040000 ? 2 : 1;
	const fields = [
		...[inode, mode, 0, 0, links, 0, content.length],
		...[0, 0, device?.major ?? 0, device?.minor ?? 0, name.length, 0],
	];
	const header = MAGIC + fields.map((value) => value.toString(16).padStart(8, '0')).join('');
	return Buffer.concat([padded(Buffer.concat([Buffer.from(header), name])), padded(content)]);
}

function padded(bytes: Uint8Array): Buffer {
	return Buffer.concat([bytes, Buffer.alloc(-bytes.length & 3)]);
}
