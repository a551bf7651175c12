import { type CaseDeclaration, defineCases } from '../../../tools/suite/declaration.js';

/** One stressor of Debian's stress-ng: how many operations make the full and the quick size. */
interface Stressor {
	readonly step: string;
	readonly name: string;
	readonly full: number;
	/** Left out where even one is too much for the quick tier. */
	readonly quick?: number;
	/** More of the command line. */
	readonly options?: readonly string[];
	/** Works on files: they lie on the disk, not in tmpfs. */
	readonly disk?: boolean;
}

const stressors: readonly Stressor[] = [
	{ step: '3.1', name: 'brk', full: 200000, quick: 2000 },
	{ step: '3.1', name: 'stack', full: 20, quick: 1 },
	{ step: '3.1', name: 'bigheap', full: 5000, quick: 100 },
	{ step: '3.1', name: 'malloc', full: 200000, quick: 2000 },
	{ step: '3.2', name: 'fault', full: 20000, quick: 200 },
	{ step: '3.2', name: 'mmapfork', full: 100, quick: 2 },
	{ step: '3.2', name: 'vm', full: 2000, quick: 10, options: ['--vm-bytes', '24M', '--vm-method', 'all'] },
	{ step: '3.3', name: 'mmap', full: 200, quick: 1, options: ['--mmap-bytes', '8M', '--mmap-file'] },
	{ step: '3.3', name: 'mremap', full: 1000, quick: 2, options: ['--mremap-bytes', '4M'] },
	{ step: '3.3', name: 'remap', full: 200, quick: 2 },
	{ step: '3.3', name: 'madvise', full: 100, quick: 1 },
	{ step: '3.3', name: 'mlock', full: 5000, quick: 20 },
	{ step: '3.3', name: 'msync', full: 10000, quick: 100 },
	{ step: '3.3', name: 'hdd', full: 20000, quick: 50, options: ['--hdd-bytes', '8M'], disk: true },
	{ step: '3.3', name: 'dir', full: 5000, quick: 50, disk: true },
	{ step: '3.3', name: 'rename', full: 50000, quick: 500, disk: true },
	{ step: '3.3', name: 'link', full: 200, quick: 1, disk: true },
	{ step: '3.4', name: 'swap', full: 500, quick: 2, disk: true },
	{ step: '3.5', name: 'shm', full: 500, quick: 2, options: ['--shm-bytes', '4M', '--shm-objs', '8'] },
	{ step: '3.5', name: 'shm-sysv', full: 500, quick: 2 },
	{ step: '3.5', name: 'sem-sysv', full: 200000, quick: 2000 },
	{ step: '3.5', name: 'msg', full: 200000, quick: 2000 },
	{ step: '3.5', name: 'memfd', full: 500, quick: 1, options: ['--memfd-bytes', '8M', '--memfd-fds', '16'] },
];

function stressCase(
	{ step, name, full, quick, options = [], disk }: Stressor,
	tier: 'quick' | 'full',
): CaseDeclaration {
	return {
		id: `${step}/stress-${name}${tier === 'full' ? '-long' : ''}`,
		title: `stress-ng --${name} --verify finds no error`,
		tier,
		image: 'debian-memory',
		needs: ['debian'],
		timeout: tier === 'full' ? 900 : 120,
		run: async (vm, t) => {
			const operations = tier === 'full' ? full : (quick ?? full);
			const { status, stdout, stderr } = await vm.exec(
				[
					'stress-ng',
					`--${name}`,
					'1',
					`--${name}-ops`,
					String(operations),
					...options,
					'--verify',
					'--timeout',
					tier === 'full' ? '600' : '90',
					'--temp-path',
					disk ? '/var/tmp' : '/tmp',
				],
				{ timeout: (tier === 'full' ? 800 : 110) * 1000 },
			);
			const said = `${stdout}\n${stderr}`;
			t.plan(3);
			t.ok(status === 0, 'status 0', said);
			t.ok(!/fail:|error:|unsuccessful/.test(said), 'no complaint', said);
			t.match(said, /successful run completed/, 'the run is complete');
		},
	};
}

export const stressCases = defineCases([
	...stressors.filter(({ quick }) => quick !== undefined).map((stressor) => stressCase(stressor, 'quick')),
	...stressors.map((stressor) => stressCase(stressor, 'full')),
]);
