/** What the tasks of a guest are doing: for a program that did not end in its time. */

import { readFileSync } from 'node:fs';
import { parseSyscalls } from '../abi/syscalls.js';
import { fromRoot } from '../build/paths.js';
import type { Control } from './control.js';
import { GuestProgram } from './program.js';

const LIST_MS = 10_000;
const MOST_LINES = 60;
const MOST_FRAMES = 8;

// Only what the shell has built in: a machine in trouble may not be able to start programs, or not many.
const script = `for d in /proc/[0-9]*/task/[0-9]*; do stat= wchan= call= frames=
{ read -r stat < $d/stat; read -r wchan < $d/wchan; read -r call < $d/syscall
while read -r zero frame; do frames="$frames $frame"; done < $d/stack; } 2>/dev/null
echo "\${d%/task*}|$wchan|$frames|$call|$stat"; done`;

/** Names of the innermost functions of the kernel, of what /proc/PID/stack has, or the one that it sleeps in. */
function describeStack(frames: string, wchan: string): string {
	const names = frames.split(' ').map((frame) => frame.replace(/\+.*/, ''));
	const telling = names
		.filter((name) => name !== '' && !/^(preempt_)?schedule|^switch_to/.test(name))
		.slice(0, MOST_FRAMES);
	return telling.join(' < ') || wchan || '-';
}

/** The number of a call and its arguments, as /proc/PID/syscall has them. */
function describeCall(text: string, names: ReadonlyMap<number, string>): string {
	const [number = '', ...rest] = text.split(' ');
	const name = /^\d+$/.test(number) ? names.get(Number(number)) : undefined;
	return name === undefined ? text : `${name}(${rest.slice(0, 6).join(', ')})`;
}

/**
 * One line a task that is not the kernel's own, the youngest first: process and thread, parent, state, name, the call that
 * it made and where in the kernel it is.
 *
 * @param listing what the script writes: `/proc/PID|WCHAN|FRAMES|SYSCALL|STAT` a line (proc(5))
 */
export function formatTasks(listing: string): string {
	const table = readFileSync(fromRoot('kernel', 'abi', 'syscalls.tbl'), 'utf8');
	const names = new Map(parseSyscalls(table).map(({ number, name }) => [number, name]));
	const tasks: { thread: number; text: string }[] = [];
	for (const line of listing.split('\n')) {
		const found = /^\/proc\/(\d+)\|([^|]*)\|([^|]*)\|([^|]*)\|(\d+) \((.*)\) (\S) (\d+)/.exec(line);
		if (!found) continue;
		const [, process, wchan = '', frames = '', call = '', thread, name, state, parent] = found;
		if (process === '2' || parent === '2') continue;
		const id = process === thread ? process : `${process}/${thread}`;
		const text = `${id} (of ${parent}) ${state} ${name}: ${describeCall(call, names)} in ${describeStack(frames, wchan)}`;
		tasks.push({ thread: Number(thread), text });
	}
	const lines = tasks.sort((a, b) => b.thread - a.thread).map(({ text }) => text);
	const left = lines.length - MOST_LINES;
	return [...lines.slice(0, MOST_LINES), ...(left > 0 ? [`… and ${left} more`] : [])].join('\n');
}

/** Lists the guest's tasks; why there is no list, when there is none. Never throws, takes 10 s at most. */
export async function listTasks(control: Control): Promise<string> {
	let timer: NodeJS.Timeout | undefined;
	try {
		const program = new GuestProgram(control, ['/bin/sh', '-c', script], { noStdin: true });
		const said: Buffer[] = [];
		program.stdout.on('data', (bytes: Buffer) => said.push(bytes));
		program.stderr.resume();
		timer = setTimeout(() => program.abandon(new Error(`no answer within ${LIST_MS / 1000} s`)), LIST_MS);
		await program.started;
		await program.exited;
		return formatTasks(Buffer.concat(said).toString('utf8'));
	} catch (error) {
		return `no list of tasks: ${error instanceof Error ? error.message : String(error)}`;
	} finally {
		clearTimeout(timer);
	}
}
