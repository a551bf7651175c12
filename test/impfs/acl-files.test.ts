import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import t, { type Test } from 'tap';
import { ACL, ACL_ACCESS, ACL_DEFAULT, type AclEntry } from '../../tools/abi/acl.js';
import { readHostAcls, writeHostAcls } from '../../tools/image/host-acls.js';
import { encodeAcl } from '../../tools/impfs/acl.js';
import type { Acls } from '../../tools/impfs/acl-attributes.js';
import { aclLines, aclText, parseAclLines } from '../../tools/impfs/acl-text.js';
import type { MemoryDevice } from '../../tools/impfs/device.js';
import { ImpfsError } from '../../tools/impfs/errors.js';
import { fsck } from '../../tools/impfs/fsck.js';
import { type CopyOptions, copyIn, copyOut } from '../../tools/impfs/host-copy.js';
import { longListing } from '../../tools/impfs/listing.js';
import { ImpfsVolume, S_IFIFO } from '../../tools/impfs/volume.js';
import { copy, time } from './sample.js';

const access = ['user::rw-', 'user:1000:rwx', 'group::r--', 'group:50:-w-', 'mask::rw-', 'other::r--'];
const heirs = ['user::rwx', 'user:1000:r-x', 'group::r-x', 'mask::r-x', 'other::---'].map((line) => `default:${line}`);

function opened(): { device: MemoryDevice; volume: ImpfsVolume } {
	const device = copy();
	return { device, volume: ImpfsVolume.open(device, { clock: () => time }) };
}

function bits(volume: ImpfsVolume, name: string): string {
	return (volume.stat(name).mode & 0o7777).toString(8);
}

function sound(t: Test, device: MemoryDevice, volume: ImpfsVolume): void {
	volume.close();
	t.same(fsck(device, { time }).problems, []);
}

t.test('lists as text', async (t) => {
	t.same(aclLines(parseAclLines([...access, ...heirs])), [...access, ...heirs]);
	t.same(parseAclLines(['# file: x', 'flags::rwx', 'user:name:rwx', 'user::rwz']), {});
	t.equal(parseAclLines(['user:1000:r-x\t#effective:r--']).access?.[0]?.perm, 5);
});

t.test('a change of the mode changes the list with it, as the kernel’s does', async (t) => {
	const { device, volume } = opened();
	volume.setAcls('/d1/f1', parseAclLines(access));
	t.equal(bits(volume, '/d1/f1'), '664', 'and the other way round');
	volume.chmod('/d1/f1', 0o4751);
	t.same(aclText(volume, '/d1/f1'), [
		...['user::rwx', 'user:1000:rwx', 'group::r--', 'group:50:-w-', 'mask::r-x', 'other::--x'],
	]);
	volume.writeFile('/d1/f1', 'anew', { mode: 0o600 });
	t.same(aclText(volume, '/d1/f1').slice(-2), ['mask::---', 'other::---'], 'a replaced file keeps its list');
	volume.chown('/d1/f1', 5, 5);
	t.equal(bits(volume, '/d1/f1'), '600');
	volume.setAcls('/d1/f1', parseAclLines(['user::rw-', 'group::r--', 'other::---']));
	t.equal(volume.xattrs('/d1/f1').size, 0, 'what the mode says is not kept');
	t.equal(bits(volume, '/d1/f1'), '640');
	volume.setAcls('/d1', parseAclLines(heirs));
	volume.chmod('/d1', 0o700);
	t.same(aclText(volume, '/d1'), heirs, 'a default list is nothing to the mode');
	sound(t, device, volume);
});

t.test('lists that make no sense are neither set nor changed', async (t) => {
	const { volume } = opened();
	const odd: AclEntry[] = [{ tag: ACL.USER, perm: 7, id: 4 }];
	volume.setxattr('/d1/f1', ACL_ACCESS, encodeAcl(odd));
	const refuses = (errno: string, work: () => void) => {
		try {
			work();
			t.fail(`nothing was thrown instead of ${errno}`);
		} catch (error) {
			t.equal(error instanceof ImpfsError && error.errno, errno);
		}
	};
	refuses('EUCLEAN', () => volume.chmod('/d1/f1', 0o600));
	refuses('EUCLEAN', () => volume.writeFile('/d1/f1', 'x', { mode: 0o600 }));
	t.equal(volume.readFile('/d1/f1').toString(), 'contents of 1 1');
	t.match(aclText(volume, '/d1/f1'), [/access list has no entry of the owner/]);
	volume.setxattr('/d1', ACL_DEFAULT, new Uint8Array(3));
	refuses('EUCLEAN', () => volume.mkdir('/d1/new'));
	refuses('EINVAL', () => volume.setAcls('/d2/f1', { access: odd }));
	refuses('EINVAL', () => volume.setAcls('/d2/f1', parseAclLines(heirs)));
	refuses('EINVAL', () => volume.setAcls('/long', parseAclLines(access)));
});

