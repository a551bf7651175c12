import { readFileSync } from 'node:fs';
import { fromRoot } from '../../../tools/build/paths.js';
import { HostError } from '../../../tools/errors.js';
import { packageDeb } from '../../../tools/image/package-file.js';
import type { CaseMachine } from '../../../tools/suite/case-machine.js';
import type { CaseTools } from '../../../tools/suite/checks.js';
import type { CaseDeclaration } from '../../../tools/suite/declaration.js';
import { runOnHost } from '../../../tools/suite/host-run.js';

/** A program of Debian's and something that people do with it. */
export interface Program {
	readonly step: string;
	readonly name: string;
	readonly what: string;
	/** For a shell; left out, it is `programs/NAME.sh` of the phase. */
	readonly script?: string;
	/** Title of the case, when it is not about a program of Debian's. */
	readonly title?: string;
	/** Image whose programs the host runs; the machine's own when left out. */
	readonly hostImage?: string;
	/**
	 * What it writes, for those for which this host does not say it too: standard output, whole; or a pattern where
	 * versions and times differ.
	 */
	readonly says?: string | RegExp;
	/** Why the host's run is no measure. */
	readonly alone?: string;
	/** Long enough for the full tier alone. */
	readonly full?: true;
	/** Why it is not run. */
	readonly skip?: string;
	/** Names of Debian packages that lie in /root as files. */
	readonly packages?: readonly string[];
	/** Seconds; 300 when left out. */
	readonly timeout?: number;
}

const environment = { HOME: '/root', LC_ALL: 'C', PATH: '/usr/bin:/usr/sbin', TERM: 'xterm' };

/** Waits for a condition, or for a pattern on a session's screen: as long as it takes, a minute at most. */
const helpers = `rm -rf /tmp/case; mkdir /tmp/case; cd /tmp/case
wait_for() { n=0; until eval "$1" || [ $n -ge 300 ]; do sleep 0.2; n=$((n + 1)); done; }
shows() { wait_for "tmux capture-pane -p -t $1 | grep -q -e '$2'"; }`;

/** Makes a case of a program: what it writes on ImposOS is what it writes on this host's Linux, or what is said here. */
export function programCase(phase: string, image: string, program: Program): CaseDeclaration {
	const { step, name, what, full, timeout = 300 } = program;
	return {
		id: `${step}/${name}`,
		title: program.title ?? `Debian’s ${name}: ${what}`,
		tier: full ? 'full' : 'quick',
		image,
		needs: ['debian'],
		timeout,
		...(program.skip === undefined ? {} : { skip: program.skip }),
		run: async (vm, t) => {
			const text = program.script ?? readFileSync(fromRoot('phases', phase, 'programs', `${name}.sh`), 'utf8');
			await compare(vm, t, image, program, `${helpers}\n${text}`);
		},
	};
}

async function compare(vm: CaseMachine, t: CaseTools, image: string, program: Program, script: string): Promise<void> {
	const { says, alone, timeout = 300, packages = [], hostImage = image } = program;
	const limit = (timeout - 20) * 1000;
	const files: Record<string, Uint8Array> = {};
	for (const name of packages) files[`/root/${name}.deb`] = await packageDeb(name, t.signal);
	for (const [name, bytes] of Object.entries(files)) await vm.putFile(name, bytes);
	const guest = vm.exec(['/bin/sh', '-c', script], { env: environment, timeout: limit });
	if (alone === undefined) {
		const host = runOnHost(hostImage, script, { env: environment, files, signal: t.signal, timeout: limit });
		// Whoever fails first is told of; the other is no unhandled rejection.
		guest.catch(() => {});
		const linux = await host.catch((error: unknown) => {
			// Where no comparison can be made, the program has to end well all the same.
			if (!(error instanceof HostError)) throw error;
			t.note(`not compared: ${error.message}`);
			return undefined;
		});
		if (linux !== undefined) {
			t.plan(3);
			const ours = await guest;
			t.ok(
				linux.stdout !== '' && linux.status === 0,
				'Linux runs it',
				`status ${linux.status}\n${linux.stdout}${linux.stderr}`,
			);
			t.ok(ours.stdout === linux.stdout, 'it writes what it writes on Linux', differences(linux, ours));
			t.equal(ours.status, linux.status, 'and ends as it does there');
			if (says === undefined) return;
		}
	}
	const { status, stdout, stderr } = await guest;
	t.plan(1);
	if (says === undefined) {
		t.ok(status === 0 && stdout !== '', 'it ends well', `status ${status}, it wrote:\n${stdout}${stderr}`);
		return;
	}
	const fits = typeof says === 'string' ? stdout === says : says.test(stdout);
	t.ok(fits, 'it writes what it should', `status ${status}, it wrote:\n${stdout}${stderr}`);
}

/** Lines that differ, by their numbers, and what either complained of. */
function differences(linux: { stdout: string; stderr: string }, ours: { stdout: string; stderr: string }): string {
	const [theirs, mine] = [linux, ours].map(({ stdout }) => stdout.split('\n')) as [string[], string[]];
	const lines: string[] = [];
	for (let at = 0; at < Math.max(theirs.length, mine.length) && lines.length < 40; at++) {
		if (theirs[at] === mine[at]) continue;
		lines.push(`${at + 1} Linux: ${theirs[at] ?? '(nothing)'}`, `${at + 1} here:  ${mine[at] ?? '(nothing)'}`);
	}
	return [...lines, 'complaints on Linux:', linux.stderr, 'complaints here:', ours.stderr].join('\n');
}
