/** Access control lists of the host's files, by the host's getfacl and setfacl: Node reads no extended attributes. */
import { type SpawnSyncReturns, spawnSync } from 'node:child_process';
import path from 'node:path';
import { ImageError } from '../errors.js';
import type { Acls } from '../impfs/acl-attributes.js';
import { aclLines, parseAclLines } from '../impfs/acl-text.js';

function run(command: string, args: readonly string[], input = ''): SpawnSyncReturns<string> | undefined {
	const options = { input, encoding: 'utf8', maxBuffer: 2 ** 30, env: { ...process.env, LC_ALL: 'C' } } as const;
	const result = spawnSync(command, args, options);
	if (result.error && 'code' in result.error && result.error.code === 'ENOENT') return undefined;
	if (result.error) throw new ImageError(`${command}: ${result.error.message}`, { cause: result.error });
	return result;
}

/** getfacl writes some bytes of names as octal numbers and a backslash as two; setfacl reads all so. */
function unquote(name: string): string {
	const bytes = Buffer.from(name, 'utf8').toString('latin1');
	const plain = bytes.replace(/\\(\\|[0-7]{3})/g, (_, code: string) =>
		code === '\\' ? code : String.fromCharCode(Number.parseInt(code, 8)),
	);
	return Buffer.from(plain, 'latin1').toString('utf8');
}

function quote(name: string): string {
	return name.replace(/[\\\s=]/g, (byte) => `\\${byte.charCodeAt(0).toString(8).padStart(3, '0')}`);
}

/** The lists of all in a tree that have more than a mode, by absolute path. None where the host has no getfacl. */
export function readHostAcls(tree: string): Map<string, Acls> {
	const lists = new Map<string, Acls>();
	const result = run('getfacl', ['-RPnpsE', '--', path.resolve(tree)]);
	for (const block of result?.stdout.split('\n\n') ?? []) {
		const [head = '', ...lines] = block.split('\n');
		if (head.startsWith('# file: ')) lists.set(unquote(head.slice('# file: '.length)), parseAclLines(lines));
	}
	return lists;
}

/**
 * Gives files their lists.
 *
 * @returns why they could not be given
 */
export function writeHostAcls(lists: ReadonlyMap<string, Acls>): string | undefined {
	const blocks = [...lists].map(
		([file, acls]) => `# file: ${quote(path.resolve(file))}\n${aclLines(acls).join('\n')}\n`,
	);
	const result = run('setfacl', ['--restore=-'], `${blocks.join('\n')}\n`);
	if (result === undefined) return 'this host has no setfacl (package acl)';
	return result.status === 0 ? undefined : result.stderr.trim().split('\n')[0];
}
