import { defineCommand, jsonOption } from './command.js';

interface Options {
	install: boolean;
	yes: boolean;
	json: boolean;
}

const marks = { ok: 'ok', missing: 'MISSING', unsuitable: 'UNSUITABLE', note: 'note' };

export const command = defineCommand<Options>({
	command: 'doctor',
	describe: 'Name what the host lacks, and how to mend it',
	examples: [['imposos doctor --install', 'Mend it (as root, or through sudo)']],
	builder: (yargs) =>
		jsonOption(yargs)
			.option('install', { type: 'boolean', default: false, describe: 'Install what is missing' })
			.option('yes', {
				alias: 'y',
				type: 'boolean',
				default: false,
				describe: 'Do not ask before installing; CI=1 does the same',
			}),
	run: async ({ install, yes, json }, { signal, log, print }) => {
		const { ailments, examine, hostProbe, installArguments, remedies } = await import('../build/doctor.js');
		const { ToolError } = await import('../errors.js');
		const probe = hostProbe(`${process.env['PATH'] ?? ''}:/usr/sbin:/sbin`);
		let findings = await examine(probe);
		const packages = remedies(findings);
		if (install && packages.length > 0) {
			const { execa } = await import('execa');
			const root = process.getuid?.() === 0;
			if (!root && probe.which('sudo') === undefined) {
				throw new ToolError('installing packages takes root', {
					hint: `as root: apt-get ${installArguments(packages).join(' ')}`,
				});
			}
			log.info(`these Debian packages, and what they depend on, will be installed as root: ${packages.join(' ')}`);
			if (!yes && process.env['CI'] === undefined && process.stdin.isTTY && !(await confirm('go on? [Y/n] ', signal))) {
				throw new ToolError('nothing was installed', { hint: `sudo apt-get ${installArguments(packages).join(' ')}` });
			}
			const apt = async (...args: string[]) => {
				const [file, list] = root ? ['apt-get', args] : ['sudo', ['apt-get', ...args]];
				const settings = {
					stdin: 'inherit',
					stdout: 2,
					stderr: 'inherit',
					reject: false,
					cancelSignal: signal,
				} as const;
				return (await execa(file, list, { ...settings, env: { DEBIAN_FRONTEND: 'noninteractive' } })).exitCode === 0;
			};
			if (!(await apt(...installArguments(packages)))) {
				// The host's index may be old, or not be there at all.
				await apt('update');
				if (!(await apt(...installArguments(packages)))) {
					throw new ToolError('the packages could not be installed', {
						hint: 'see what apt-get said above; is the network there?',
					});
				}
			}
			findings = await examine(probe);
		}
		if (json) print(JSON.stringify(findings));
		else {
			const width = Math.max(...findings.map(({ name }) => name.length));
			for (const { name, verdict, detail } of findings)
				print(`${name.padEnd(width)}  ${marks[verdict].padEnd(10)}  ${detail}`);
		}
		const ill = ailments(findings);
		if (ill.length === 0) return;
		const left = remedies(findings);
		const advice = ill.map((finding) => finding.advice).find((text) => text !== undefined);
		throw new ToolError(`${ill.map(({ name }) => name).join(', ')}: missing or unsuitable`, {
			hint: left.length > 0 ? `sudo apt-get ${installArguments(left).join(' ')}` : (advice ?? 'see above'),
		});
	},
});

async function confirm(question: string, signal: AbortSignal): Promise<boolean> {
	const { createInterface } = await import('node:readline/promises');
	const terminal = createInterface({ input: process.stdin, output: process.stderr });
	try {
		return /^(y|$)/i.test((await terminal.question(question, { signal })).trim());
	} finally {
		terminal.close();
	}
}
