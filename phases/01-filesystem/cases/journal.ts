import { defineCases } from '../../../tools/suite/declaration.js';
import { readGuestFile } from '../../../tools/suite/disk-check.js';
import { guestTestPath } from '../../../tools/suite/guest-test.js';

export const journalCases = defineCases([
	{
		id: '1.3/kill',
		title: 'a machine that is killed under load leaves what was synced, and a sound disk',
		tier: 'quick',
		needs: ['qemu'],
		run: async (vm, t) => {
			const rounds = 12;
			t.plan(rounds + 1);
			const load = [guestTestPath(1, 'exerciser'), '/var/tmp/load', String(t.seed), '100000000'];
			const running = await vm.spawn(load);
			running.exited.catch(() => {});
			for (let i = 0; i < rounds; i++)
				await vm.sh(`mkdir -p /kept/${i} && echo "round ${i}" >/kept/${i}/file && busybox sync -f /kept/${i}/file`);
			t.ok(!vm.machine.hasEnded(), 'it runs until it is killed');
			await vm.machine.dispose();
			for (let i = 0; i < rounds; i++)
				t.equal(readGuestFile(vm.machine, `/kept/${i}/file`).toString(), `round ${i}\n`, `file ${i}`);
		},
	},
]);
