import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import t from 'tap';
import { UsageError } from '../../tools/errors.js';
import { Lifetime } from '../../tools/lifetime.js';
import { connectControl } from '../../tools/machine/broker.js';
import { Control } from '../../tools/machine/control.js';
import { listRuns, type RunRecord } from '../../tools/machine/registry.js';
import type { CaseMachine } from '../../tools/suite/case-machine.js';
import { runCase } from '../../tools/suite/case-runner.js';
import { type CaseDeclaration, defineSuite, type SuiteDeclaration } from '../../tools/suite/declaration.js';
import { FullRecord, writeResults } from '../../tools/suite/full-record.js';
import { guestTest } from '../../tools/suite/guest-test.js';
import { pool } from '../../tools/suite/pool.js';
import { createReporter } from '../../tools/suite/reporters.js';
import type { CaseResult } from '../../tools/suite/result.js';
import { meant, select } from '../../tools/suite/selection.js';
import { parseTap } from '../../tools/suite/tap-parser.js';
import { findPeer, peerSource } from '../machine/peer.js';

const { peer, needsPeer } = await findPeer();
t.setTimeout(800_000);

function suiteOf(cases: CaseDeclaration[], state: 'open' | 'closed' = 'open'): SuiteDeclaration {
	const steps = [
		{ number: '42.1', title: 'one', state },
		{ number: '42.2', title: 'two', state },
	];
	return { phase: 42, title: 'Test', steps, image: 'none', note: 'nothing', cases };
}

const passes: CaseDeclaration = {
	id: '42.1/passes',
	title: 'it passes',
	tier: 'quick',
	run: async (_vm, t) => void t.ok(true, 'yes'),
};

t.test('a suite is checked when it is loaded', async (t) => {
	t.throws(() => defineSuite(suiteOf([passes, passes])), /two cases are called 42.1\/passes/);
	t.throws(() => defineSuite(suiteOf([{ ...passes, id: '42.3/x' }])), /no step/);
	t.throws(() => defineSuite(suiteOf([{ ...passes, id: '42.1/Bad Name' }])), /STEP\/NAME/);
	t.throws(() => defineSuite(suiteOf([{ ...passes, todo: 'later' }], 'closed')), /its step is closed/);
	t.ok(defineSuite(suiteOf([passes])));
});

t.test('selection', async (t) => {
	const full: CaseDeclaration = { ...passes, id: '42.2/long', tier: 'full' };
	const suites = [{ ...suiteOf([passes, full]), name: '42-test' }];
	const host = [{ id: 'host/a/b', title: '', run: async () => [] }];
	const ids = (filter: Parameters<typeof select>[2]) => {
		const { host: hosts, cases } = select(suites, host, filter);
		return [...hosts.map(({ id }) => id), ...cases.map(({ one }) => one.id)];
	};
	t.same(ids({ names: [], full: false }), ['host/a/b', '42.1/passes']);
	t.same(ids({ names: [], full: true }), ['host/a/b', '42.1/passes', '42.2/long']);
	t.same(ids({ names: [], full: true, step: '42.2' }), ['42.2/long']);
	t.same(ids({ names: ['42.2/long'], full: false }), ['42.2/long'], 'a case called by its name runs whatever its size');
	t.same(ids({ names: ['host'], full: false }), ['host/a/b']);
	t.same(ids({ names: ['42'], full: true }), ['42.1/passes', '42.2/long']);
	t.same(ids({ names: ['42.1/pa'], full: false }), ['42.1/passes'], 'the beginning of an id');
	t.same(meant('1.1/a', ['1.1/a', '1.1/a-b']), ['1.1/a'], 'an id is not the beginning of another');
	t.throws(() => ids({ names: ['nothing'], full: false }), UsageError);
	t.throws(() => ids({ names: [], phase: 9, full: false }), /no phase 9/);
	t.throws(() => ids({ names: [], step: '9.9', full: false }), /no step 9.9/);
});

t.test('what guest programs say', async (t) => {
	const tap = parseTap('1..4\nok 1 - a\nnot ok 2 - b\n# why\nok 3 # SKIP no x\nnot ok 4 - d # TODO later\n');
	t.equal(tap.plan, 4);
	t.same(
		tap.tests.map(({ ok, directive }) => [ok, directive]),
		[
			[true, undefined],
			[false, undefined],
			[true, 'skip'],
			[false, 'todo'],
		],
	);
	t.same(tap.tests[1]?.notes, ['why']);
	t.equal(parseTap('1..0 # SKIP no sound').skipped, 'no sound');
	t.equal(parseTap('ok 1\nBail out! no disk\n').bailout, 'no disk');
});

