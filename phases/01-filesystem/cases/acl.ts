import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { moreDisks } from '../../../tools/crash/boot.js';
import { FileDevice } from '../../../tools/impfs/device.js';
import { fsck } from '../../../tools/impfs/fsck.js';
import { mkfs } from '../../../tools/impfs/mkfs.js';
import { ImpfsVolume } from '../../../tools/impfs/volume.js';
import { defineCases } from '../../../tools/suite/declaration.js';
import { guestTestPath, runGuestTest } from '../../../tools/suite/guest-test.js';
import { lines, unmodified } from './debian.js';

const IMAGE = 'debian-files';
const time = { sec: 1_800_000_000, ns: 0 };
const ACCESS = 'system.posix_acl_access';
const DEFAULT = 'system.posix_acl_default';

function newVolume(folder: string): { file: string; device: FileDevice; volume: ImpfsVolume } {
	const file = path.join(folder, 'volume.img');
	mkdirSync(folder, { recursive: true });
	const device = FileDevice.open(file, { size: 32 * 2 ** 20, create: true });
	const id = new Uint8Array(16).fill(4);
	mkfs(device, { uuid: id, hashSeed: id, time });
	return { file, device, volume: ImpfsVolume.open(device, { clock: () => time }) };
}

/** Runs a program as another user. */
const as = (uid: number, gid = uid, groups = '--clear-groups') => `setpriv --reuid ${uid} --regid ${gid} ${groups}`;

