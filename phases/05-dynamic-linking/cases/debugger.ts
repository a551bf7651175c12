import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { execa } from 'execa';
import { coreArguments } from '../../../tools/machine/debug-core.js';
import { defineCases } from '../../../tools/suite/declaration.js';
import { guestTestPath } from '../../../tools/suite/guest-test.js';

const folder = '/usr/libexec/imposos-tests/05';

export const debuggerCases = defineCases([
	{
		id: '5.1/debugger',
		title: 'the host’s gdb sees in a core file which libraries a program has, those opened as it ran among them',
		tier: 'quick',
		run: async (vm, t) => {
			t.plan(6);
			await vm.sh(`rm -rf /tmp/core; mkdir -p /tmp/core/plugins; cp ${folder}/lib/libplugin_*.so /tmp/core/plugins/`);
			const { stdout } = await vm.sh(
				`cd /tmp/core; ulimit -c unlimited; echo '! kill -ABRT $PPID' | ${folder}/plugin-host plugins >/dev/null; echo $?; busybox gzip core`,
				{ signal: t.signal },
			);
			t.equal(stdout, '134\n', 'a program with plugins ends by SIGABRT');
			const core = path.join(t.scratch, 'core');
			writeFileSync(core, gunzipSync(await vm.getFile('/tmp/core/core.gz')));
			await vm.sh('rm -rf /tmp/core');
			const args = coreArguments({ core, program: guestTestPath(5, 'plugin-host'), variant: 'debug', extra: [] });
			const commands = ['info sharedlibrary', 'bt', 'info symbol malloc'].flatMap((command) => ['-ex', command]);
			const { all = '' } = await execa('gdb', ['-nx', '-batch', ...args, ...commands], {
				all: true,
				reject: false,
				cancelSignal: t.signal,
				timeout: 60_000,
				env: { DEBUGINFOD_URLS: '' },
			});
			t.match(all, /^0x[0-9a-f]+ +0x[0-9a-f]+ +\S+ .*\/ld-imposos\.so\.1$/m, 'the C library, and where it lies');
			t.match(all, /^0x[0-9a-f]+ .*libplugin_upper\.so$/m, 'a plugin');
			t.match(all, /^0x[0-9a-f]+ .*libplugin_reverse\.so$/m, 'another');
			t.match(all, /^#\d+ .* in system /m, 'the call chain begins in the library');
			t.match(all, /^#\d+ .* in main /m, 'and ends in the program');
		},
	},
]);
