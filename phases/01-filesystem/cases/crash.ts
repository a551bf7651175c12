import { mkdirSync } from 'node:fs';
import { type Exploration, explore, type Recording } from '../../../tools/crash/explore.js';
import { record } from '../../../tools/crash/record.js';
import { type Epoch, seededRandom } from '../../../tools/crash/states.js';
import { pairWorkloads, singleWorkloads, type Workload } from '../../../tools/crash/workload.js';
import type { CaseTools } from '../../../tools/suite/checks.js';
import { defineCases } from '../../../tools/suite/declaration.js';

/** Records workloads in a machine of the case's own. */
function recorded(t: CaseTools, workloads: readonly Workload[]): Promise<Recording> {
	mkdirSync(t.scratch, { recursive: true });
	return record({
		...{ folder: t.scratch, workloads, seed: t.seed & 0xff, signal: t.signal },
		boot: async (extra) => {
			const vm = await t.boot({ extra });
			return { control: vm.control, end: () => vm.machine.dispose() };
		},
	});
}

function explored(t: CaseTools, recording: Recording, samples: number): Promise<Exploration> {
	const time = { sec: 1_800_000_000, ns: 0 };
	return explore(recording, { seed: t.seed, samples, limit: Number.POSITIVE_INFINITY, time, signal: t.signal });
}

/** A disk that ignores every other flush: what lies on both sides of it may be lost apart. */
function withoutBarriers(epochs: readonly Epoch[], parity: number): Epoch[] {
	const merged: Epoch[] = [];
	for (const [index, { writes, mark }] of epochs.entries()) {
		const last = merged.at(-1);
		if (last === undefined || index % 2 !== parity) merged.push({ writes: [...writes], mark });
		else merged[merged.length - 1] = { writes: [...last.writes, ...writes], mark };
	}
	return merged;
}

export const crashCases = defineCases([
	{
		id: '1.3/crash-explorer',
		title: 'every state that a crash may leave holds what was synced, and nothing is torn',
		tier: 'quick',
		start: 'none',
		needs: ['qemu'],
		timeout: 300,
		run: async (_vm, t) => {
			t.plan(3);
			const { states, checks, violations, seconds } = await explored(
				t,
				await recorded(t, singleWorkloads()),
				t.size(400, 25),
			);
			const text = violations.slice(0, 5).map((violation) => JSON.stringify(violation));
			t.ok(violations.length === 0, `no violation in ${states} states`, text.join('\n'));
			t.ok(states >= 3000, 'at least 3,000 distinct states', String(states));
			const rate = Math.round((checks / seconds) * 60);
			t.figure('crash states checked', rate, 'a minute');
			t.ok(rate >= 2000, 'at least 2,000 states a minute', String(rate));
		},
	},
	{
		id: '1.3/crash-explorer-pairs',
		title: 'no more do workloads of two changes lose or tear anything',
		tier: 'full',
		start: 'none',
		needs: ['qemu'],
		timeout: 4 * 3600,
		run: async (_vm, t) => {
			t.plan(2);
			const recording = await recorded(t, [...singleWorkloads(), ...pairWorkloads(1000, seededRandom(t.seed))]);
			const { states, violations } = await explored(t, recording, 400);
			const text = violations.slice(0, 5).map((violation) => JSON.stringify(violation));
			t.ok(violations.length === 0, `no violation in ${states} states`, text.join('\n'));
			t.figure('crash states', states, 'distinct');
			t.ok(states >= 50_000, 'at least 50,000 distinct states', String(states));
		},
	},
	{
		id: '1.3/crash-explorer-finds',
		title: 'the crash explorer finds missing barriers, lost writes and early returns',
		tier: 'quick',
		start: 'none',
		needs: ['qemu'],
		timeout: 300,
		run: async (_vm, t) => {
			const recording = await recorded(t, singleWorkloads(3));
			const { epochs } = recording;
			const faults: [name: string, epochs: Epoch[]][] = [
				['every other flush is ignored', withoutBarriers(epochs, 0)],
				['the others are', withoutBarriers(epochs, 1)],
				['a sync returns too early', epochs.map((epoch) => ({ ...epoch, mark: epoch.mark + 1 }))],
				[
					'the last write before a flush is forgotten',
					epochs.map((epoch, index) => (index % 5 === 4 ? { ...epoch, writes: epoch.writes.slice(0, -1) } : epoch)),
				],
			];
			t.plan(faults.length + 1);
			t.equal((await explored(t, recording, 10)).violations.length, 0, 'nothing is found without a fault');
			for (const [name, changed] of faults) {
				const { violations } = await explored(t, { ...recording, epochs: changed }, 10);
				t.ok(violations.length > 0, `it finds that ${name}`);
			}
		},
	},
]);
