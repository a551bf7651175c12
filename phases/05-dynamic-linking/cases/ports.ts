import { readFileSync } from 'node:fs';
import { fromRoot } from '../../../tools/build/paths.js';
import { defineCases } from '../../../tools/suite/declaration.js';
import { type Program, programCase } from '../../04-syscalls/cases/program.js';
import { terminalPortCases } from './ports-terminal.js';

/** An outside program that is compiled for our library, and a script that puts it to use. */
interface Port extends Pick<Program, 'says' | 'full' | 'timeout'> {
	readonly name: string;
	readonly what: string;
	/** The script when it is not `programs/ports/NAME.sh`: path below phases/. */
	readonly script?: string;
}

/** What Debian's same program answers to the same script. */
const answers = (name: string) =>
	readFileSync(fromRoot('phases', '05-dynamic-linking', 'programs', 'ports', `${name}.says`), 'utf8');

/** Those that have Debian's own beside them, on the host, write what those write. */
const compared: readonly Port[] = [
	{ name: 'lua', what: 'language, library, files and processes', script: '04-syscalls/programs/lua.sh' },
	{ name: 'dash', what: 'a shell’s language, jobs and signals', script: '04-syscalls/programs/dash.sh' },
	{ name: 'sqlite3', what: 'tables to full text, transactions, kills, several writers' },
	{
		name: 'tcc',
		what: 'compiles and runs C with our headers and libraries',
		script: '04-syscalls/programs/tcc.sh',
	},
];

/** Those with tests of their own, or whose answers are known. */
const known: readonly Port[] = [
	{ name: 'zlib', what: 'its own tests; streams that others read, and theirs', says: /^all of it\n$/m },
	{ name: 'bzip2', what: 'its samples, damage, recovery, and others’ files', says: /^all of it\n$/m },
	{ name: 'sqlite3-speed', what: 'its own measure of speed gives the right results', says: /^all of it\n$/m },
	{ name: 'jq', what: 'some of its own tests, and filters', says: answers('jq') },
	{
		name: 'jq-tests',
		what: 'all of its own tests',
		says: /^(fine\n(\d+) of \2 tests passed \(0 malformed\)\n){3}$/,
		full: true,
		timeout: 900,
	},
	{ name: 'tcc-tests', what: 'all of its own tests', says: '103 are fine\n', full: true },
	{ name: 'file', what: 'types by their beginnings', says: answers('file') },
];

function portCase(
	{ name, what, script = `05-dynamic-linking/programs/ports/${name}.sh`, ...rest }: Port,
	host?: string,
) {
	const id = `port-${name}`;
	return programCase('05-dynamic-linking', 'ports', {
		step: '5.3',
		name: id,
		what,
		title: `${name}, compiled for our library: ${what}`,
		script: readFileSync(fromRoot('phases', script), 'utf8'),
		...(host === undefined ? { alone: 'its answers are known' } : { hostImage: host }),
		...rest,
	});
}

export const portCases = defineCases([
	...compared.map((port) => portCase(port, 'debian-programs')),
	...known.map((port) => portCase(port)),
	...terminalPortCases,
]);
