import type { CaseMachine } from '../../../tools/suite/case-machine.js';
import type { CaseTools } from '../../../tools/suite/checks.js';
import { defineCases } from '../../../tools/suite/declaration.js';
import { unmodified } from './debian.js';

/** Runs lines of a shell and looks at what they print on both channels. */
async function lines(vm: CaseMachine, t: CaseTools, list: readonly [line: string, output: RegExp][]): Promise<void> {
	for (const [line, output] of list) {
		const { stdout, stderr } = await vm.sh(line);
		t.ok(output.test(stdout + stderr), line, stdout + stderr);
	}
}

/** Every link of a folder that does not lead to what its name says; `test` prints for one that is well. */
const wrongLinks = (folder: string, test: string) =>
	`cd ${folder} && n=0 && for i in *; do n=$((n + 1)); [ -L $i ] && ${test} || echo wrong $i; done; [ $n -gt 1 ] && echo all`;

/** The PCI functions that QEMU says it has, as `lspci -n` would begin them. */
async function emulated(vm: CaseMachine): Promise<string[]> {
	const text = await vm.qmp.human('info pci');
	const found: string[] = [];
	let place = '';
	for (const line of text.split(/\r?\n/)) {
		const [, bus, device, fn] = /Bus +(\d+), device +(\d+), function (\d+)/.exec(line) ?? [];
		if (bus !== undefined)
			place = `${Number(bus).toString(16).padStart(2, '0')}:${Number(device).toString(16).padStart(2, '0')}.${fn}`;
		const [, id] = /PCI device ([0-9a-f]{4}:[0-9a-f]{4})/.exec(line) ?? [];
		if (id !== undefined) found.push(`${place} ${id}`);
	}
	return found.sort();
}

const rng = '/sys/bus/pci/drivers/virtio-rng';

