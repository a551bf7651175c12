import {
	existsSync,
	lstatSync,
	mkdtempSync,
	readdirSync,
	readFileSync,
	readlinkSync,
	rmSync,
	writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import t from 'tap';
import { HostError, PackageError, TimeoutError } from '../../tools/errors.js';
import { hostRoot } from '../../tools/image/host-root.js';
import { silentLog } from '../../tools/log.js';
import { runOnHost } from '../../tools/suite/host-run.js';

const scratch = mkdtempSync(path.join(tmpdir(), 'imposos-host-test-'));
t.teardown(() => rmSync(scratch, { recursive: true, force: true }));
t.setTimeout(300_000);
const { signal } = new AbortController();

t.test('an image as a folder of this host', async (t) => {
	const write = (text: string) => {
		const entries = [
			{ type: 'directory', path: '/d', mode: '1777' },
			{ type: 'file', path: '/d/f', text, mode: '4711' },
			{ type: 'hardlink', path: '/d/g', target: '/d/f' },
			{ type: 'symlink', path: '/l', target: 'd/f' },
			{ type: 'copy', path: '/copy', from: 'contents' },
			{ type: 'char', path: '/null', major: 1, minor: 3 },
		];
		const layers = [{ userland: true }, { entries }];
		writeFileSync(path.join(scratch, 'small.json'), JSON.stringify({ describe: 'small', size: '1M', layers }));
	};
	writeFileSync(path.join(scratch, 'contents'), 'x'.repeat(3 << 20));
	const options = { signal, log: silentLog, roots: path.join(scratch, 'roots'), lockFile: path.join(scratch, 'lock') };
	write('one');
	const name = path.join(scratch, 'small.json');
	const folder = await hostRoot(name, options);
	const status = (file: string) => lstatSync(path.join(folder, file));
	t.strictSame(readdirSync(folder).sort(), ['copy', 'd', 'l'], 'neither our user space nor nodes');
	t.equal(status('d').mode & 0o7777, 0o1777);
	t.equal(status('d/f').mode & 0o7777, 0o4711);
	t.equal(status('d/f').ino, status('d/g').ino);
	t.equal(status('d/f').mtimeMs, Date.parse('2026-01-01T00:00:00Z'));
	t.equal(readlinkSync(path.join(folder, 'l')), 'd/f');
	t.equal(status('copy').size, 3 << 20);
	t.equal(await hostRoot(name, options), folder, 'made once');
	write('two');
	const second = await hostRoot(name, options);
	t.equal(readFileSync(path.join(second, 'l'), 'utf8'), 'two');
	t.notOk(existsSync(folder), 'what it was before is gone');
	t.strictSame(readdirSync(options.roots), [path.basename(second)]);
});

t.test('a script runs among an image’s packages', async (t) => {
	const run = (script: string, more: { timeout?: number; env?: Record<string, string> } = {}) =>
		runOnHost('debian-tools', script, { signal, env: { PATH: '/usr/bin' }, ...more });
	try {
		await run('true');
	} catch (error) {
		if (!(error instanceof HostError || error instanceof PackageError)) throw error;
		t.comment(error.message);
		return;
	}
	const result = await run('uname -m; hostname; echo $$; env | sort; echo wrong >&2; exit 3', {
		env: { PATH: '/bin', A: 'b c' },
	});
	t.equal(result.stdout, 'i686\nimposos\n1\nA=b c\nPATH=/bin\nPWD=/\n');
	t.equal(result.stderr, 'wrong\n');
	t.equal(result.status, 3);
	t.match(await run('rm -rf /etc /usr/share; ls -d /etc; echo kept > /tmp/x; echo x > /dev/null; echo done'), {
		stdout: 'done\n',
	});
	t.match(await run('ls /tmp; ls -d /etc'), { stdout: '/etc\n' }, 'what one writes, no other sees');
	t.match(
		await run('echo 1 > /proc/sys/vm/overcommit_memory && echo written'),
		{ stdout: '' },
		'the kernel is out of reach',
	);
	t.match(await run('(sleep 1000; echo late) & echo early'), { stdout: 'early\n' }, 'nobody stays behind');
	await t.rejects(run('sleep 1000', { timeout: 500 }), TimeoutError);
});
