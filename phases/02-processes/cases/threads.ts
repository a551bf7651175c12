import { readFileSync } from 'node:fs';
import path from 'node:path';
import { execa } from 'execa';
import { fromRoot } from '../../../tools/build/paths.js';
import { packageFile, unpackPackage } from '../../../tools/image/package-file.js';
import type { CaseMachine } from '../../../tools/suite/case-machine.js';
import type { CaseTools } from '../../../tools/suite/checks.js';
import { type CaseDeclaration, defineCases } from '../../../tools/suite/declaration.js';
import { guestTest, runGuestTest } from '../../../tools/suite/guest-test.js';

const source = fromRoot('phases', '02-processes', 'guest', 'portable-threads.c');

/** Runs the cross compiler on the test of threads; returns the program's place on the host. */
async function compile(t: CaseTools, name: string, before: readonly string[], after: readonly string[]) {
	const program = path.join(t.scratch, name);
	await execa('i686-linux-gnu-gcc', ['-O2', '-pthread', ...before, source, ...after, '-o', program], {
		cancelSignal: t.signal,
	});
	return program;
}

/** Compiles for musl as its own `musl-gcc` does: with its headers, its start files and its library alone. */
async function compileForMusl(t: CaseTools, name: string, how: 'static' | 'dynamic'): Promise<string> {
	const root = path.join(t.scratch, 'musl-dev');
	await unpackPackage('musl-dev', root, t.signal);
	const headers = path.join(root, 'usr/include/i386-linux-musl');
	const library = (file: string) => path.join(root, 'usr/lib/i386-linux-musl', file);
	const linked =
		how === 'static'
			? ['-static', '-no-pie', library('libc.a')]
			: ['-no-pie', '-Wl,-dynamic-linker,/lib/ld-musl-i386.so.1', `-L${path.join(root, 'lib/i386-linux-musl')}`, '-lc'];
	if (how === 'dynamic') await unpackPackage('musl', root, t.signal);
	return await compile(
		t,
		name,
		['-nostdinc', '-isystem', headers, '-fno-stack-protector', '-nostdlib', library('crt1.o'), library('crti.o')],
		[...linked, '-lgcc', '-lgcc_eh', library('crtn.o')],
	);
}

/** A case of the test of threads with a C library from elsewhere. */
function foreign(
	library: string,
	title: string,
	options: Partial<CaseDeclaration>,
	prepare: (vm: CaseMachine, t: CaseTools) => Promise<string[]>,
): CaseDeclaration {
	return {
		id: `2.3/threads-of-${library}`,
		title,
		tier: 'quick',
		needs: ['debian'],
		timeout: 180,
		...options,
		run: async (vm, t) => {
			for (const program of await prepare(vm, t)) {
				const place = `/tmp/${path.basename(program)}`;
				await vm.putFile(place, readFileSync(program), 0o755);
				await runGuestTest(vm, t, place, [String(t.size(1000, 300))], { timeout: 80_000 });
			}
		},
	};
}

export const threadCases = defineCases([
	guestTest('2.2/clone', 'clone and clone3 share what they are asked to, and refuse what cannot be'),
	guestTest('2.2/threads', 'thread groups: contention, every way to end, many at once', {
		args: (t) => [String(t.size(2000, 200))],
		timeout: 120,
	}),
	guestTest('2.3/futexes', 'futexes: wake, requeue, bit sets, keys over fork, robust lists'),
	guestTest('2.3/pthread-life', 'threads: created, joined, detached, 2,000 at once; attributes, keys, TLS, fork', {
		args: (t) => [String(t.size(2000, 200))],
		timeout: 120,
	}),
	guestTest('2.3/pthread-mutex', 'mutexes: kinds, errors, time limits, dead owners, processes, priority', {
		args: (t) => [String(t.size(20000, 1000))],
		timeout: 120,
	}),
	guestTest('2.3/pthread-sync', 'conditions, read-write locks, barriers, spin locks, semaphores: errors and races', {
		args: (t) => [String(t.size(5000, 200))],
		timeout: 120,
	}),
	guestTest('2.3/pthread-cancel', 'cancellation of every blocked call; nothing is lost with it', {
		args: (t) => [String(t.size(2000, 60))],
		timeout: 120,
	}),
	guestTest('2.3/thread-library', 'streams, malloc, fork, credentials, exit among threads; threads of ISO C', {
		args: (t) => [String(t.size(3000, 150))],
		timeout: 120,
	}),
	guestTest('2.3/portable-threads', 'the test of threads that other C libraries take, with ours', {
		args: (t) => [String(t.size(1000, 300))],
		timeout: 120,
	}),
	guestTest('2.3/rseq', 'restartable sequences: broken off by preemption and signals, and never half done', {
		args: (t) => [String(t.size(5_000_000, 500_000))],
		timeout: 120,
	}),
	foreign(
		'glibc',
		'glibc’s threads, as Debian’s loader and library bring them',
		{ image: 'debian-processes' },
		async (_, t) => [
			await compile(t, 'threads-of-glibc', [], []),
			await compile(t, 'threads-of-static-glibc', ['-static'], []),
		],
	),
	foreign('musl', 'musl’s threads, static and with Debian’s package of it', {}, async (vm, t) => {
		const loader = await packageFile('musl', 'lib/i386-linux-musl/libc.so', t.signal);
		await vm.putFile('/lib/ld-musl-i386.so.1', loader, 0o755);
		return [
			await compileForMusl(t, 'threads-of-musl', 'dynamic'),
			await compileForMusl(t, 'threads-of-static-musl', 'static'),
		];
	}),
]);