export const sysfsCases = defineCases([
	{
		id: '1.5/sysfs',
		title: '/sys shows the devices there are, by class, number, place and driver, and the same as /dev does',
		tier: 'quick',
		run: async (vm, t) => {
			await lines(vm, t, [
				[wrongLinks('/sys/dev/block', '[ "$(cat $i/dev)" = $i ]'), /^all\n$/],
				[wrongLinks('/sys/dev/char', '[ "$(cat $i/dev)" = $i ]'), /^all\n$/],
				[
					wrongLinks('/sys/class/block', '[ "$(busybox basename $(busybox realpath $i/subsystem))" = block ]'),
					/^all\n$/,
				],
				[wrongLinks('/sys/class/tty', '[ "$(busybox basename $(busybox realpath $i/subsystem))" = tty ]'), /^all\n$/],
				[wrongLinks('/sys/bus/pci/devices', '[ "$(busybox realpath $i/subsystem)" = /sys/bus/pci ]'), /^all\n$/],
				[
					'cd /sys/dev && n=0; for i in block/* char/*; do name=$(busybox sed -n s/DEVNAME=//p $i/uevent); n=$((n + 1)); ' +
						'is=$(busybox stat -c "%F 0x%t 0x%T" /dev/$name); is=${is%% *}${is#*special file}; set -- $is; ' +
						'[ "${1%acter}/$(($2)):$(($3))" = $i ] || echo wrong $i $is; done; [ $n -gt 20 ] && echo all',
					/^all\n$/,
				],
				[
					'cd /dev && n=0; for i in $(busybox find /dev -type b -o -type c); do case $i in /dev/pts/*) continue;; esac; n=$((n + 1)); ' +
						'[ -d /sys/dev/*/$(($(busybox stat -c 0x%t $i))):$(($(busybox stat -c 0x%T $i))) ] || echo none $i; done; [ $n -gt 20 ] && echo all',
					/^all\n$/,
				],
				[
					'cat /sys/block/sda/size /sys/class/block/sda1/partition; ls -d /sys/block/sda1 2>&1',
					/^\d+\n1\n.*No such file/,
				],
				[
					'cat /sys/block/sda/removable /sys/block/sda/queue/logical_block_size; cat /sys/block/sda/device/model',
					/^0\n512\nQEMU/,
				],
				['cat /sys/class/block/sda/stat', /^( +\d+){17}\n$/],
				[
					'cat /sys/class/rtc/rtc0/date; [ $(($(date +%s) - $(cat /sys/class/rtc/rtc0/since_epoch))) -lt 3 ] && echo now',
					/^\d{4}-\d\d-\d\d\nnow\n$/,
				],
				['echo x >/sys/block/sda/size', /[Pp]ermission denied/],
				['mkdir /sys/new || rm /sys/block/sda || mv /sys/block /sys/b || >/sys/new', /(not permitted[\s\S]*){3}denied/],
			]);
		},
	},
	{
		id: '1.5/sysfs-comes-and-goes',
		title: 'entries of /sys come and go with loop devices and drivers, also under readers and open files',
		tier: 'quick',
		run: async (vm, t) => {
			await lines(vm, t, [
				['ls /sys/block/loop0/loop 2>&1; cat /sys/block/loop0/size', /No such file[\s\S]*^0\n$/m],
				[
					'busybox truncate -s 3M /var/tmp/disk && busybox losetup -o 1048576 /dev/loop0 /var/tmp/disk && cd /sys/block/loop0 && cat size loop/backing_file loop/offset',
					/^4096\n\/var\/tmp\/disk\n1048576\n$/,
				],
				[
					'exec 5</sys/block/loop0/loop/backing_file; cd /sys/block/loop0/loop; busybox losetup -d /dev/loop0; cat <&5; ls; ls /sys/block/loop0/loop',
					/No such device[\s\S]*No such file/,
				],
				[
					'busybox losetup /dev/loop0 /var/tmp/disk && cat /sys/block/loop0/loop/backing_file /sys/block/loop0/size; busybox losetup -d /dev/loop0; cat /sys/block/loop0/size; rm /var/tmp/disk',
					/^\/var\/tmp\/disk\n6144\n0\n$/,
				],
				[
					`cd ${rng} && i=$(echo 0*) && busybox readlink ../../devices/$i/driver && echo $i >unbind && ls -d 0* ../../devices/$i/driver; grep DRIVER ../../devices/$i/uevent; echo none`,
					/^\.\.\/.*drivers\/virtio-rng\nnone\n(.*No such file.*\n){2}$/,
				],
				[
					`cd ${rng} && i=0000:00:01.1; echo $i >bind; echo $i >unbind; echo 1 >unbind; echo $i >../ata_piix/unbind`,
					/(No such device[\s\S]*){3}busy/,
				],
				[
					`cd ${rng} && for i in ../../devices/*; do i=\${i##*/}; { echo $i >bind; } 2>/dev/null && echo bound; done; cat 0*/uevent`,
					/^bound\nDRIVER=virtio-rng\nPCI_CLASS=FF00\nPCI_ID=1AF4:1005\n/,
				],
				[
					'busybox truncate -s 1M /var/tmp/disk; (while :; do busybox find /sys -type f -exec cat {} + ; done >/dev/null 2>&1) & ' +
						`for n in 1 2 3 4 5 6 7 8 9 10; do busybox losetup /dev/loop1 /var/tmp/disk && busybox losetup -d /dev/loop1; (cd ${rng}; i=$(echo 0*); echo $i >unbind; echo $i >bind); done; ` +
						'kill $!; rm /var/tmp/disk; echo end',
					/^end\n$/,
				],
			]);
		},
	},
	{
		id: '1.5/lspci',
		title: 'Debian’s lspci finds in /sys the functions that the machine has, with their resources and drivers',
		tier: 'quick',
		image: 'debian-files',
		needs: ['qemu'],
		run: async (vm, t) => {
			await unmodified(vm, t, { 'usr/bin/lspci': 'pciutils', 'bin/lsblk': 'util-linux' });
			const { stdout } = await vm.sh('lspci -n | sed "s/ [0-9a-f]*: / /; s/\\([0-9a-f:. ]*\\).*/\\1/; s/ *$//"');
			t.same(stdout.trim().split('\n').sort(), await emulated(vm), 'all functions of QEMU’s');
			await lines(vm, t, [
				[
					'lspci -A linux-sysfs -nn | head -n 1',
					/^00:00\.0 Host bridge \[0600\]: Intel Corporation 440FX .*\[8086:1237\] \(rev 02\)\n$/,
				],
				['lspci -vs 00:01.1', /IDE interface[\s\S]*Flags: bus master,[\s\S]*I\/O ports at 01f0 \[size=8\]\n/],
				[
					'lspci -vs 00:02.0',
					/VGA[\s\S]*Memory at [0-9a-f]+ \(32-bit, prefetchable\) \[size=16M\]\n[\s\S]*Expansion ROM at/,
				],
				['lspci -ks 00:01.1', /Kernel driver in use: ata_piix\n/],
				[
					'lspci -d 1af4:1005 -vk',
					/Virtio RNG[\s\S]*Memory at [0-9a-f]+ \(64-bit,[\s\S]*VirtIO: CommonCfg[\s\S]*driver in use: virtio-rng\n/,
				],
				['lspci -xxxs 00:00.0', /^00: 86 80 37 12 [\s\S]*^f0: /m],
				[
					'cd /sys/bus/pci/devices/0000:00:00.0 && setpriv --reuid=1 --clear-groups cat config | wc -c; cat config | wc -c; od -A n -t x1 -j 2 -N 3 config',
					/^64\n256\n 37 12 0\d\n$/,
				],
				['lspci -t', /^-\[0000:00\]-\+-00\.0\n/],
				['lspci -mm -s 00:01.0', /^00:01\.0 "ISA bridge" "Intel Corporation" /],
				[
					'lsblk -d -n -o NAME,TYPE,RO,RM,MODEL,VENDOR,ROTA,SUBSYSTEMS /dev/sda',
					/^sda +disk +0 +0 QEMU HARDDISK +ATA +1 block:pci\n$/,
				],
				[
					'truncate -s 8M /var/tmp/d && losetup /dev/loop3 /var/tmp/d && losetup -l -n -O NAME,BACK-FILE; lsblk -n -o NAME,SIZE,TYPE /dev/loop3; losetup -d /dev/loop3; lsblk -n /dev/loop3; rm /var/tmp/d',
					/^\/dev\/loop3 +\/var\/tmp\/d\nloop3 +8M +loop\s*$/m,
				],
			]);
		},
	},
]);
