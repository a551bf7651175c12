import { ImageError } from '../errors.js';

/** Names of the errors that operations on a volume report, as the kernel would. */
export type Errno =
	| 'EEXIST'
	| 'EINVAL'
	| 'EISDIR'
	| 'ELOOP'
	| 'EMLINK'
	| 'ENAMETOOLONG'
	| 'ENODATA'
	| 'ENOENT'
	| 'ENOSPC'
	| 'ENOTDIR'
	| 'ENOTEMPTY'
	| 'EPERM'
	| 'EFBIG'
	| 'ERANGE'
	| 'EROFS'
	| 'EUCLEAN';

const texts: Record<Errno, string> = {
	EEXIST: 'exists already',
	EINVAL: 'is not allowed',
	EISDIR: 'is a directory',
	ELOOP: 'too many symbolic links',
	EMLINK: 'too many links',
	ENAMETOOLONG: 'name too long',
	ENODATA: 'no such attribute',
	ENOENT: 'no such file or directory',
	ENOSPC: 'no space left on the volume',
	ENOTDIR: 'not a directory',
	ENOTEMPTY: 'directory not empty',
	EPERM: 'operation not permitted',
	EFBIG: 'file too large',
	ERANGE: 'value too large',
	EROFS: 'the volume is open for reading only',
	EUCLEAN: 'the volume is damaged',
};

/** A failed operation on a volume; `errno` is what the kernel would have answered. */
export class ImpfsError extends ImageError {
	readonly errno: Errno;

	constructor(errno: Errno, what: string, detail?: string) {
		const hint =
			errno === 'EUCLEAN' ? { hint: 'imposos fsck IMAGE shows the damage, imposos fsck -y IMAGE repairs it' } : {};
		super(`${what}: ${detail ?? texts[errno]}`, hint);
		this.errno = errno;
	}
}