/** Lines of a shell in a folder of their own, with what each prints. */
const debianLines = (folder: string): [line: string, output: RegExp][] => [
	[`mkdir ${folder}`, /^$/],
	...(
		[
			// An entry, the mask, and who is let in by them.
			['echo secret >f; chmod 600 f; setfacl -m u:1000:r,g:50:rw f; ls -l f', /^-rw-rw----\+ 1 root root 7 /],
			['getfacl -cn f', /^user::rw-\nuser:1000:r--\ngroup::---\ngroup:50:rw-\nmask::rw-\nother::---\n\n$/],
			[
				`${as(1000)} cat f; ${as(1000)} sh -c 'echo x >>f' 2>&1; ${as(1001)} cat f 2>&1`,
				/^secret\n.*denied\n.*denied\n$/i,
			],
			[`${as(2000, 50)} sh -c 'echo more >>f'; ${as(2000, 2000, '--groups 50')} cat f`, /^secret\nmore\n$/],
			[
				'setfacl -m m::w f; getfacl -ce f | grep effective',
				/^user:\w+:r--\t+#effective:---\ngroup::---\t+#effective:---\ngroup:\w+:rw-\t+#effective:-w-\n$/,
			],
			[
				`${as(1000)} cat f 2>&1; ${as(2000, 50)} cat f 2>&1; ${as(2000, 50)} sh -c 'echo last >>f'; wc -l <f`,
				/^.*denied\n.*denied\n3\n$/,
			],
			[
				'chmod 640 f; getfacl -cn f',
				/^user::rw-\nuser:1000:r--\ngroup::---\ngroup:50:rw-\t*#effective:r--\nmask::r--\n/,
			],
			[`${as(1000)} sh -c 'test -r f && ! test -w f && ! test -x f && tail -n 1 f'`, /^last\n$/],
			[
				`${as(1000)} setfacl -m u:1000:rwx f 2>&1; setfacl -d -m u:1000:r f 2>&1; setfacl -m u:1:r /proc/version 2>&1; echo $?`,
				/not permitted\n.*Only directories[\s\S]*not supported\n1\n$/,
			],
			[
				'setfacl -x u:1000,g:50 f; getfacl -cn f; setfacl -b f; ls -l f',
				/^user::rw-\ngroup::---\nmask::---\nother::---\n\n-rw------- 1 /,
			],
			// Programs and folders.
			[
				`cp /bin/true t; chmod 700 t; ${as(1000)} sh -c ./t 2>&1; setfacl -m u:1000:x t; ${as(1000)} sh -c ./t && echo runs`,
				/denied\nruns\n$/i,
			],
			[
				`mkdir -m 700 c; echo in >c/f; ${as(1000)} cat c/f 2>&1; setfacl -m u:1000:x c; ${as(1000)} cat c/f; ${as(1000)} ls c 2>&1`,
				/denied\nin\n.*denied\n$/i,
			],
			[
				`chmod 711 c; setfacl -m u:1000:- c; ${as(1000)} cat c/f 2>&1; ${as(1001)} cat c/f; ls -ld c`,
				/denied\nin\ndrwx-----x\+/i,
			],
			// What is new has what its folder says, whatever the umask.
			[
				'umask 077; mkdir d; setfacl -d -m u::rwx,g::rx,o::-,u:1000:rwX,m::rwX d; mkdir -p d/a/b; echo x >d/a/b/f; cp /bin/true d/a; getfacl -cn d/a/b/f d/a/true',
				/^(user::rw[-x]\nuser:1000:rwx.*\ngroup::r-x.*\nmask::r[w-][x-]\nother::---\n\n){2}$/,
			],
			[
				`getfacl -cn d/a; setfacl -m u:1000:x d; ${as(1000)} sh -c 'cat d/a/b/f; echo y >d/a/b/g; rm d/a/b/f'; ls d/a/b`,
				/^user::rwx\nuser:1000:rwx\ngroup::r-x\nmask::rwx\nother::---\ndefault:user::rwx\ndefault:user:1000:rwx\n[\s\S]*\nx\ng\n$/,
			],
			[
				'setfacl -R -m u:1001:rX,d:g:50:r d; getfacl -nR d >all; grep -c 1001 all; grep -c default:group:50 all',
				/^5\n3\n$/,
			],
			[
				'setfacl -R -b d; getfacl -nR d | grep -c :100; setfacl --restore=all; getfacl -nR d | cmp all && echo same',
				/^0\nsame\n$/,
			],
			['setfacl -k d; getfacl -cn d | grep -c default; getfacl -cn d/a | grep -c default', /^0\n6\n$/],
			[
				'getfacl -nR d >all; getfacl -c --access d/a | setfacl -M - f; getfacl -cn f | head -n 2; setfacl --set u::rw,u:7:rw,g::-,o::- t; getfacl -cn t',
				/^user::rwx\nuser:1000:rwx\nuser::rw-\nuser:7:rw-\ngroup::---\nmask::rw-\nother::---\n\n$/,
			],
			// Copies.
			['cp -a d e; (cd e; getfacl -nR .) >1; (cd d; getfacl -nR .) | cmp - 1 && echo same', /^same\n$/],
			[
				'tar --acls -cf x.tar d; rm -r d; tar --acls -xpf x.tar; getfacl -nR d | cmp all && rm -r e && echo same',
				/^same\n$/,
			],
			// The other program.
			['chacl u::rwx,g::r-x,o::---,u:1000:rw-,m::r-x f; chacl -l f', /^f \[u::rwx,u:\w+:rw-,g::r-x,m::r-x,o::---\]\n$/],
			[
				'chacl -b u::rwx,g::-,o::- u::rwx,u:9:r--,g::r--,m::r--,o::--- c; chacl -l c',
				/^c \[u::rwx,g::---,o::---\/u::rwx,u:\w+:r--,g::r--,m::r--,o::---\]\n$/,
			],
			[
				'chacl -D c; chacl -R f; chacl -l c f; ls -ld f',
				/^c \[u::rwx,g::---,o::---\]\nf \[u::rwx,g::r-x,o::---\]\n-rwxr-x--- /,
			],
			['chacl u::rwx,g::r-x,o::---,u:1000:rw- f 2>&1; chacl -l f', /^chacl: [^\n]*\nf \[u::rwx,g::r-x,o::---\]\n$/],
		] as [string, RegExp][]
	).map(([line, output]): [string, RegExp] => [`cd ${folder}; ${line}; true`, output]),
	[`rm -r ${folder}; echo $?`, /^0\n$/],
];

const entries = (...list: [tag: number, perm: number, id?: number][]): Buffer => {
	const bytes = Buffer.alloc(4 + 8 * list.length);
	bytes.writeUInt32LE(2);
	for (const [i, [tag, perm, id = 0xffffffff]] of list.entries()) {
		bytes.writeUInt16LE(tag, 4 + 8 * i);
		bytes.writeUInt16LE(perm, 6 + 8 * i);
		bytes.writeUInt32LE(id, 8 + 8 * i);
	}
	return bytes;
};

