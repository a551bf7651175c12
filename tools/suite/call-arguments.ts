import { readFileSync } from 'node:fs';
import { parseSyscalls, type SystemCall } from '../abi/syscalls.js';
import { fromRoot } from '../build/paths.js';

/** The calls of the kernel's own table that answer. */
export function answeredCalls(): SystemCall[] {
	return parseSyscalls(readFileSync(fromRoot('kernel/abi/syscalls.tbl'), 'utf8')).filter(
		({ state }) => state === 'done',
	);
}

/**
 * What a call's arguments are to programs that make any call, a letter each: s a path, p another pointer, f a file, d a
 * folder's descriptor, n a length, z the size of a signal set, a an address, c which of a call's calls, r what
 * a limit is of, i anything else.
 */
export function argumentLetters(args: readonly string[]): string {
	return args.map(letter).join('');
}

function letter(argument: string): string {
	if (/^const char \*\w+$/.test(argument)) return 's';
	if (argument.includes('*')) return 'p';
	const name = argument.slice(argument.lastIndexOf(' ') + 1);
	if (/dfd$/.test(name)) return 'd';
	if (/^(fd|in|out|epfd|mq|pidfd)$/.test(name)) return 'f';
	if (/^(count|len|n|bytes|max)$/.test(name)) return 'n';
	if (name === 'size') return 'z';
	if (name === 'addr') return 'a';
	if (name === 'resource') return 'r';
	return name === 'call' ? 'c' : 'i';
}
