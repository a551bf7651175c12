import { readFileSync } from 'node:fs';
import path from 'node:path';
import { buildLibraryPrograms } from '../../../bench/library.js';
import { buildTwenty } from '../../../bench/loading.js';
import { buildMicro } from '../../../bench/micro.js';
import { parseMicro } from '../../../bench/rows.js';
import { packageFile } from '../../../tools/image/package-file.js';
import type { CaseMachine } from '../../../tools/suite/case-machine.js';
import type { CaseTools } from '../../../tools/suite/checks.js';
import { defineCases } from '../../../tools/suite/declaration.js';
import { countedTime } from '../../02-processes/cases/counted-time.js';

/** The benchmark's program, glibc and its loader; runs rows by name and tells what each costs. */
async function prepare(vm: CaseMachine, t: CaseTools) {
	await vm.sh('mkdir -p /twenty /library /lib/i386-linux-gnu');
	await vm.putFile('/tmp/micro', readFileSync(await buildMicro(t.signal)), 0o755);
	for (const [name, to] of [
		['ld-linux.so.2', '/lib/ld-linux.so.2'],
		['libc.so.6', '/lib/i386-linux-gnu/libc.so.6'],
	] as const)
		await vm.putFile(to, await packageFile('libc6', `lib/i386-linux-gnu/${name}`, t.signal), 0o755);
	return async (...rows: string[]) => {
		const { stdout } = await vm.exec(['/tmp/micro', ...rows], { signal: t.signal, timeout: 600_000 });
		return new Map(parseMicro(stdout).map(({ name, cost }) => [name, cost]));
	};
}

export const speedCases = defineCases([
	{
		id: '5.2/lookup-speed',
		title:
			'a program with twenty libraries and 5,000 relocations by name is loaded with no more instructions than by glibc',
		tier: 'full',
		start: 'boot',
		needs: ['qemu', 'debian'],
		machine: countedTime,
		timeout: 900,
		run: async (vm, t) => {
			t.plan(1);
			const cost = await prepare(vm, t);
			for (const file of await buildTwenty(path.join(t.scratch, 'twenty'), t.signal))
				await vm.putFile(`/twenty/${path.basename(file)}`, readFileSync(file), 0o755);
			const costs = await cost('twenty-libraries', 'twenty-by-glibc');
			const ratio = (costs.get('twenty-libraries') ?? Number.NaN) / (costs.get('twenty-by-glibc') ?? Number.NaN);
			t.atMost(ratio, 1, '', 'our loader by glibc’s');
		},
	},
	{
		id: '5.3/speed',
		title:
			'malloc, memcpy, strlen, qsort and printf take no more instructions than glibc’s on the same input, none over half more',
		tier: 'full',
		start: 'boot',
		needs: ['qemu', 'debian'],
		machine: countedTime,
		timeout: 900,
		run: async (vm, t) => {
			const cost = await prepare(vm, t);
			const { ours, glibc } = await buildLibraryPrograms(path.join(t.scratch, 'library'), 'debug', t.signal);
			const costs = async (program: string) => {
				await vm.putFile('/library/program', readFileSync(program), 0o755);
				return cost('library');
			};
			const [our, their] = [await costs(ours), await costs(glibc)];
			t.plan(our.size + 2);
			t.ok(our.size > 10 && our.size === their.size, `${our.size} rows`);
			let logarithms = 0;
			for (const [name, value] of our) {
				const ratio = value / (their.get(name) ?? Number.NaN);
				t.atMost(ratio, 1.5, '', `${name}, by glibc’s`);
				logarithms += Math.log(ratio);
			}
			t.atMost(Math.exp(logarithms / our.size), 1, '', 'geometric mean');
		},
	},
]);
