import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { IMPFS } from '../../../tools/abi/impfs.js';
import { emptyVolume, VOLUME } from '../../../tools/crash/disk.js';
import { readSuperblock } from '../../../tools/impfs/core.js';
import { FileDevice, MemoryDevice } from '../../../tools/impfs/device.js';
import { fsck } from '../../../tools/impfs/fsck.js';
import { ImpfsVolume } from '../../../tools/impfs/volume.js';
import { defineCases } from '../../../tools/suite/declaration.js';

const time = { sec: 1_800_000_000, ns: 0 };
const quote = (name: string) => name.replaceAll(',', ',,');

/** A disk of which some requests fail: rules of QEMU's blkdebug. */
function failingDisk(file: string, rules: readonly string[]): string[] {
	return [
		...['-blockdev', `driver=file,node-name=failing-file,filename=${quote(file)}`],
		...['-blockdev', `driver=blkdebug,node-name=failing,image=failing-file,${rules.join(',')}`],
		...['-blockdev', 'driver=raw,node-name=failing-disk,file=failing'],
		...['-device', 'ide-hd,drive=failing-disk,bus=ide.0,unit=1'],
	];
}

export const diskErrorCases = defineCases([
	{
		id: '1.3/disk-errors',
		title: 'when the disk fails, the transaction is given up, the volume is read-only, and both are told',
		tier: 'quick',
		start: 'none',
		needs: ['qemu'],
		timeout: 180,
		run: async (_vm, t) => {
			// A log block that only a later commit reaches; all flushes from the tenth on; a block of the file's own.
			const { superblock } = readSuperblock(new MemoryDevice(emptyVolume(5)), IMPFS.SUPER_OFFSET);
			const logSector = ((superblock?.journal_start ?? 0) + 40) * 8;
			const flushes = Array.from({ length: 9 }, (_, i) => [
				`set-state.${i}.event=flush_to_disk,set-state.${i}.state=${i + 1},set-state.${i}.new_state=${i + 2}`,
			]).flat();
			const failures: [name: string, rules: string[], told: RegExp, options?: string][] = [
				[
					'a write to the log',
					[
						`inject-error.0.event=none,inject-error.0.iotype=write,inject-error.0.sector=${logSector},inject-error.0.errno=5`,
					],
					/writing the journal failed/,
				],
				[
					'a flush',
					[
						...flushes,
						'inject-error.0.event=flush_to_disk,inject-error.0.iotype=flush,inject-error.0.state=10,inject-error.0.errno=5',
					],
					/writing the journal failed/,
				],
				[
					'a write to a log with data in it',
					[
						`inject-error.0.event=none,inject-error.0.iotype=write,inject-error.0.sector=${logSector},inject-error.0.errno=5`,
					],
					/writing the journal failed/,
					'-o data=journal',
				],
			];
			t.plan(failures.length * 6);
			mkdirSync(t.scratch, { recursive: true });
			for (const [name, rules, told, options = ''] of failures) {
				const file = path.join(t.scratch, 'failing.img');
				writeFileSync(file, emptyVolume(5));
				const vm = await t.boot({ extra: failingDisk(file, rules) });
				const { stdout } = await vm.sh(
					`mkdir -p /mnt/x && mount -t impfs ${options} /dev/sdb /mnt/x || echo no mount; n=0; while [ $n -lt 60 ]; do ` +
						'echo $n >/mnt/x/$n && busybox sync /mnt/x/$n 2>/dev/null && echo kept $n || break; n=$((n + 1)); done; ' +
						'echo end $n; echo y >/mnt/x/another || echo refused; cat /mnt/x/0; umount /mnt/x && echo unmounted',
					{ timeout: 100_000 },
				);
				const kept = [...stdout.matchAll(/^kept (\d+)$/gm)].length;
				t.ok(kept > 0 && kept < 60, `${name} fails: a sync says so`, stdout.slice(-400));
				t.match(stdout, /^refused$/m, 'nothing more can be written');
				t.match(stdout, /^0\nunmounted$/m, 'what is there can be read, and the volume can be unmounted');
				t.match((await vm.sh('dmesg')).stdout, told, 'the log tells what failed');
				await vm.machine.dispose();
				const device = FileDevice.open(file, { readonly: true, size: VOLUME });
				t.same(fsck(device, { time }).problems, [], 'what is on the disk is sound');
				const volume = ImpfsVolume.open(device, { readonly: true });
				const lost = Array.from({ length: kept }, (_, n) => n).filter((n) => !volume.exists(`/${n}`));
				t.same(lost, [], 'and has what was synced');
				device.close();
			}
		},
	},
]);
