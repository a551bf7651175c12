import { defineCases } from '../../../tools/suite/declaration.js';
import { guestTestPath, runGuestTest } from '../../../tools/suite/guest-test.js';

/** Programs of the guest, and whether tmpfs is held to the same. */
const programs = [
	{ id: '1.4/names', title: 'names: walks, links, renames and removal, with every error', everywhere: true },
	{ id: '1.4/attributes', title: 'permissions, times, extended attributes', everywhere: true },
	{ id: '1.4/descriptors', title: 'vectors, duplicates, locks, named pipes', everywhere: true },
	{ id: '1.4/mapped', title: 'files in memory, shared and private', everywhere: true },
	{ id: '1.4/passing', title: 'large copies with pages missing, sendfile and splice', everywhere: true },
	{ id: '1.6/sparse', title: 'holes by seeking, cutting and punching', everywhere: true },
	{ id: '1.2/mapping', title: 'files reach through triple indirect blocks to the largest size', everywhere: false },
];

/** What POSIX and Linux say of each call and each error: thousands of checks, on each filesystem. */
const posix = [
	{ id: '1.4/posix-paths', title: 'every call that takes a path, in every situation that a path can be in' },
	{ id: '1.4/posix-types', title: 'open, rename, link, unlink, truncate and the rest on objects of every type' },
	{ id: '1.4/posix-access', title: 'who may do what: bits, sticky and set-id, owners, masks, times, immutable files' },
	{ id: '1.4/posix-mounts', title: 'read-only and other mounts, borders between them, what is busy, full or too much' },
];

export const semanticsCases = defineCases([
	...programs.map(({ id, title, everywhere }) => ({
		id,
		title: everywhere ? `${title}, on impfs and on tmpfs` : title,
		tier: 'quick' as const,
		run: async (vm: Parameters<typeof runGuestTest>[0], t: Parameters<typeof runGuestTest>[1]) => {
			const name = id.slice(id.indexOf('/') + 1);
			for (const folder of everywhere ? ['/var/tmp', '/tmp'] : ['/var/tmp'])
				await runGuestTest(vm, t, guestTestPath(1, name), [`${folder}/fs-test`]);
		},
	})),
	...posix.map(({ id, title }) => ({
		id,
		title: `${title}, on impfs and on tmpfs`,
		tier: 'quick' as const,
		timeout: 240,
		run: async (vm: Parameters<typeof runGuestTest>[0], t: Parameters<typeof runGuestTest>[1]) => {
			const program = guestTestPath(1, id.slice(id.indexOf('/') + 1));
			/* A tmpfs of the case's own: the one at /tmp knows no devices. */
			await vm.sh('mkdir -p /mnt/posix && mount -t tmpfs none /mnt/posix');
			const links = id === '1.4/posix-mounts' ? [String(t.size(65_000, 0))] : [];
			await runGuestTest(vm, t, program, ['/var/tmp/posix', ...links], { timeout: 220_000 });
			await runGuestTest(vm, t, program, ['/mnt/posix/posix']);
			await vm.sh('umount /mnt/posix');
		},
	})),
]);
