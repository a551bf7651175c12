import t from 'tap';
import { BuildError, InterruptError, ToolError, UsageError, WorkshopError } from '../../tools/errors.js';
import { interruptsEnd, Lifetime } from '../../tools/lifetime.js';
import { runTasks } from '../../tools/tasks.js';
import { collectedLog } from '../collected-log.js';

t.test('tasks report in plain lines and stop at the first failure', async (t) => {
	const { log, text } = collectedLog();
	const done: string[] = [];
	const task = (title: string) => ({
		title,
		task: async (say: (line: string) => void) => {
			say('working');
			done.push(title);
			return title === 'b' ? 'well' : undefined;
		},
	});
	await runTasks([task('a'), { ...task('x'), enabled: false }, { ...task('y'), skip: () => 'no need' }, task('b')], {
		log,
	});
	t.strictSame(done, ['a', 'b']);
	t.equal(text(), 'a: working\na\ny: skipped (no need)\nb: working\nb: well\n');
	const failing = { title: 'f', task: async () => Promise.reject(new BuildError('broken')) };
	await t.rejects(runTasks([failing, task('c')], { log }), BuildError);
	await t.rejects(runTasks([failing, task('d')], { log, concurrent: true }), BuildError);
	t.strictSame(done, ['a', 'b', 'd']);
});

t.test('tasks redraw a list on a terminal, and fail with the error that happened', async (t) => {
	const { log } = collectedLog(0, true);
	const done: string[] = [];
	const tasks = [
		{ title: 'a', task: async () => void done.push('a') },
		{ title: 'b', skip: () => 'no need', task: async () => void done.push('b') },
		{
			title: 'c',
			task: async (say: (line: string) => void) => {
				say('at it');
				done.push('c');
				return 'well';
			},
		},
	];
	await runTasks(tasks, { log });
	t.strictSame(done, ['a', 'c']);
	const failure = new BuildError('broken');
	const fails = async (): Promise<void> => {
		throw failure;
	};
	await t.rejects(runTasks([{ title: 'f', task: fails }], { log }), failure);
});

t.test('a lifetime takes everything away again, last first, once', async (t) => {
	const lifetime = new Lifetime();
	const order: number[] = [];
	lifetime.defer(() => void order.push(1));
	const takeOff = lifetime.defer(() => void order.push(2));
	lifetime.defer(async () => void order.push(3));
	takeOff();
	lifetime.interrupt(new InterruptError('SIGINT'));
	t.match(lifetime.signal.reason, { exitCode: 130, signalName: 'SIGINT' });
	await Promise.all([lifetime.dispose(), lifetime.dispose()]);
	t.strictSame(order, [3, 1]);
	const failing = new Lifetime();
	failing.defer(() => void order.push(4));
	failing.defer(() => Promise.reject(new Error('no')));
	await t.rejects(failing.dispose(), AggregateError);
	t.strictSame(order, [3, 1, 4], 'one failure does not keep the others');
});

t.test('Ctrl-C is a debugger’s while it has the terminal', async (t) => {
	const lifetime = new Lifetime();
	const release = interruptsEnd(lifetime, () => t.fail('forced'));
	const takeBack = lifetime.lendInterrupt();
	process.emit('SIGINT', 'SIGINT');
	t.notOk(lifetime.signal.aborted);
	takeBack();
	process.emit('SIGINT', 'SIGINT');
	t.ok(lifetime.signal.aborted);
	release();
});

t.test('errors', async (t) => {
	const cause = new Error('why');
	t.match(new UsageError('what', { cause, hint: 'do' }), {
		exitCode: 2,
		code: 'usage',
		hint: 'do',
		cause,
		name: 'UsageError',
	});
	t.match(new WorkshopError('plain'), { exitCode: 1, code: 'workshop', hint: undefined });
	t.match(new ToolError('x').hint, /doctor/);
});