export const aclCases = defineCases([
	{
		id: '1.4/acl',
		title: 'access control lists: errors, modes, who is let in, what is inherited, limits, on impfs and on tmpfs',
		tier: 'quick',
		run: async (vm, t) => {
			await runGuestTest(vm, t, guestTestPath(1, 'acl'), ['/var/tmp/acl']);
			await runGuestTest(vm, t, guestTestPath(1, 'acl'), ['/tmp/acl', 'memory']);
		},
	},
	{
		id: '1.4/acl-programs',
		title: 'Debian’s setfacl, getfacl, chacl, ls, cp -a and tar --acls; at full size on tmpfs too',
		tier: 'quick',
		image: IMAGE,
		timeout: 240,
		run: async (vm, t) => {
			await unmodified(vm, t, { 'bin/setfacl': 'acl', 'bin/getfacl': 'acl', 'bin/chacl': 'acl' });
			for (const folder of ['/var/tmp/acl', '/tmp/acl'].slice(0, t.size(2, 1))) await lines(vm, t, debianLines(folder));
		},
	},
	{
		id: '1.4/acl-on-disk',
		title: 'lists outlast a mount; one that makes no sense keeps all but the owner out, and can be removed or repaired',
		tier: 'quick',
		start: 'none',
		needs: ['qemu'],
		timeout: 240,
		run: async (_vm, t) => {
			const { file, device, volume } = newVolume(t.scratch);
			const list = entries([1, 6], [2, 4, 1000], [4, 0], [16, 4], [32, 0]);
			for (const name of ['/good', '/odd', '/short', '/empty']) volume.writeFile(name, `${name}\n`, { mode: 0o666 });
			volume.mkdir('/closed', { mode: 0o777 });
			volume.writeFile('/closed/f', 'in\n', { mode: 0o666 });
			volume.chmod('/good', 0o640);
			volume.setxattr('/good', ACCESS, list);
			volume.setxattr('/odd', ACCESS, entries([1, 7], [2, 7, 1000], [4, 7], [32, 7]));
			volume.setxattr('/short', ACCESS, list.subarray(0, 15));
			volume.setxattr('/empty', ACCESS, entries());
			volume.setxattr('/closed', ACCESS, entries([1, 7], [32, 7], [4, 7]));
			volume.setxattr('/closed', DEFAULT, Buffer.alloc(9));
			volume.chown('/short', 1000, 1000);
			volume.close();
			const findings = fsck(device, { time }).problems.map(({ pass, message }) => `${pass}: ${message}\n`);
			t.equal(findings.filter((text) => / (access|default) list /.test(text)).length, 5, 'fsck finds each of the five');
			device.close();

			const vm = await t.boot({ image: IMAGE, extra: moreDisks([file]) });
			t.equal((await vm.sh('fsck.impfs -q /dev/sdb')).stdout, findings.join(''), 'and so does the guest’s');
			await lines(vm, t, [
				['mkdir -p /mnt/n && mount -t impfs -o acl /dev/sdb /mnt/n && mount | grep -c sdb', /^1\n$/],
				[`cd /mnt/n; ${as(1000)} cat good; ${as(1001)} cat good 2>&1; true`, /^\/good\n.*denied\n$/i],
				[
					`cd /mnt/n; for f in odd empty closed/f; do ${as(1000)} cat $f 2>&1; done; true`,
					/^(.*: Input\/output error\n){3}$/,
				],
				[
					`cd /mnt/n; ${as(1001)} cat short 2>&1; ${as(1000)} cat short; cat odd closed/f`,
					/error\n\/short\n\/odd\nin\n$/,
				],
				[
					'cd /mnt/n; getfacl odd 2>&1; chmod 600 odd 2>&1; touch closed/new 2>&1; ls closed',
					/^(.*: Input\/output error\n){3}f\n$/,
				],
				['dmesg | grep -c "no use of its system.posix_acl.*all but its owner are kept out"', /^5\n$/],
				[
					`cd /mnt/n; setfattr -x ${ACCESS} odd; setfattr -x ${DEFAULT} closed; setfattr -x ${ACCESS} closed; setfacl --set u::rwx,g::-,o::-,u:1000:x closed; ${as(1000)} cat odd closed/f`,
					/\n?\/odd\nin\n$/,
				],
				[
					'cd /mnt/n; touch closed/new; mkdir made; setfacl -m u:7:rwx,d:u:7:rx made; echo x >made/f; getfacl -nR . 2>/dev/null >/tmp/before; grep -c :7: /tmp/before',
					/^\d\n$/,
				],
				[
					'umount /mnt/n && mount -t impfs /dev/sdb /mnt/n && cd /mnt/n && getfacl -nR . 2>/dev/null | cmp /tmp/before && echo same',
					/^same\n$/,
				],
				['umount /mnt/n; dmesg | grep -ic "damage\\|read-only"; true', /^0\n$/],
			]);
			await vm.machine.dispose();
			const after = FileDevice.open(file, {});
			t.equal(fsck(after, { time }).problems.length, 2, 'the two that are left are all that is wrong afterwards');
			t.ok(fsck(after, { time, repair: true }).clean, 'they can be repaired');
			const repaired = ImpfsVolume.open(after, { readonly: true });
			t.same(
				['/short', '/empty'].map((name) => repaired.stat(name).mode & 0o777),
				[0o600, 0o600],
				'and are their owners’ alone, as they were',
			);
			const stored = repaired.xattrs('/made').get(DEFAULT);
			t.same(
				Buffer.from(stored ?? []),
				entries([1, 7], [2, 5, 7], [4, 5], [16, 5], [32, 5]),
				'what the guest has stored is what Linux stores',
			);
			after.close();
		},
	},
	{
		id: '1.4/noacl',
		title:
			'mounted with noacl, modes alone count and lists are not shown; remounted with acl, they are there and in step',
		tier: 'quick',
		start: 'none',
		needs: ['qemu'],
		timeout: 240,
		run: async (_vm, t) => {
			const { file, device, volume } = newVolume(t.scratch);
			for (const name of ['/f', '/broken']) volume.writeFile(name, `${name}\n`, { mode: 0o640, uid: 5, gid: 50 });
			volume.mkdir('/d', { mode: 0o755 });
			volume.setxattr('/f', ACCESS, entries([1, 6], [2, 4, 1000], [4, 0], [16, 4], [32, 0]));
			volume.setxattr('/broken', ACCESS, entries([1, 6], [2, 4, 1000], [4, 0], [32, 0]));
			volume.setxattr('/d', DEFAULT, entries([1, 7], [2, 7, 1000], [4, 5], [16, 7], [32, 0]));
			volume.close();
			device.close();

			const mounted = (options: RegExp): [string, RegExp] => [
				"sed -n 's,.* /mnt/n impfs ,,p' /proc/mounts",
				new RegExp(`^${options.source} 0 0\n$`),
			];
			const vm = await t.boot({ image: IMAGE, extra: moreDisks([file]) });
			await lines(vm, t, [
				['mkdir -p /mnt/n && mount -t impfs -o noacl /dev/sdb /mnt/n', /^$/],
				mounted(/rw,relatime,noacl/),
				[
					`cd /mnt/n; ${as(1000)} cat f 2>&1; ${as(1001, 50)} cat f broken; ${as(5)} cat f; ls -l f`,
					/^.*denied\n\/f\n\/broken\n\/f\n-rw-r----- /i,
				],
				['cd /mnt/n; getfacl -cn f; getfattr -m - f d', /^user::rw-\ngroup::r--\nother::---\n\n$/],
				[
					`cd /mnt/n; setfacl -m u:7:r f 2>&1; setfattr -x ${ACCESS} f 2>&1; getfattr -n ${DEFAULT} d 2>&1; true`,
					/^(.*not supported\n){3}$/,
				],
				[
					'cd /mnt/n; umask 027; touch d/plain; mkdir d/sub; stat -c %a d/plain d/sub; chmod 660 f; chmod 600 broken; stat -c %a f broken',
					/^640\n750\n660\n600\n$/,
				],
				['mount -o remount,acl /mnt/n', /^$/],
				mounted(/rw,relatime/),
				[
					`cd /mnt/n; getfacl -cn f; ${as(1000)} cat f; ${as(1001, 50)} cat f 2>&1; ${as(1000)} cat broken 2>&1; true`,
					/^user::rw-\nuser:1000:r--\ngroup::---\nmask::rw-\nother::---\n\n\/f\n.*denied\n.*Input\/output error\n$/i,
				],
				[
					'cd /mnt/n; umask 027; touch d/heir; getfacl -cn d/plain d/heir d/sub | grep -c :1000:; stat -c %a d/heir',
					/^1\n660\n$/,
				],
				['mount -o remount,noacl /mnt/n && mount -o remount,ro /mnt/n', /^$/],
				mounted(/ro,relatime,noacl/),
				['mount -o remount,rw,noacls /mnt/n 2>&1; mount -o remount,rw,acl,noacl /mnt/n', /Invalid argument/],
				mounted(/rw,relatime,noacl/),
				[`umount /mnt/n; mount -t impfs /dev/sdb /mnt/n; ${as(1000)} cat /mnt/n/f`, /^\/f\n$/],
				['umount /mnt/n', /^$/],
			]);
			await vm.machine.dispose();
			const after = FileDevice.open(file, { readonly: true });
			const wrong = fsck(after, { time }).problems.map(({ message }) => message.replace(/\d+/, 'N'));
			t.same(wrong, ['inode N: access list has no mask'], 'lists have gone with their modes all along');
			after.close();
		},
	},
]);
