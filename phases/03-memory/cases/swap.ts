import { defineCases } from '../../../tools/suite/declaration.js';

export const swapCases = defineCases([
	{
		id: '3.4/swap-area',
		title: 'swapon and swapoff of a file',
		tier: 'quick',
		todo: 'there is no swap yet',
		image: 'debian-memory',
		needs: ['debian'],
		run: async (vm, t) => {
			t.plan(1);
			const { status } = await vm.sh(
				'dd if=/dev/zero of=/swap bs=64k count=64 && chmod 600 /swap && mkswap /swap && swapon /swap && swapoff /swap',
			);
			t.equal(status, 0, 'mkswap, swapon, swapoff');
		},
	},
]);
