import { defineCases } from '../../../tools/suite/declaration.js';
import { type Program, programCase } from '../../04-syscalls/cases/program.js';

/** Debian's dynamic programs, each with the loader that it names, and those that open libraries as they run. */
const programs: readonly Program[] = [
	{
		step: '5.4',
		name: 'glibc-loader',
		what: 'every program of the image is loaded with its libraries by glibc’s loader, and told to do so otherwise',
		full: true,
		timeout: 900,
	},
	{
		step: '5.4',
		name: 'glibc-dlopen',
		what: 'a program that its gcc makes here opens libraries in every mode, from many threads',
	},
	{
		step: '5.4',
		name: 'musl',
		what: 'programs that its musl-gcc makes here, static and with musl’s loader, with libraries and threads',
	},
	{
		step: '5.4',
		name: 'python3-extensions',
		what: 'all modules in C are opened; ctypes, sqlite3 and ssl at length',
	},
	{
		step: '5.4',
		name: 'perl-xs',
		what: 'all modules in C are opened; List::Util, POSIX, Storable, threads at work',
	},
	{
		step: '5.4',
		name: 'gawk-extensions',
		what: 'files, processes, arrays on disk by its libraries',
	},
	{
		step: '5.4',
		name: 'openssl-providers',
		what: 'legacy digests and ciphers, by arguments and configuration; engines',
	},
	{
		step: '5.4',
		name: 'pam',
		what: 'stacks of su with eleven modules; locked, expired and absent users',
		full: true,
	},
	{
		step: '5.4',
		name: 'other-openers',
		what: 'character sets of iconv, getent, vim, sqlite3, bash',
	},
];

export const debianCases = defineCases(
	programs.map((program) => programCase('05-dynamic-linking', 'debian-programs', program)),
);