t.test('what is made in a folder has what the folder says', async (t) => {
	const { device, volume } = opened();
	volume.setAcls('/d1', parseAclLines(heirs));
	volume.mkdir('/d1/x');
	volume.writeFile('/d1/x/f', 'new', { mode: 0o666 });
	volume.mknod('/d1/x/p', S_IFIFO);
	volume.symlink('f', '/d1/x/l');
	t.same(aclText(volume, '/d1/x'), [...heirs.map((line) => line.replace('default:', '')), ...heirs]);
	t.same(aclText(volume, '/d1/x/f'), ['user::rw-', 'user:1000:r-x', 'group::r-x', 'mask::r--', 'other::---']);
	t.equal(bits(volume, '/d1/x/p'), '640');
	t.same(aclText(volume, '/d1/x/l'), []);
	volume.setAcls('/d2', parseAclLines(['default:user::r-x', 'default:group::---', 'default:other::r--']));
	volume.writeFile('/d2/f', 'new', { mode: 0o777 });
	t.equal(bits(volume, '/d2/f'), '504');
	t.same(aclText(volume, '/d2/f'), []);
	const names = ['/d1/x', '/d2/f'];
	const lines = longListing(
		volume,
		names.map((name) => ({ path: name, name, status: volume.stat(name) })),
	);
	t.match(lines, [/^drwxr-x---\+ /, /^-r-x---r-- {2}/], 'a listing marks files with lists');
	sound(t, device, volume);
});

function options(more: Partial<CopyOptions>): CopyOptions & { warnings: string[] } {
	const warnings: string[] = [];
	return {
		warnings,
		recursive: true,
		warn: (message) => warnings.push(message),
		mknod: () => {},
		readAcls: () => new Map(),
		writeAcls: () => undefined,
		...more,
	};
}

function scratch(t: Test): string {
	const folder = mkdtempSync(path.join(tmpdir(), 'imposos-acls-'));
	t.teardown(() => rmSync(folder, { recursive: true, force: true }));
	return folder;
}

t.test('copies bring their lists, and no others', async (t) => {
	const { device, volume } = opened();
	const folder = scratch(t);
	const tree = path.join(folder, 'tree');
	mkdirSync(tree, { mode: 0o755 });
	for (const name of ['with', 'without']) writeFileSync(path.join(tree, name), name, { mode: 0o644 });
	chmodSync(path.join(tree, 'with'), 0o664);
	const lists = new Map([
		[tree, parseAclLines([...['user::rwx', 'group::r-x', 'other::r-x'], ...heirs])],
		[path.join(tree, 'with'), parseAclLines(access)],
	]);
	volume.setAcls('/d1', parseAclLines(heirs));
	volume.writeFile('/d2/old', 'x');
	volume.setAcls('/d2/old', parseAclLines(access));
	copyIn(volume, tree, '/d1', options({ readAcls: () => lists }));
	copyIn(volume, path.join(tree, 'without'), '/d2/old', options({}));
	t.same(aclText(volume, '/d1/tree'), heirs);
	t.same(aclText(volume, '/d1/tree/with'), access);
	t.same(aclText(volume, '/d1/tree/without'), []);
	t.same(aclText(volume, '/d2/old'), []);
	t.same(
		['/d1/tree', '/d1/tree/with', '/d1/tree/without', '/d2/old'].map((name) => bits(volume, name)),
		['755', '664', '644', '644'],
	);

	const given = new Map<string, Acls>();
	const writeAcls = (some: ReadonlyMap<string, Acls>) => {
		for (const [file, acls] of some) given.set(file, acls);
		return undefined;
	};
	copyOut(volume, '/d1/tree', path.join(folder, 'out'), options({ writeAcls }));
	t.same([...given.values()].map(aclLines).sort(), [...lists.values()].map(aclLines).sort());
	volume.setxattr('/d2/f1', ACL_ACCESS, new Uint8Array(3));
	const told = options({ writeAcls: () => 'no reason' });
	copyOut(volume, '/d1/tree', path.join(folder, 'again'), told);
	copyOut(volume, '/d2/f1', path.join(folder, 'odd'), told);
	t.match(told.warnings, [/could not be kept: no reason; 2 files/, /access list ends.*owner alone/, /1 file/]);
	const left = ['again', 'again/with', 'again/without', 'odd'].map(
		(name) => statSync(path.join(folder, name)).mode & 0o777,
	);
	t.same(left, [0o700, 0o600, 0o644, 0o600], 'nobody is let in whom the list kept out');
	volume.removexattr('/d2/f1', ACL_ACCESS);
	sound(t, device, volume);
});

t.test('the host’s getfacl and setfacl', async (t) => {
	const folder = scratch(t);
	const file = path.join(folder, 'a name\twith = and \\ and ü\nx');
	writeFileSync(file, 'x', { mode: 0o600 });
	if (spawnSync('setfacl', ['-m', 'u:1000:rwx,g:50:w,m::rw', file]).status !== 0) {
		t.same(readHostAcls(folder), new Map(), 'without them there are no lists');
		t.type(writeHostAcls(new Map([[file, parseAclLines(access)]])), 'string', 'and none can be given');
		return;
	}
	const lists = readHostAcls(folder);
	t.same([...lists.keys()], [file]);
	t.same(
		aclLines(lists.get(file) ?? {}),
		access.map((line) => line.replace(/^(group:|other:).*:r--/, '$1:---')),
	);
	t.equal(writeHostAcls(new Map([[file, parseAclLines(access)]])), undefined);
	t.same(aclLines(readHostAcls(folder).get(file) ?? {}), access);
	t.type(writeHostAcls(new Map([[path.join(folder, 'none'), parseAclLines(access)]])), 'string');
});
