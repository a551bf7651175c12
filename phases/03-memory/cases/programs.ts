import type { CaseMachine } from '../../../tools/suite/case-machine.js';
import type { CaseTools } from '../../../tools/suite/checks.js';
import { type CaseDeclaration, defineCases, type Tier } from '../../../tools/suite/declaration.js';

const image = 'debian-memory';
const needs = ['debian'] as const;
/** On the disk, not in tmpfs. */
const folder = '/var/tmp/work';

/** A Debian program at two sizes; the second is called NAME-long. */
function programCase(
	id: string,
	title: string,
	limits: { full: number; quick: number },
	run: (vm: CaseMachine, t: CaseTools, size: <T>(full: T, quick: T) => T) => Promise<void>,
): readonly CaseDeclaration[] {
	const tiers: readonly Tier[] = ['quick', 'full'];
	return tiers.map((tier) => ({
		id: tier === 'full' ? `${id}-long` : id,
		title,
		tier,
		image,
		needs,
		timeout: limits[tier],
		run: async (vm, t) => {
			await vm.sh(`mkdir -p ${folder}`);
			await run(vm, t, (full, quick) => (tier === 'full' ? full : quick));
		},
	}));
}

/** How fio writes and verifies a file: through calls at random and in order, and through a mapping. */
const fioJobs = [
	{
		name: 'random',
		full: '1G',
		quick: '6M',
		options: ['--rw=randwrite', '--bs=4k', '--ioengine=psync', '--verify=crc32c'],
	},
	{
		name: 'sequential',
		full: '1G',
		quick: '8M',
		options: ['--rw=write', '--bs=64k', '--ioengine=psync', '--verify=crc32c'],
	},
	{
		name: 'mapped',
		full: '384M',
		quick: '6M',
		options: ['--rw=randwrite', '--bs=4k', '--ioengine=mmap', '--verify=crc32c'],
	},
];

/** What several writers of one database do: each its own rows, in many small transactions. */
function walWriter(writer: number, rows: number): string {
	const sql = [
		'.timeout 60000',
		...Array.from(
			{ length: rows },
			(_, row) =>
				`insert into t(writer, number, text) values (${writer}, ${row}, hex(randomblob(${(row * 37) % 300})));`,
		),
		`select count(*) from t where writer = ${writer};`,
	];
	return sql.join('\n');
}

export const programCases = defineCases([
	...programCase(
		'3.3/memtester',
		'memtester finds no fault in locked memory',
		{ full: 900, quick: 110 },
		async (vm, t, size) => {
			t.plan(2);
			const { status, stdout, stderr } = await vm.exec(['memtester', size('24M', '512K'), '1'], { timeout: 880_000 });
			t.ok(status === 0, 'status 0', `${stdout.slice(-2000)}\n${stderr}`);
			t.ok(/16-bit Writes/.test(stdout) && !/FAILURE/.test(stdout), 'every test has passed', stdout.slice(-2000));
		},
	),
	...fioJobs.flatMap((job) =>
		programCase(
			`3.3/fio-${job.name}`,
			`fio reads back what it wrote: ${job.name}`,
			{ full: 2400, quick: 110 },
			async (vm, t, size) => {
				t.plan(2);
				const { status, stdout, stderr } = await vm.exec(
					[
						'fio',
						`--name=${job.name}`,
						`--filename=${folder}/fio`,
						`--size=${size(job.full, job.quick)}`,
						...job.options,
						'--do_verify=1',
						'--verify_fatal=1',
						'--end_fsync=1',
						'--thread',
					],
					{ timeout: 2_380_000 },
				);
				t.ok(status === 0, 'status 0', `${stdout.slice(-2000)}\n${stderr}`);
				t.match(stdout, /err= 0/, 'no error');
			},
		),
	),
	...programCase(
		'3.3/dbench',
		'dbench runs its clients without an error',
		{ full: 300, quick: 110 },
		async (vm, t, size) => {
			t.plan(2);
			const args = ['-D', folder, '-c', '/usr/share/dbench/client.txt', '-t', size('60', '2'), size('8', '2')];
			// A semaphore's id of 0 is failure to dbench.
			await vm.exec(['ipcmk', '-S', '1']);
			const { status, stdout, stderr } = await vm.exec(['dbench', ...args], { timeout: 280_000 });
			t.ok(status === 0 && !/ERROR|failed/.test(stdout + stderr), 'no error', `${stdout.slice(-2000)}\n${stderr}`);
			t.match(stdout, /^Throughput [\d.]+ MB\/sec/m, 'a result');
		},
	),
	...programCase(
		'3.3/bonnie',
		'bonnie++ writes, rewrites, seeks, makes and removes',
		{ full: 1800, quick: 110 },
		async (vm, t, size) => {
			t.plan(2);
			const args = [
				'-d',
				folder,
				'-u',
				'root',
				'-f',
				'-s',
				size('512M', '8M'),
				'-r',
				size('256M', '4M'),
				'-n',
				size('8', '1'),
			];
			const { status, stdout, stderr } = await vm.exec(['bonnie++', ...args], { timeout: 1_780_000 });
			t.ok(status === 0 && !/rror|Can't/.test(stdout), 'no error', `${stdout}\n${stderr}`);
			t.match(stdout, /^1\.98,2\.00a,/m, 'a result');
		},
	),
	...programCase(
		'3.5/sqlite-wal',
		'processes that write one SQLite database in WAL mode lose no row',
		{ full: 900, quick: 110 },
		async (vm, t, size) => {
			const writers = size(8, 4);
			const rows = size(1000, 40);
			const file = `${folder}/wal.db`;
			t.plan(writers + 4);
			const made = await vm.exec(['sqlite3', file], {
				stdin: 'pragma journal_mode=wal; create table t(writer integer, number integer, text, unique(writer, number));',
			});
			t.equal(made.stdout, 'wal\n', 'the database is in WAL mode');
			const said = await Promise.all(
				Array.from({ length: writers }, (_, writer) =>
					vm.exec(['sqlite3', '-bail', file], { stdin: walWriter(writer, rows), timeout: 850_000 }),
				),
			);
			for (const { stdout, stderr } of said) t.equal(stdout + stderr, `${rows}\n`, 'a writer sees its rows');
			const ask = async (sql: string) => (await vm.exec(['sqlite3', file, sql], { timeout: 60_000 })).stdout.trim();
			t.equal(await ask('select count(*) from t'), String(writers * rows), 'all rows are there');
			t.equal(await ask('pragma integrity_check'), 'ok', 'the database is whole');
			t.match(await ask('pragma wal_checkpoint(truncate)'), /^0\|/, 'the log goes into the database');
		},
	),
]);
