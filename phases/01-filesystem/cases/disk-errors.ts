import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { IMPFS } from '../../../tools/abi/impfs.js';
import { emptyVolume, VOLUME } from '../../../tools/crash/disk.js';
import { readSuperblock } from '../../../tools/impfs/core.js';
import { FileDevice, MemoryDevice } from '../../../tools/impfs/device.js';
import { fsck } from '../../../tools/impfs/fsck.js';
import { mapRuns } from '../../../tools/impfs/inspect.js';
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

/** A volume of which some blocks are to fail, and which those are. */
function partlyReadable(file: string): Record<'data' | 'indirect' | 'folder' | 'inodes', number> {
	const device = FileDevice.open(file, { size: VOLUME, create: true });
	try {
		device.write(emptyVolume(5), 0);
		const volume = ImpfsVolume.open(device, { clock: () => time });
		const block = (letter: string) => Buffer.alloc(4096, letter);
		volume.writeFile('/bad', Buffer.concat([...'abcdefghij'].map(block)));
		volume.writeFile('/deep', Buffer.concat([...'abcdefghijklmnopqrst'].map(block)));
		volume.mkdir('/folder');
		volume.writeFile('/folder/file', 'file');
		volume.mkdir('/many');
		for (let i = 0; i < 40; i++) volume.writeFile(`/many/${i}`, `file ${i}`);
		volume.writeFile('/good', 'good');
		volume.close();
		const blockOf = (path: string, level: number, logical: number) => {
			const { ino } = volume.stat(path);
			const runs = mapRuns(volume.core, ino, volume.core.inode(ino));
			const run = runs.find((one) => one.level === level && logical < one.logical + one.count);
			return (run?.block ?? 0) + logical - (run?.logical ?? 0);
		};
		const { inode_table } = volume.core.group(0);
		const number = volume.stat('/many/20').ino - 1;
		return {
			data: blockOf('/bad', 0, 5),
			indirect: blockOf('/deep', 1, IMPFS.DIRECT),
			folder: blockOf('/folder', 0, 0),
			inodes: inode_table + Math.floor(number / IMPFS.INODES_PER_BLOCK),
		};
	} finally {
		device.close();
	}
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
	{
		id: '1.3/read-errors',
		title:
			'blocks that cannot be read are EIO for who needs them, the log names them, and the rest of the volume goes on',
		tier: 'quick',
		start: 'none',
		needs: ['qemu'],
		timeout: 180,
		run: async (_vm, t) => {
			t.plan(16);
			mkdirSync(t.scratch, { recursive: true });
			const file = path.join(t.scratch, 'unreadable.img');
			const bad = partlyReadable(file);
			const rules = Object.values(bad).map(
				(block, i) =>
					`inject-error.${i}.event=none,inject-error.${i}.iotype=read,inject-error.${i}.sector=${block * 8},inject-error.${i}.errno=5`,
			);
			const vm = await t.boot({ extra: failingDisk(file, rules) });
			const say = async (line: string, output: string, what: string) => {
				const { stdout, stderr } = await vm.sh(`cd /mnt/x; ${line}`, { timeout: 60_000 });
				t.ok(stdout === output, what, `${line}\n${stdout}${stderr}`);
			};
			t.equal((await vm.sh('mkdir -p /mnt/x && mount -t impfs /dev/sdb /mnt/x')).status, 0, 'it is mounted');
			await say('cat good', 'good', 'what is whole is read');
			await say(
				'cat bad 2>&1 >/dev/null | grep -o "Input/output error"',
				'Input/output error\n',
				'a block of data cannot be',
			);
			const blocks = (name: string, skip: number, count: number) =>
				`dd if=${name} bs=4096 skip=${skip} count=${count} 2>/dev/null | tr -s a-z`;
			await say(blocks('bad', 0, 5), 'abcde', 'those before it are read');
			await say(blocks('bad', 6, 4), 'ghij', 'and those behind');
			await say(blocks('deep', 0, 12), 'abcdefghijkl', 'what the inode itself leads to is read');
			await say(
				'dd if=deep bs=4096 skip=12 2>&1 >/dev/null | grep -o "Input/output error"',
				'Input/output error\n',
				'the rest is not',
			);
			await say('ls folder 2>&1 | grep -o "Input/output error"', 'Input/output error\n', 'nor a folder');
			await say(
				'cat many/20 2>&1 | grep -o "Input/output error"; cat many/1',
				'Input/output error\nfile 1',
				'nor some inodes',
			);
			await say(
				'yes x | dd of=bad bs=4096 seek=5 count=1 conv=notrunc 2>/dev/null; sync; cat bad | tr -s a-z | tr -d "\\n" | tr -s x',
				'abcdexghij',
				'a block that is written is no longer needed',
			);
			await say('rm deep; mkdir new && echo new >new/file && sync && cat new/file', 'new\n', 'files come and go');
			const log = (await vm.sh('dmesg')).stdout;
			for (const what of ['indirect', 'folder', 'inodes'] as const)
				t.match(log, new RegExp(`impfs: sdb: block ${bad[what]} cannot be read`), `the log names the block: ${what}`);
			t.equal((await vm.sh('umount /mnt/x')).status, 0, 'it is unmounted');
			await vm.machine.dispose();
			const device = FileDevice.open(file, { readonly: true, size: VOLUME });
			t.same(fsck(device, { time }).problems, [], 'and sound');
			device.close();
		},
	},
]);
