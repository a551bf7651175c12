import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseSyscalls } from '../abi/syscalls.js';
import { UsageError } from '../errors.js';
import { repositoryRoot } from './paths.js';

/** What `imposos new` can begin. */
export const scaffoldKinds = ['case', 'syscall', 'driver', 'port'] as const;
export type ScaffoldKind = (typeof scaffoldKinds)[number];

export interface Scaffold {
	/** Files that were made, from the root of the repository. */
	made: string[];
	/** Files that were changed. */
	changed: string[];
	/** What is left to do, a line each. */
	next: string[];
}

/**
 * Begins a piece of work with the files that it takes. What they hold fails or answers ENOSYS until it is written.
 *
 * @param root the repository
 * @throws UsageError for a name that cannot be or is taken
 */
export function scaffold(kind: ScaffoldKind, name: string, root = repositoryRoot): Scaffold {
	return { case: newCase, syscall: newSyscall, driver: newDriver, port: newPort }[kind](name, root);
}

class Files {
	readonly made: string[] = [];
	readonly changed: string[] = [];
	readonly #root: string;

	constructor(root: string) {
		this.#root = root;
	}

	make(file: string, text: string): void {
		const target = path.join(this.#root, file);
		if (existsSync(target)) throw new UsageError(`${file} is there already`);
		mkdirSync(path.dirname(target), { recursive: true });
		writeFileSync(target, text);
		this.made.push(file);
	}

	change(file: string, edit: (text: string) => string): void {
		const target = path.join(this.#root, file);
		const before = readFileSync(target, 'utf8');
		const after = edit(before);
		if (after === before)
			throw new UsageError(`${file} is not of the shape that can be added to`, { hint: 'add to it by hand' });
		writeFileSync(target, after);
		this.changed.push(file);
	}
}

function newCase(id: string, root: string): Scaffold {
	const match = /^(\d+)\.(\d+)\/([a-z0-9][a-z0-9-]*)$/.exec(id);
	if (match === null)
		throw new UsageError(`a case is named STEP/NAME, not ${id}`, {
			hint: 'for example: imposos new case 3.2/cow-after-fork',
		});
	const [, phase = '', , name = ''] = match;
	const number = phase.padStart(2, '0');
	const phases = path.join(root, 'phases');
	const folder = existsSync(phases) ? readdirSync(phases).find((entry) => entry.startsWith(`${number}-`)) : undefined;
	if (folder === undefined)
		throw new UsageError(`phase ${phase} has not been started`, { hint: `make phases/${number}-NAME/suite.ts first` });
	const suite = path.join('phases', folder, 'suite.ts');
	if (!new RegExp(`'${match[1]}\\.${match[2]}'`).test(readFileSync(path.join(root, suite), 'utf8'))) {
		throw new UsageError(`${suite} has no step ${match[1]}.${match[2]}`, { hint: 'add the step to it first' });
	}
	const variable = `${name.replace(/-+(.)/g, (_all, letter: string) => letter.toUpperCase()).replace(/^(\d)/, 'case$1')}Cases`;
	const files = new Files(root);
	files.make(
		path.join('phases', folder, 'cases', `${name}.ts`),
		`import { defineCases } from '../../../tools/suite/declaration.js';
import { guestTestPath, runGuestTest } from '../../../tools/suite/guest-test.js';

export const ${variable} = defineCases([
	{
		id: '${id}',
		title: 'what holds if it passes',
		tier: 'quick',
		todo: 'not written yet',
		run: async (vm, t) => {
			await runGuestTest(vm, t, guestTestPath(${Number(phase)}, '${name}'));
		},
	},
]);
`,
	);
	files.make(
		path.join('phases', folder, 'guest', `${name}.c`),
		`/*
 * ${name}: what it proves, and what a failure would mean.
 */
#include "../../guest/testing.h"

int main(void)
{
	TEST_PLAN(1);
	OK(0, "not written yet");
	return test_done();
}
`,
	);
	files.change(suite, (text) =>
		text
			.replace(/(\n)(\nexport const suite)/, `$1import { ${variable} } from './cases/${name}.js';$1$2`)
			.replace(/(cases: \[[^\]]*?),?(\s*\],?)/, `$1, ...${variable}$2`),
	);
	return {
		...files,
		next: ['write the title and both files, take the todo out', `imposos test ${id}`, 'imposos phases --write'],
	};
}

function newSyscall(name: string, root: string): Scaffold {
	const table = path.join('kernel', 'abi', 'syscalls.tbl');
	const calls = parseSyscalls(readFileSync(path.join(root, table), 'utf8'));
	const call = calls.find((one) => one.name === name);
	if (call === undefined) {
		const like = calls.filter((one) => one.name.includes(name.replace(/^sys_/, ''))).map((one) => one.name);
		const hint = like.length > 0 ? `did you mean ${like.slice(0, 4).join(', ')}?` : `${table} lists them`;
		throw new UsageError(`Linux/i386 has no system call ${name}`, { hint });
	}
	if (call.state === 'done')
		throw new UsageError(`${name} is marked as done in ${table}`, { hint: `grep -rn ${call.handler} kernel` });
	const args = call.args.map((arg) => arg.replaceAll('*', '__user *')).join(', ');
	const files = new Files(root);
	files.make(
		path.join('kernel', 'sys', `${name}.c`),
		`/*
 * ${name}(2): what it does, for whom.
 *
 * Invariant: none yet. Callers: the dispatch table, in the context of a task, with nothing locked.
 */
#include <abi/errno.h>
#include <sys/syscalls.h>

long ${call.handler}(${args || 'void'})
{
${call.args.map((arg) => `	(void)${/(\w+)$/.exec(arg)?.[1] ?? ''};	/* not used yet */\n`).join('')}	return -ENOSYS;
}
`,
	);
	files.change(table, (text) => text.replace(new RegExp(`^(${call.number} ${name} .*) none$`, 'm'), '$1 done'));
	return {
		...files,
		next: [
			'validate, copy in, call the module, copy out: docs/add-a-syscall.md',
			`imposos new case 4.1/${name.replaceAll('_', '-')}`,
		],
	};
}

function newDriver(name: string, root: string): Scaffold {
	if (!/^[a-z][a-z0-9_]*$/.test(name))
		throw new UsageError(`a driver is named like a C file, not ${name}`, { hint: 'lower case letters, digits and _' });
	const files = new Files(root);
	files.make(
		path.join('kernel', 'drivers', name, `${name}.c`),
		`/*
 * ${name}: the device, and the data sheet that names its registers.
 *
 * Invariant: none yet. Callers: the driver core, which may sleep.
 */
#include <abi/errno.h>
#include <core/device.h>
#include <core/init.h>
#include <drivers/pci.h>

static const struct pci_id ${name}_ids[] = {
	/* { vendor, device } */
	{ 0 },
};

static int ${name}_probe(struct device *d)
{
	(void)d;	/* nothing is driven yet */
	return -ENODEV;
}

static void ${name}_remove(struct device *d)
{
	(void)d;	/* probe keeps nothing */
}

static struct driver ${name}_driver = {
	.name = "${name}",
	.bus = &pci_bus,
	.id_table = ${name}_ids,
	.probe = ${name}_probe,
	.remove = ${name}_remove,
};

static int ${name}_init(void)
{
	return driver_register(&${name}_driver);
}
device_initcall(${name}_init);
`,
	);
	return { ...files, next: ['name the device in the table, write probe and remove: docs/add-a-driver.md'] };
}

function newPort(name: string, root: string): Scaffold {
	if (!/^[a-z0-9][a-z0-9+.-]+$/.test(name)) throw new UsageError(`no Debian package can be named ${name}`);
	const files = new Files(root);
	const recipe = {
		describe: `Debian's ${name}`,
		source: name,
		build: ['./configure --host=$HOST --prefix=/usr --libdir=/usr/lib/imposos', 'make', 'make install'],
		without: ['/usr/share/doc', '/usr/share/man', '/usr/share/info'],
	};
	files.make(path.join('images', 'ports', `${name}.json`), `${JSON.stringify(recipe, null, 2)}\n`);
	return { ...files, next: [`add "ports": ["${name}"] to an image in images/`, 'imposos image build IMAGE'] };
}
