import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { execa } from 'execa';
import { fromRoot } from '../../../tools/build/paths.js';
import { packageFile } from '../../../tools/image/package-file.js';
import { defineCases } from '../../../tools/suite/declaration.js';

/** Sections of busybox-uses.sh by name. */
function readUses(): { setup: string; uses: [string, string][] } {
	const text = readFileSync(fromRoot('phases/00-foundation/cases/busybox-uses.sh'), 'utf8');
	const [, ...sections] = text.split(/^## /m);
	const all = sections.map((section): [string, string] => {
		const end = section.indexOf('\n');
		return [section.slice(0, end), section.slice(end + 1)];
	});
	return { setup: all[0]?.[1] ?? '', uses: all.slice(1) };
}

/** A use as one script: it makes its folder, runs, and lists what it left behind. */
function script(folder: string, setup: string, use: string): string {
	return `b() { "$B" "$@"; }
b mkdir -p ${folder} && cd ${folder} || exit 99
${setup}
(
${use}
)
echo "== $?"
b find . | b sort
b find . -type f -exec "$B" md5sum {} + | b sort -k 2
`;
}

const environment = { PATH: '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC', HOME: '/' };

/** A slice that a seed decides, in the order of the list. */
function slice<T>(list: readonly T[], count: number, seed: number): T[] {
	const start = seed % list.length;
	return Array.from({ length: Math.min(count, list.length) }, (_, at) => list[(start + at * 3) % list.length] as T);
}

export const busyboxCases = defineCases([
	{
		id: '0.6/busybox-applets',
		title: 'applets of Debian’s busybox print and leave behind what they do on Linux',
		tier: 'quick',
		timeout: 900,
		run: async (vm, t) => {
			const busybox = path.join(t.scratch, 'busybox');
			writeFileSync(busybox, await packageFile('busybox-static', 'bin/busybox', t.signal), { mode: 0o755 });
			const { setup, uses } = readUses();
			const chosen = t.full ? uses : slice(uses, 40, t.seed);
			t.plan(chosen.length);
			for (const [at, [name, use]] of chosen.entries()) {
				const folder = path.join(t.scratch, String(at));
				mkdirSync(folder);
				const [linux, ours] = await Promise.all([
					execa(busybox, ['sh', '-c', script(folder, setup, use)], {
						env: { ...environment, B: busybox },
						extendEnv: false,
						encoding: 'latin1',
						reject: false,
						stripFinalNewline: false,
						cancelSignal: t.signal,
						timeout: 60_000,
					}),
					vm.exec(['/usr/bin/busybox', 'sh', '-c', script(`/tmp/uses/${at}`, setup, use)], {
						env: { ...environment, B: '/usr/bin/busybox' },
						signal: t.signal,
					}),
				]);
				if (linux.exitCode !== 0)
					throw new Error(`${name} does not run on this host: ${linux.stderr || linux.shortMessage}`);
				t.equal(ours.stdout, Buffer.from(linux.stdout, 'latin1').toString(), name);
			}
			if (t.full) t.figure('applets compared', chosen.length, '');
		},
	},
]);
