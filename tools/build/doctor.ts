import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { execa } from 'execa';

/** How the doctor looks at the host; tests put their own in its place. */
export interface Probe {
	/** Path of a program, undefined when there is none. */
	which(program: string): string | undefined;
	exists(path: string): boolean;
	/** Standard output of a program, undefined when it does not run or fails. */
	output(program: string, args: string[]): Promise<string | undefined>;
	nodeVersion: string;
}

/** `ok`; `missing` and `unsuitable` need mending; `note` is good to know. */
export type Verdict = 'ok' | 'missing' | 'unsuitable' | 'note';

export interface Finding {
	/** What was looked at. */
	name: string;
	verdict: Verdict;
	/** A version, or what is wrong. */
	detail: string;
	/** Debian packages that mend it. */
	packages: string[];
	/** What else mends it, when packages do not. */
	advice?: string;
}

interface ProgramCheck {
	name: string;
	program: string;
	versionArgs: string[];
	packages: string[];
	/** What it is for. */
	purpose: string;
	/** Lowest version that does. */
	atLeast?: string;
}

const programs: ProgramCheck[] = [
	{
		name: 'make',
		program: 'make',
		versionArgs: ['--version'],
		packages: ['make'],
		purpose: 'drives compilation',
		atLeast: '4.3',
	},
	{
		name: 'flock',
		program: 'flock',
		versionArgs: ['--version'],
		packages: ['util-linux'],
		purpose: 'keeps builds apart',
	},
	{
		name: 'linker',
		program: 'i686-linux-gnu-ld',
		versionArgs: ['--version'],
		packages: ['binutils-i686-linux-gnu'],
		purpose: 'links for the target',
	},
	{
		name: 'QEMU',
		program: 'qemu-system-i386',
		versionArgs: ['--version'],
		packages: ['qemu-system-x86'],
		purpose: 'runs machines',
		atLeast: '7.2',
	},
	{
		name: 'qemu-img',
		program: 'qemu-img',
		versionArgs: ['--version'],
		packages: ['qemu-utils'],
		purpose: 'makes overlays of images',
	},
	{
		name: 'grub-mkimage',
		program: 'grub-mkimage',
		versionArgs: ['--version'],
		packages: ['grub-common'],
		purpose: 'makes images boot',
	},
	{
		name: 'apt',
		program: 'apt-get',
		versionArgs: ['--version'],
		packages: ['apt'],
		purpose: 'resolves Debian packages',
	},
	{
		name: 'dpkg-source',
		program: 'dpkg-source',
		versionArgs: ['--version'],
		packages: ['dpkg-dev'],
		purpose: 'unpacks the sources of ports',
	},
];

const grubParts = '/usr/lib/grub/i386-pc/boot.img';
const targetHeaders = '/usr/i686-linux-gnu/include/stdio.h';
const nodeAtLeast = '20.19';

/** The host as it is. */
export function hostProbe(searchPath: string): Probe {
	return {
		which: (program) =>
			searchPath
				.split(delimiter)
				.map((folder) => join(folder, program))
				.find((file) => existsSync(file)),
		exists: existsSync,
		output: async (program, args) => {
			const result = await execa(program, args, {
				reject: false,
				timeout: 20_000,
				env: { LC_ALL: 'C' },
				stdin: 'ignore',
			});
			return result.failed ? undefined : result.stdout;
		},
		nodeVersion: process.versions.node,
	};
}

/** Looks at every tool that the workshop needs of the host. */
export async function examine(probe: Probe): Promise<Finding[]> {
	const findings = [examineNode(probe), await examineCompiler(probe)];
	findings.push(...(await Promise.all(programs.map((check) => examineProgram(probe, check)))));
	findings.push(
		probe.exists(grubParts)
			? { name: 'GRUB for BIOS', verdict: 'ok', detail: grubParts, packages: [] }
			: { name: 'GRUB for BIOS', verdict: 'missing', detail: 'makes images boot', packages: ['grub-pc-bin'] },
	);
	findings.push(
		probe.exists(targetHeaders)
			? { name: 'C headers', verdict: 'ok', detail: targetHeaders, packages: [] }
			: {
					name: 'C headers',
					verdict: 'missing',
					detail: 'glibc’s, to prove our own against',
					packages: ['libc6-dev-i386-cross'],
				},
	);
	// It tells its version to scripts alone; any does.
	const tcl = probe.which('tclsh');
	findings.push(
		tcl === undefined
			? { name: 'Tcl', verdict: 'missing', detail: 'makes parts of SQLite’s source', packages: ['tcl'] }
			: { name: 'Tcl', verdict: 'ok', detail: tcl, packages: [] },
	);
	findings.push(await examineDebugger(probe));
	if (probe.exists('/usr/share/doc/gcc-multilib')) {
		findings.push({
			name: 'gcc-multilib',
			verdict: 'note',
			detail: 'conflicts with the cross compiler: remove it first, or installing the one stops at the other',
			packages: [],
		});
	}
	return findings;
}

