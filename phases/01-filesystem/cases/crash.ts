import { mkdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { type CampaignResult, campaign } from '../../../tools/crash/campaign.js';
import { MAX_REGIONS } from '../../../tools/crash/disk.js';
import { loggedFaults, plantedFaults, tellingWorkloads, transformations } from '../../../tools/crash/faults.js';
import { type ExploreJob, exploreWorker, type JobResult } from '../../../tools/crash/job.js';
import { runJobs } from '../../../tools/crash/pool.js';
import { type Plan, record } from '../../../tools/crash/record.js';
import { workloadsOf } from '../../../tools/crash/run.js';
import type { Workload } from '../../../tools/crash/workload.js';
import type { CaseTools } from '../../../tools/suite/checks.js';
import { defineCases } from '../../../tools/suite/declaration.js';
import { crashFolder } from './crash-folder.js';

/** Boots a machine of the case's own with further disks. */
function booter(t: CaseTools) {
	return async (extra: string[]) => {
		const vm = await t.boot({ extra });
		return { control: vm.control, end: () => vm.machine.dispose() };
	};
}

function judge(t: CaseTools, { violations, bootProblems, states, booted, checks, seconds }: CampaignResult): void {
	const text = violations.slice(0, 5).map((violation) => JSON.stringify(violation));
	t.ok(violations.length === 0, `no violation in ${states} states`, text.join('\n'));
	t.ok(bootProblems.length === 0, `nor in the ${booted} that a machine mounts`, bootProblems.slice(0, 5).join('\n'));
	t.figure('crash states', states, 'distinct');
	t.figure('crash states booted', booted, '');
	t.figure('crash states checked', Math.round((checks / seconds) * 60), 'a minute');
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
			const result = await campaign({
				...{ workloads: workloadsOf({ pairs: 0, triples: 0, seed: t.seed }), regions: 1 },
				logged: { workloads: workloadsOf({ count: 24, pairs: 0, triples: 0, seed: t.seed }), regions: 1 },
				...{ seed: t.seed, samples: 15, bootShare: 200, folder: t.scratch, signal: t.signal, boot: booter(t) },
			});
			judge(t, result);
			t.ok(result.states >= 3000, 'at least 3,000 distinct states', String(result.states));
		},
	},
	{
		id: '1.3/crash-explorer-sequences',
		title: 'no more do workloads of two and three changes lose or tear anything',
		tier: 'full',
		start: 'none',
		needs: ['qemu'],
		timeout: 6 * 3600,
		run: async (_vm, t) => {
			t.plan(5);
			// It takes long: what is done stays, and a run of the same sources goes on from there.
			const folder = crashFolder(`${t.seed}-3000`);
			const all: Workload[] = workloadsOf({ pairs: 1800, triples: 1400, seed: t.seed });
			const ofEach = <T>(list: readonly T[], right: (turn: number) => boolean) => list.filter((_, i) => right(i % 5));
			const [workloads, logged] = [ofEach(all, (turn) => turn > 0), ofEach(all, (turn) => turn === 0)];
			const result = await campaign({
				...{ workloads, regions: 2 * MAX_REGIONS - 4, logged: { workloads: logged, regions: 4 } },
				...{ seed: t.seed, samples: 170, bootShare: 100 },
				...{ folder, signal: t.signal, boot: booter(t) },
			});
			judge(t, result);
			t.figure('crash workloads', result.workloads, 'distinct');
			t.ok(result.workloads >= 1000, 'at least 1,000 distinct workloads', String(result.workloads));
			t.ok(result.states >= 200_000, 'at least 200,000 distinct states', String(result.states));
			const rate = Math.round((result.checks / result.seconds) * 60);
			t.ok(rate >= 2000, 'at least 2,000 states a minute', String(rate));
			if (result.violations.length + result.bootProblems.length === 0) rmSync(folder, { recursive: true, force: true });
		},
	},
	{
		id: '1.3/crash-explorer-finds',
		title: 'the crash explorer finds each fault that is planted in the filesystem or the disk',
		tier: 'quick',
		start: 'none',
		needs: ['qemu'],
		timeout: 600,
		run: async (_vm, t) => {
			const names = Object.keys(plantedFaults).slice(0, t.size(1000, MAX_REGIONS - 1));
			const disks = Object.keys(transformations);
			t.plan(1 + names.length + disks.length);
			const workloads = tellingWorkloads();
			const plans: Plan[] = [
				{ workloads },
				...names.map((fault) => ({ workloads, fault, logged: loggedFaults.has(fault) })),
			];
			const jobs: { job: ExploreJob; what: string }[] = [];
			for (let first = 0; first < plans.length; first += MAX_REGIONS) {
				const folder = path.join(t.scratch, String(first));
				mkdirSync(folder, { recursive: true });
				const some = plans.slice(first, first + MAX_REGIONS);
				const made = await record({ folder, plans: some, seed: t.seed, signal: t.signal, boot: booter(t) });
				for (const [index, recorded] of made.entries()) {
					const fault = some[index]?.fault;
					const job = { recorded, seed: t.seed, samples: 10, limit: 100_000, part: { index: 0, count: 1 } };
					if (fault !== undefined) {
						const what = `it finds a kernel that ${plantedFaults[fault]}`;
						jobs.push({ what, job: { ...job, violations: 1 } });
						continue;
					}
					jobs.push({ what: '', job });
					for (const transformation of disks)
						jobs.push({
							...{ what: `it finds a disk that ${transformation}` },
							job: { ...job, transformation, violations: 1 },
						});
				}
			}
			await runJobs<ExploreJob, JobResult>(
				exploreWorker,
				jobs.map(({ job }) => job),
				t.signal,
				({ violations, violationCount, checks }, index) => {
					const what = jobs[index]?.what ?? '';
					if (what === '')
						t.ok(violationCount === 0, `nothing is found without a fault`, JSON.stringify(violations.slice(0, 3)));
					else if (t.ok(violationCount > 0, what, `${checks} states were checked`))
						t.note(`${what}: ${violations[0]?.problems[0]} (${checks} states)`);
				},
			);
		},
	},
]);