t.test('so many at once', async (t) => {
	let now = 0;
	let most = 0;
	const results = await pool([1, 2, 3, 4, 5], 2, async (item) => {
		most = Math.max(most, ++now);
		await new Promise(setImmediate);
		now--;
		return item * 2;
	});
	t.same(results, [2, 4, 6, 8, 10]);
	t.equal(most, 2);
	await t.rejects(
		pool([1, 2], 1, () => Promise.reject(new Error('no'))),
		/no/,
	);
});

t.test('a full run is resumed, and its figures are kept', async (t) => {
	const folder = mkdtempSync(path.join(tmpdir(), 'imposos-full-'));
	t.teardown(() => rmSync(folder, { recursive: true, force: true }));
	const file = path.join(folder, 'full.json');
	const base = { title: 'T', seconds: 1.26, checks: [], notes: [] };
	const passed: CaseResult = {
		...{ ...base, id: '42.1/a', status: 'passed' },
		figures: [{ name: 'boot', value: 1.5, unit: 's' }],
	};
	const failed: CaseResult = { ...base, id: '42.1/b', status: 'failed', figures: [] };
	const first = FullRecord.open('abc', 'debug', 1, file);
	first.keep(passed);
	first.keep(failed);
	const again = FullRecord.open('abc', 'debug', 1, file);
	t.same(again.passed('42.1/a'), passed, 'what has passed is not run again');
	t.equal(again.passed('42.1/b'), undefined, 'what has failed is');
	t.equal(FullRecord.open('abd', 'debug', 1, file).passed('42.1/a'), undefined, 'other sources');
	t.equal(FullRecord.open('abc', 'debug', 2, file).passed('42.1/a'), undefined, 'another seed');
	FullRecord.open('abc+', 'debug', 1, file).keep(passed);
	t.equal(FullRecord.open('abc+', 'debug', 1, file).passed('42.1/a'), undefined, 'sources that have changed since');

	const cases = ['a', 'b'].map((name) => ({ ...passes, id: `42.1/${name}` }));
	const suite = { ...suiteOf(cases), name: '42-test' };
	const run = { commit: 'abc', variant: 'debug' as const, seed: 1, date: new Date(0) };
	const written = JSON.parse(readFileSync(writeResults(suite, [passed, failed], run, folder), 'utf8'));
	t.match(written, { phase: 42, commit: 'abc', seed: 1, date: '1970-01-01T00:00:00.000Z' });
	t.match(written.cases, [{ id: '42.1/a', seconds: 1.3, figures: { boot: '1.5 s' } }, { status: 'failed' }]);
	writeResults(suite, [{ ...failed, status: 'passed' }], { ...run, commit: 'abd' }, folder);
	const merged = JSON.parse(readFileSync(path.join(folder, '42-test.json'), 'utf8'));
	t.match(merged.cases, [
		{ id: '42.1/a', commit: 'abc' },
		{ id: '42.1/b', status: 'passed' },
	]);
	t.equal(merged.commit, 'abd');
});

t.test('reports', async (t) => {
	const base = { title: 'T', seconds: 1, checks: [], notes: [], figures: [] };
	const results: CaseResult[] = [
		{ ...base, id: '1.1/a', status: 'passed' },
		{ ...base, id: '1.1/b', status: 'failed', error: 'it <broke> & "so"', rerun: 'imposos test 1.1/b' },
		{ ...base, id: '1.1/c', status: 'todo', reason: 'later' },
		{ ...base, id: '1.1/d', status: 'skipped', reason: 'no sound' },
	];
	for (const name of ['pretty', 'tap', 'junit'] as const) {
		let out = '';
		let said = '';
		const reporter = createReporter(name, {
			print: (text) => (out += `${text}\n`),
			say: (text) => (said += `${text}\n`),
			colours: false,
		});
		reporter.plan(0, 4);
		for (const result of results) reporter.result(result);
		t.same(reporter.end(results), { passed: 1, failed: 1, skipped: 2 });
		const last = (name === 'junit' ? said : out).trimEnd().split('\n').at(-1);
		t.equal(last, '1 passed, 1 failed, 2 skipped', `${name}: the last line`);
		t.match(
			out,
			name === 'tap'
				? /not ok 3 - 1.1\/c: T # TODO later/
				: name === 'junit'
					? /&#60;broke&#62; &#38;/
					: /again: imposos/,
		);
	}
});