/** Those that keep the workshop from working. */
export function ailments(findings: readonly Finding[]): Finding[] {
	return findings.filter(({ verdict }) => verdict === 'missing' || verdict === 'unsuitable');
}

/** The packages that mend everything that packages can mend. */
export function remedies(findings: readonly Finding[]): string[] {
	return [...new Set(ailments(findings).flatMap(({ packages }) => packages))].sort();
}

/** Arguments for apt-get that bring packages, and take nothing away. */
export function installArguments(packages: readonly string[]): string[] {
	return ['install', '-qq', '--no-install-recommends', '--no-remove', '--yes', ...packages];
}

function examineNode({ nodeVersion }: Probe): Finding {
	const good = compareVersions(nodeVersion, nodeAtLeast) >= 0;
	const advice = 'make setup';
	return good
		? { name: 'Node', verdict: 'ok', detail: nodeVersion, packages: [] }
		: { name: 'Node', verdict: 'unsuitable', detail: `${nodeVersion}, ${nodeAtLeast} is needed`, packages: [], advice };
}

async function examineProgram(probe: Probe, check: ProgramCheck): Promise<Finding> {
	const { name, packages } = check;
	if (probe.which(check.program) === undefined) return { name, verdict: 'missing', detail: check.purpose, packages };
	const version = /\d+(?:\.\d+)+/.exec((await probe.output(check.program, check.versionArgs)) ?? '')?.[0];
	if (version === undefined) return { name, verdict: 'unsuitable', detail: `${check.program} does not run`, packages };
	if (check.atLeast !== undefined && compareVersions(version, check.atLeast) < 0) {
		return { name, verdict: 'unsuitable', detail: `${version}, ${check.atLeast} is needed`, packages };
	}
	return { name, verdict: 'ok', detail: version, packages: [] };
}

async function examineCompiler(probe: Probe): Promise<Finding> {
	const name = 'cross compiler';
	const packages = ['gcc-i686-linux-gnu'];
	if (probe.which('i686-linux-gnu-gcc') === undefined)
		return { name, verdict: 'missing', detail: 'compiles for the target', packages };
	const version = await probe.output('i686-linux-gnu-gcc', ['-dumpfullversion']);
	const target = await probe.output('i686-linux-gnu-gcc', ['-dumpmachine']);
	if (version === undefined || target?.trim() !== 'i686-linux-gnu') {
		return { name, verdict: 'unsuitable', detail: 'i686-linux-gnu-gcc does not compile for i686-linux-gnu', packages };
	}
	if (compareVersions(version.trim(), '12') < 0) {
		return { name, verdict: 'unsuitable', detail: `${version.trim()}, 12 is needed`, packages };
	}
	return { name, verdict: 'ok', detail: version.trim(), packages: [] };
}

/** Any gdb that knows the processor; Debian's for the host does on x86, elsewhere it takes gdb-multiarch. */
async function examineDebugger(probe: Probe): Promise<Finding> {
	for (const program of ['gdb', 'gdb-multiarch']) {
		if (probe.which(program) === undefined) continue;
		const known = await probe.output(program, ['-nx', '-batch', '-ex', 'set architecture i386', '-ex', 'show version']);
		const version = /GNU gdb .*?(\d+\.\d+)/.exec(known ?? '')?.[1];
		if (version !== undefined) return { name: 'gdb', verdict: 'ok', detail: `${version} (${program})`, packages: [] };
	}
	const packages = [process.arch === 'x64' || process.arch === 'ia32' ? 'gdb' : 'gdb-multiarch'];
	return { name: 'gdb', verdict: 'missing', detail: 'debugs kernel and guest programs', packages };
}

/** Negative, zero or positive as `a` is older than, the same as or newer than `b`. */
export function compareVersions(a: string, b: string): number {
	const left = a.split('.').map(Number);
	const right = b.split('.').map(Number);
	for (let at = 0; at < Math.max(left.length, right.length); at++) {
		const difference = (left[at] ?? 0) - (right[at] ?? 0);
		if (difference !== 0) return difference;
	}
	return 0;
}
