import { defineCases } from '../../../tools/suite/declaration.js';
import { guestTest } from '../../../tools/suite/guest-test.js';

/** Where areas begin, by name, in the text of /proc/PID/maps. */
function places(maps: string): Map<string, string> {
	const found = new Map<string, string>();
	for (const line of maps.split('\n')) {
		const [, start, name] = /^([0-9a-f]+)-\S+ .{4} \S+ \S+ \d+ +(\S.*)$/.exec(line) ?? [];
		if (start !== undefined && name !== undefined && !found.has(name)) found.set(name, start);
	}
	return found;
}

export const ruleCases = defineCases([
	guestTest('3.1/stack-guard', 'stacks grow to their limit, and keep a gap from what lies below'),
	guestTest('3.2/overcommit', 'the three modes of overcommitment refuse and grant what they say; all is given back', {
		start: 'boot',
	}),
	guestTest('3.2/oom-victim', 'the out-of-memory killer takes the largest, as oom_score_adj has it', {
		start: 'boot',
		machine: { memory: 48 },
		expects: /out of memory/i,
	}),
	guestTest(
		'3.3/call-rules',
		'what the calls of memory refuse and grant, by table: flags, addresses, lengths, limits',
		{
			args: ['/var/tmp/call-rules'],
		},
	),
	guestTest('3.3/file-mapping', 'mappings of files on the disk: ends, truncation, one content for all', {
		args: ['/var/tmp'],
	}),
	guestTest('3.3/file-mapping-tmpfs', 'mappings of files in memory: ends, truncation, one content for all', {
		program: 'file-mapping',
		args: ['/tmp'],
	}),
	guestTest(
		'3.5/tmpfs-holes',
		'holes of files in memory, thrice as many as memory: read in any way they take none for long',
		{
			args: ['96'],
			start: 'boot',
			machine: { memory: 32 },
		},
	),
	guestTest('3.3/remapped', 'remap_file_pages: pages of a shared mapping in any order, and what it refuses'),
	guestTest('3.3/shared-zero', 'a shared mapping of /dev/zero is memory that children share'),
	guestTest('3.5/memfd-seals', 'files in memory: seals, sharing by name, limits, and memory given back'),
	{
		id: '3.1/aslr',
		title: 'programs, libraries, heap, stack and vDSO are somewhere else each time, unless setarch -R says no',
		tier: 'quick',
		image: 'debian-memory',
		needs: ['debian'],
		run: async (vm, t) => {
			const runs = 6;
			const look = async (command: string) => {
				const seen = new Map<string, Set<string>>();
				for (let run = 0; run < runs; run++) {
					for (const [name, start] of places((await vm.sh(command)).stdout)) {
						const starts = seen.get(name) ?? new Set();
						seen.set(name, starts.add(start));
					}
				}
				return seen;
			};
			const random = await look('cat /proc/self/maps');
			const fixed = await look('setarch -R cat /proc/self/maps');
			const names = ['/usr/bin/cat', '/usr/lib/i386-linux-gnu/libc.so.6', '[heap]', '[stack]', '[vdso]'];
			t.plan(2 * names.length);
			for (const name of names) {
				t.ok((random.get(name)?.size ?? 0) >= runs - 1, `${name} moves`, [...(random.get(name) ?? [])].join(' '));
				t.equal(fixed.get(name)?.size ?? 0, 1, `${name} stays`);
			}
		},
	},
	{
		id: '3.1/footprint',
		title: 'a machine of 64 MiB has all but 12 MiB for programs at its prompt',
		tier: 'quick',
		skipIn: { sanitize: 'the sanitizers’ own memory is not what is measured' },
		start: 'boot',
		machine: { memory: 64 },
		run: async (vm, t) => {
			t.plan(1);
			const { stdout } = await vm.exec(['cat', '/proc/meminfo']);
			const used = 64 * 1024 - Number(/^MemAvailable: +(\d+) kB$/m.exec(stdout)?.[1]);
			t.figures.push({ name: 'memory in use at the prompt, of 64 MiB', value: used, unit: 'KiB' });
			t.ok(used > 0 && used <= 12 * 1024, `${used} KiB in use`, stdout);
		},
	},
]);
