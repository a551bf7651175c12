import { defineCases } from '../../../tools/suite/declaration.js';
import { guestTestPath, runGuestTest } from '../../../tools/suite/guest-test.js';
import { machineWithVolume, volumeEndsWell } from './own-volume.js';

export const cacheCases = defineCases([
	{
		id: '1.2/directories',
		title: 'large folders: every entry once, while others come and go',
		tier: 'quick',
		start: 'none',
		needs: ['qemu'],
		timeout: 300,
		run: async (_vm, t) => {
			const vm = await machineWithVolume(t, 256);
			const count = String(t.size(10_000, 800));
			for (const folder of ['/mnt/n', '/tmp'])
				await runGuestTest(vm, t, guestTestPath(1, 'directories'), [`${folder}/many`, count], { timeout: 280_000 });
			await volumeEndsWell(vm, t);
		},
	},
	{
		id: '1.4/caches-give-back',
		title: 'names and inodes by the hundred thousand make room when memory is wanted, on impfs and tmpfs',
		tier: 'quick',
		start: 'none',
		needs: ['qemu'],
		timeout: 1800,
		run: async (_vm, t) => {
			const vm = await machineWithVolume(t, 64);
			const program = guestTestPath(1, 'caches');
			const options = { timeout: 1_700_000 };
			const absent = String(t.size(500_000, 120_000));
			await runGuestTest(vm, t, program, ['/mnt/n/caches', String(t.size(250_000, 8000)), absent], options);
			await runGuestTest(vm, t, program, ['/tmp/caches', '4000', absent], options);
			await volumeEndsWell(vm, t);
		},
	},
	{
		id: '1.3/journal-makes-room',
		title: 'blocks that the journal holds until they are home go home when memory is wanted',
		tier: 'quick',
		start: 'none',
		needs: ['qemu'],
		timeout: 180,
		run: async (_vm, t) => {
			const vm = await machineWithVolume(t, 64);
			await runGuestTest(vm, t, guestTestPath(1, 'journal-memory'), ['/mnt/n/held', '3500'], { timeout: 170_000 });
			await volumeEndsWell(vm, t);
		},
	},
]);
