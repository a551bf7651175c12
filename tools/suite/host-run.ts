/** Runs a script among an image's packages on this host: what Linux says to the very same programs. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { execa } from 'execa';
import { HostError, TimeoutError } from '../errors.js';
import { hostRoot } from '../image/host-root.js';
import { silentLog } from '../log.js';

export interface HostRunOptions {
	signal: AbortSignal;
	/** Milliseconds; two minutes when left out. */
	timeout?: number;
	/** Environment; there is no other. */
	env?: Record<string, string>;
	/** Files that are there: path, and what is in them. */
	files?: Record<string, Uint8Array>;
}

export interface HostResult {
	status: number;
	stdout: string;
	stderr: string;
}

/** What the script's namespaces are made of; a failure in here is the host's. */
const SETUP_FAILED = 125;

/**
 * Makes a root of the folder $1, with what is written in a file system in memory at $2, and runs the script $3 there: in
 * mounts, processes, names and networks of its own, as a processor of this sort would, without the host's kernel in reach.
 */
const enter = `
fail() { echo "$*" >&2; exit ${SETUP_FAILED}; }
lower=$1 place=$2 script=$3 user=$4; shift 4
mount -t tmpfs -o mode=755 tmpfs "$place" && mkdir "$place/upper" "$place/work" "$place/root" || fail "no file system in memory"
mount -t overlay -o "lowerdir=$lower,upperdir=$place/upper,workdir=$place/work$user" overlay "$place/root" || fail "no overlay file system"
cp -r "$place-files/." "$place/root/" && cd "$place/root" && mkdir -p proc dev tmp run || fail "no root"
mount -t proc proc proc || fail "no /proc"
mount --bind proc/sys proc/sys && mount -o remount,bind,ro proc/sys || fail "no /proc/sys that is read-only"
mount -t tmpfs -o mode=755 tmpfs dev && mkdir dev/pts dev/shm && chmod 1777 dev/shm tmp || fail "no /dev"
for n in null zero full random urandom tty; do : > dev/$n && mount --bind /dev/$n dev/$n || fail "no /dev/$n"; done
mount -t devpts -o newinstance,ptmxmode=666,mode=620 devpts dev/pts || fail "no terminals"
ln -s pts/ptmx dev/ptmx; ln -s /proc/self/fd dev/fd; ln -s fd/0 dev/stdin; ln -s fd/1 dev/stdout; ln -s fd/2 dev/stderr
hostname imposos || fail "no name"
exec setpriv --bounding-set -sys_module,-sys_boot,-sys_time,-sys_rawio \\
	setarch i686 chroot . /usr/bin/env -i "$@" /bin/sh -c "$script"
`;

/**
 * Runs a script with a shell of the image's packages on this host's kernel.
 *
 * @param image name of a declaration in images/
 * @throws HostError when this host cannot: no i386 programs, or nobody but root has namespaces
 */
export async function runOnHost(image: string, script: string, options: HostRunOptions): Promise<HostResult> {
	const { signal } = options;
	const folder = await unpacked(image, signal);
	await able(folder, signal);
	return enterRoot(folder, script, options);
}

const folders = new Map<string, Promise<string>>();
let ability: Promise<void> | undefined;

function unpacked(image: string, signal: AbortSignal): Promise<string> {
	let folder = folders.get(image);
	if (folder === undefined) {
		folder = hostRoot(image, { signal, log: silentLog });
		folders.set(image, folder);
	}
	return folder;
}

/** Tries it out, once. */
function able(folder: string, signal: AbortSignal): Promise<void> {
	ability ??= (async () => {
		const { status, stdout, stderr } = await enterRoot(folder, 'uname -m', { signal });
		if (status === 0 && stdout === 'i686\n') return;
		const reason = stderr.trim().split('\n').at(-1) ?? '';
		throw new HostError(`this host does not run programs for i386 in a root of their own: ${reason || stdout}`, {
			hint: 'it takes a Linux for x86, and root or user namespaces',
		});
	})();
	return ability;
}

async function enterRoot(folder: string, script: string, options: HostRunOptions): Promise<HostResult> {
	const { signal, timeout = 120_000, env = {}, files = {} } = options;
	const place = mkdtempSync(path.join(tmpdir(), 'imposos-host-'));
	const root = path.join(place, 'place');
	mkdirSync(root);
	mkdirSync(`${root}-files`);
	for (const [name, bytes] of Object.entries(files)) {
		const file = path.join(`${root}-files`, name);
		mkdirSync(path.dirname(file), { recursive: true });
		writeFileSync(file, bytes);
	}
	const privileged = process.getuid?.() === 0;
	const spaces = ['--mount', '--pid', '--fork', '--kill-child', '--uts', '--ipc', '--net'];
	const user = privileged ? [] : ['--user', '--map-root-user'];
	const variables = Object.entries(env).map(([name, value]) => `${name}=${value}`);
	const args = [...user, ...spaces, '/bin/sh', '-c', enter, 'enter', folder, root, script];
	try {
		const result = await execa('unshare', [...args, privileged ? '' : ',userxattr', ...variables], {
			reject: false,
			stdin: 'ignore',
			stripFinalNewline: false,
			cancelSignal: signal,
			forceKillAfterDelay: 1000,
			timeout,
		});
		signal.throwIfAborted();
		if (result.timedOut) throw new TimeoutError(`the host's run of it did not end within ${timeout / 1000} s`);
		const { exitCode, stdout = '', stderr = '' } = result;
		if (result.code === 'ENOENT') return { status: SETUP_FAILED, stdout, stderr: 'there is no unshare' };
		return { status: exitCode ?? SETUP_FAILED, stdout, stderr };
	} finally {
		rmSync(place, { recursive: true, force: true });
	}
}
