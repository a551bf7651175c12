import { getSystemErrorMap } from 'node:util';

/** Linux's name and words for an errno; host and guest number them alike. */
export function errnoName(errno: number): string {
	const [name, words] = getSystemErrorMap().get(-errno) ?? [`errno ${errno}`, 'unknown error'];
	return `${words} (${name})`;
}
