import type { CaseMachine } from '../../../tools/suite/case-machine.js';
import { defineCases } from '../../../tools/suite/declaration.js';

const folder = '/usr/libexec/imposos-tests/05';
/** Ends at once: it is about being loaded. */
const alone = '/tmp/alone/loaded end';
const cache = '/etc/ld-imposos.cache';

/** A program whose libraries lie where only the configuration leads, and a shell that says both outputs in one. */
async function farAway(vm: CaseMachine, signal: AbortSignal) {
	const run = async (script: string) => {
		const { stdout, stderr, status } = await vm.sh(script, { signal });
		return { stdout, stderr, said: `${stdout}${stderr}`, status };
	};
	await run(
		`mkdir -p /tmp/alone /opt/libs /etc/ld-imposos.conf.d; cp ${folder}/loaded /tmp/alone/; cp ${folder}/lib/*.so /opt/libs/; ` +
			'echo "include ld-imposos.conf.d/*.conf # what packages bring" >/etc/ld-imposos.conf; ' +
			'printf "# ours\\n  /opt/libs/  # with blanks\\nnonsense\\n" >/etc/ld-imposos.conf.d/ours.conf',
	);
	return run;
}

export const cacheCases = defineCases([
	{
		id: '5.1/configuration-and-cache',
		title: 'libraries are found by the configuration, by what it includes, and by the cache that is made of it',
		tier: 'quick',
		run: async (vm, t) => {
			t.plan(21);
			const run = await farAway(vm, t.signal);
			const works = async (what: string, lines = 0) => {
				const { status, stdout, stderr } = await run(alone);
				const said = stderr.split('\n').filter((line) => line !== '');
				const good = status === 0 && !/^not ok/m.test(stdout) && said.length === lines;
				t.ok(good && said.every((line) => line.includes(cache)), what, `status ${status}\n${stderr}`);
			};
			await works('an included file of the configuration names a folder');
			const searched = await run(
				`LD_DEBUG=libs ${alone} 2>&1 | grep -c 'search path=/opt/libs (/etc/ld-imposos.conf)'`,
			);
			t.equal(searched.stdout, '6\n', 'it is looked through for each library');
			const nothing = await run(`imposos-ldconfig -N -X && [ ! -e ${cache} ]`);
			t.equal(nothing.status, 0, '-N -X looks, and writes nothing');
			const made = await run('imposos-ldconfig -v');
			t.ok(made.status === 0 && /libwide\.so => libwide\.so/.test(made.stdout), 'the cache is made', made.said);
			const printed = await run('imposos-ldconfig -p');
			t.match(printed.stdout, /\n\tlibwide\.so => \/opt\/libs\/libwide\.so\n/, '-p shows it');
			const found = await run(`LD_DEBUG=libs ${alone} 2>&1 | grep -c 'search cache='`);
			t.equal(found.stdout, '6\n', 'it answers for each library');
			await works('a program runs by it');
			await run('mv /etc/ld-imposos.conf /etc/ld-imposos.conf.away');
			await works('without the configuration too');
			await run('mv /opt/libs /opt/moved; echo /opt/moved >/etc/ld-imposos.conf');
			await works('what it names and is gone is looked for elsewhere');
			await run('mv /opt/moved /opt/libs; mv /etc/ld-imposos.conf.away /etc/ld-imposos.conf');

			const damages = [
				['a byte of its names', `printf X | dd of=${cache} bs=1 seek=200 conv=notrunc`],
				['its magic', `printf X | dd of=${cache} bs=1 conv=notrunc`],
				['its version', `printf '\\011' | dd of=${cache} bs=1 seek=16 conv=notrunc`],
				['its count', `printf '\\377\\377\\377' | dd of=${cache} bs=1 seek=24 conv=notrunc`],
				['its end', `head -c 100 /tmp/cache >${cache}`],
				['all of it', `: >${cache}`],
			] as const;
			await run(`cp ${cache} /tmp/cache`);
			for (const [what, damage] of damages) {
				await run(`cp /tmp/cache ${cache}; ${damage}`);
				await works(`without ${what} it is ignored, with one line`, 1);
			}
			const refused = await run('imposos-ldconfig -p');
			t.ok(refused.status === 1 && /not a library cache/.test(refused.stderr), '-p refuses it', refused.said);
			t.equal((await run('imposos-ldconfig')).status, 0, 'it is made anew');
			await works('and is good again');

			await run(
				'mkdir -p /opt/two; for n in 1.9 1.10 1.2; do cp /opt/libs/libwide.so /opt/two/libwide.so.$n; done; cp /opt/libs/libbeta.so /opt/two/libbeta.so.3; cp /opt/libs/libalpha.so /opt/two/libbeta.so; echo x >/opt/two/libtext.so; imposos-ldconfig /opt/two',
			);
			const links = await run(
				'readlink /opt/two/libwide.so; [ -L /opt/two/libbeta.so ] || echo file; ls /opt/two | wc -l',
			);
			t.equal(
				links.stdout,
				'libwide.so.1.10\nfile\n8\n',
				'links lead to the latest version; a file is never replaced by one',
			);
			const nowhere = await run('imposos-ldconfig -C /nowhere/cache');
			t.ok(nowhere.status === 1 && /nowhere/.test(nowhere.stderr), 'what cannot be written is said', nowhere.said);
			t.equal((await run('imposos-ldconfig -Z')).status, 2, 'unknown options are refused');
			await run(
				'rm -rf /opt/two /opt/libs /etc/ld-imposos.conf /etc/ld-imposos.conf.d /etc/ld-imposos.cache /tmp/alone',
			);
		},
	},
	{
		id: '5.1/cache-replaced',
		title: 'programs start while the cache is made over and over: each finds it whole',
		tier: 'quick',
		timeout: 120,
		run: async (vm, t) => {
			t.plan(2);
			const run = await farAway(vm, t.signal);
			const rounds = t.size(300, 30);
			const { stdout, stderr } = await run(
				`imposos-ldconfig; rm /etc/ld-imposos.conf; (while [ ! -e /tmp/stop ]; do imposos-ldconfig -X /opt/libs; done) & i=0; bad=0; while [ $i -lt ${rounds} ]; do ${alone} >/dev/null 2>>/tmp/said || bad=$((bad + 1)); i=$((i + 1)); done; : >/tmp/stop; wait; echo $bad; cat /tmp/said; ls /etc | grep -c 'cache\\.'`,
			);
			t.equal(stderr, '', 'nothing is said');
			t.equal(stdout, '0\n0\n', 'none fails, and no unfinished file is left');
			await run('rm -rf /opt/libs /etc/ld-imposos.conf.d /etc/ld-imposos.cache /tmp/alone /tmp/stop /tmp/said');
		},
	},
	{
		id: '5.1/secure',
		title: 'a program that runs with another’s rights heeds nothing that its starter says to the loader',
		tier: 'quick',
		run: async (vm, t) => {
			t.plan(9);
			await vm.sh(
				`mkdir -p /usr/lib/imposos /usr/local/bin; cp ${folder}/lib/*.so /usr/lib/imposos/; cp ${folder}/loaded /usr/bin/env /usr/local/bin/; chmod 4755 /usr/local/bin/loaded /usr/local/bin/env; mkdir -p /tmp/evil; cp ${folder}/lib/libalpha.so /tmp/evil/libwide.so; chmod -R a+rX /tmp/evil`,
			);
			const asUser = async (line: string) => {
				const { stdout, stderr, status } = await vm.exec(['busybox', 'su', '-s', '/bin/sh', 'user', '-c', line], {
					signal: t.signal,
				});
				return { stdout, stderr, status };
			};
			const plain = await asUser('/usr/local/bin/env id -u 2>/dev/null; id -u');
			t.match(plain.stdout, /1000\n$/, 'the starter is no root');
			const path = await asUser('LD_LIBRARY_PATH=/tmp/evil /usr/local/bin/loaded end');
			t.ok(path.status === 0 && path.stderr === '', 'LD_LIBRARY_PATH', path.stderr);
			const preload = await asUser('LD_PRELOAD=/tmp/evil/libwide.so /usr/local/bin/loaded end');
			t.ok(preload.status === 0 && preload.stderr === '', 'LD_PRELOAD', preload.stderr);
			const debug = await asUser('LD_DEBUG=all /usr/local/bin/loaded end');
			t.ok(debug.status === 0 && debug.stderr === '', 'LD_DEBUG', debug.stderr.slice(0, 500));
			const trace = await asUser('LD_TRACE_LOADED_OBJECTS=1 /usr/local/bin/loaded end');
			t.ok(trace.status === 0 && trace.stdout === '', 'LD_TRACE_LOADED_OBJECTS', trace.stdout);
			const handed = await asUser(
				'A=1 LD_PRELOAD=x LD_LIBRARY_PATH=y LD_BIND_NOW=1 LD_WHATEVER=z B=2 /usr/local/bin/env',
			);
			t.match(handed.stdout, /^A=1$/m, 'the rest of the environment stays');
			t.match(handed.stdout, /^B=2$/m, 'all of it');
			t.ok(!/^LD_/m.test(handed.stdout), 'no word to a loader is handed on', handed.stdout);
			await vm.sh(`rm -r /usr/lib/imposos; mkdir /usr/local/bin/lib; cp ${folder}/lib/*.so /usr/local/bin/lib/`);
			const origin = await asUser('/usr/local/bin/loaded end');
			t.ok(origin.status === 127 && /cannot open/.test(origin.stderr), '$ORIGIN leads nowhere', origin.stderr);
			await vm.sh('rm -rf /usr/local/bin/loaded /usr/local/bin/env /usr/local/bin/lib /tmp/evil');
		},
	},
]);
