import { defineCases } from '../../../tools/suite/declaration.js';
import { guestTest } from '../../../tools/suite/guest-test.js';

export const fileCases = defineCases([
	guestTest('0.4/files', 'files, names and folders on the root filesystem'),
	{
		id: '0.4/survives-power-off',
		title: 'what was written is there after power off and boot',
		tier: 'quick',
		needs: ['qemu'],
		timeout: 120,
		run: async (vm, t) => {
			t.plan(2);
			const bytes = Buffer.from(Array.from({ length: 70_000 }, (_, index) => (index * 7) & 0xff));
			await vm.control.mkdir('/var/tmp/kept');
			await vm.putFile('/var/tmp/kept/file', bytes);
			await vm.control.power('off');
			t.equal((await vm.machine.ended()).how, 'off', 'it powers off');
			const { readGuestFile } = await import('../../../tools/suite/disk-check.js');
			t.ok(bytes.equals(readGuestFile(vm.machine, '/var/tmp/kept/file')), 'the disk has the file, byte for byte');
		},
	},
	{
		id: '0.4/devices',
		title: 'the devices of a PC are found',
		tier: 'quick',
		run: async (vm, t) => {
			t.plan(4);
			const { stdout } = await vm.sh(
				'ls -l /dev/sda /dev/sda1 /dev/ttyS0 /dev/null /dev/zero /dev/random; cat /proc/partitions',
			);
			t.match(stdout, /brw.*\/dev\/sda1/, 'the disk and its partition');
			t.match(stdout, /crw.*\/dev\/ttyS0/, 'the serial line');
			const zero = await vm.exec(['busybox', 'dd', 'if=/dev/zero', 'bs=1', 'count=3']);
			t.equal(zero.stdout, '\0\0\0', 'zeros');
			const { stdout: random } = await vm.sh('busybox head -c 4096 /dev/random | busybox wc -c');
			t.equal(random.trim(), '4096', 'random bytes, without waiting');
		},
	},
	{
		id: '0.1/screen',
		title: 'the console is on the screen as well',
		tier: 'quick',
		needs: ['qemu'],
		run: async (vm, t) => {
			t.plan(1);
			const { rgb } = await vm.screen();
			const lit = rgb.reduce((sum, sample) => sum + (sample > 64 ? 1 : 0), 0);
			t.ok(lit > 500, 'letters are lit', `${lit} samples`);
		},
	},
]);