t.test('cases on machines', needsPeer, async (t) => {
	const lifetime = new Lifetime();
	const logs = mkdtempSync(path.join(tmpdir(), 'imposos-suite-'));
	t.teardown(async () => {
		await lifetime.dispose();
		rmSync(logs, { recursive: true, force: true });
	});
	t.setTimeout(800_000);
	const source = peerSource(peer, lifetime);
	const run = (one: Partial<CaseDeclaration> & Pick<CaseDeclaration, 'run'>) => {
		const whole: CaseDeclaration = { id: '42.1/case', title: 'a case', tier: 'quick', ...one };
		const suite = { ...suiteOf([whole]), name: '42-test' };
		return runCase(suite, whole, {
			source,
			full: false,
			seed: 7,
			strict: true,
			signal: lifetime.signal,
			logs,
			publishedAfter: 0,
		});
	};
	const good = await run({ run: async (vm, t) => void t.equal((await vm.sh('echo hi')).stdout, 'hi\n', 'echo') });
	t.match(good, { status: 'passed', rerun: 'imposos test 42.1/case' });
	const isThis = (record: RunRecord) => record.title === '42.1/case' && record.owner === process.pid;
	const seen = await run({
		run: async (vm, t) => {
			let record = listRuns().find(isThis);
			for (; record === undefined; record = listRuns().find(isThis)) await sleep(20);
			const guest = new Control(await connectControl(record.control));
			await guest.exec(['sh', '-c', 'echo from outside > /tmp/said']);
			guest.close();
			t.equal((await vm.sh('cat /tmp/said')).stdout, 'from outside\n', 'another process is in the case’s machine');
		},
	});
	t.equal(seen.status, 'passed', JSON.stringify(seen));
	t.notOk(listRuns().some(isThis), 'and it goes with the case');
	const none = await run({ run: async () => {} });
	t.equal(none.status, 'failed', 'a case that checks nothing has proven nothing');
	const plan = await run({
		run: async (_vm, t) => {
			t.plan(2);
			t.ok(true, 'one');
		},
	});
	t.match(plan, { status: 'failed', checks: [{}, { what: 'the plan is complete' }] });
	const makeTrouble = async (vm: CaseMachine) => {
		await vm.sh('echo "[    1.000000] BUG: made up" >/dev/ttyS0');
		await vm.console.waitFor(/BUG: made up\r?\n/);
	};
	const panics = await run({
		run: async (vm, t) => {
			await makeTrouble(vm);
			t.ok(true, 'survives');
		},
	});
	t.match(panics, { status: 'failed', checks: [{}, { ok: false, detail: /BUG: made up$/ }], console: /BUG: made up/ });
	const expected = await run({
		expects: /made up/,
		run: async (vm, t) => {
			await makeTrouble(vm);
			t.ok(true, 'survives');
		},
	});
	t.equal(expected.status, 'passed', 'trouble that was asked for');
	const hangs = await run({ timeout: 10, run: (vm) => vm.sh('sleep 100', { timeout: 99_000 }).then(() => {}) });
	t.match(hangs, { status: 'failed', error: /still running after 10 s/, backtrace: /EIP=/ });
	const todo = await run({ todo: 'not yet', run: async (_vm, t) => void t.fail('no') });
	t.match(todo, { status: 'todo', reason: 'not yet' });
	const done = await run({ todo: 'not yet', run: async (_vm, t) => void t.ok(true, 'yes') });
	t.match(done, { status: 'failed', reason: /take its todo away/ });
	const tap = 'printf "1..2\\nok 1 - a\\nnot ok 2 - b\\n"; exit 1';
	const guest = guestTest('42.1/case', 'tap', { program: 'x' });
	const folded = await run({
		run: async (vm, t) => {
			await vm.control.mkdir('/usr/libexec/imposos-tests/42');
			await vm.putFile('/usr/libexec/imposos-tests/42/x', `#!/bin/sh\n${tap}\n`, 0o755);
			await guest.run(vm, t);
		},
	});
	t.same(
		folded.checks.map(({ ok }) => ok),
		[true, false, true, false],
		'two tests, a complete plan, and a status that is not 0',
	);
	const dies = await run({
		start: 'boot',
		run: async (vm, t) => {
			await vm.sh('echo c >/proc/sysrq-trigger', { timeout: 20_000 });
			t.ok(true, 'never');
		},
	});
	t.match(dies, { status: 'failed', error: /ended/ });
	t.match(dies.checks.at(-1), { ok: false, what: 'no trouble on the console', detail: /panic|Oops/ });
	t.same(
		readdirSync(path.join(logs, '42.1-case')).filter((name) => name.endsWith('.qcow2')),
		[],
		'no disks stay',
	);
});
