import { createHash } from 'node:crypto';
import { chmodSync, lstatSync, mkdirSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import path from 'node:path';
import { cacheRoot, fromRoot } from '../../../tools/build/paths.js';
import { readDeclaration } from '../../../tools/image/declaration.js';
import { buildPorts } from '../../../tools/image/ports.js';
import { SourceStore } from '../../../tools/image/source-store.js';
import { silentLog } from '../../../tools/log.js';
import { defineCases } from '../../../tools/suite/declaration.js';

/** Names, kinds, modes and contents of all that a folder holds. */
function contents(folder = ''): string[] {
	const lines = readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((name) => {
		const file = path.join(folder, name);
		const status = lstatSync(file);
		let what = '';
		if (status.isSymbolicLink()) what = readlinkSync(file);
		else if (status.isFile()) what = createHash('sha256').update(readFileSync(file)).digest('hex');
		return `/${name} ${status.mode.toString(8)} ${what}`;
	});
	return lines.sort();
}

export const repeatedPortCases = defineCases([
	{
		id: '5.3/ports-again',
		title: 'ports that are compiled again, in another folder, have the same bytes',
		tier: 'quick',
		image: 'ports',
		start: 'none',
		needs: ['debian'],
		timeout: 1200,
		run: async (_vm, t) => {
			const { ports, suite } = readDeclaration('ports');
			const chosen = ports.filter(({ name, source }) => source !== undefined && (t.full || name === 'bzip2'));
			t.plan(chosen.length);
			const { signal } = t;
			const lockFile = fromRoot('images', 'packages.lock');
			const sources = new SourceStore({ cache: cacheRoot, lockFile, suite, signal, log: silentLog });
			const common = { variant: 'debug' as const, sources, signal, log: silentLog };
			const first = await buildPorts(chosen, common);
			// Where whoever compiles ports can reach it.
			chmodSync(t.scratch, 0o755);
			const store = path.join(t.scratch, 'a', 'longer', 'way');
			mkdirSync(store, { recursive: true });
			const again = await buildPorts(chosen, { ...common, store });
			for (const { name } of chosen) {
				const [before, after] = [contents(first.get(name)), contents(again.get(name))];
				const gone = before.filter((line) => !after.includes(line));
				const added = after.filter((line) => !before.includes(line));
				t.ok(before.length > 0 && gone.length + added.length === 0, name, [...gone, ...added].join('\n'));
			}
		},
	},
]);
