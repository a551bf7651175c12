import { defineCases } from '../../../tools/suite/declaration.js';
import { guestTest } from '../../../tools/suite/guest-test.js';

const folder = '/usr/libexec/imposos-tests/05';

export const loaderCases = defineCases([
	guestTest('5.1/loaded', 'a program with libraries: order, scopes, versions, thread variables, places'),
	guestTest(
		'5.1/malformed-libraries',
		'libraries with wrong fields are refused in one line, or work; the loader never dies',
		{
			program: 'malformed',
			args: (t) => ['library', String(t.seed), String(t.size(3000, 120))],
			timeout: 300,
		},
	),
	guestTest(
		'5.1/malformed-programs',
		'programs with wrong fields are refused by the kernel or in one line, or die alone',
		{
			program: 'malformed',
			args: (t) => ['program', String(t.seed), String(t.size(2000, 80))],
			timeout: 300,
		},
	),
	guestTest('5.2/racing', 'sixteen threads and a signal handler bind the same functions at the same time', {
		args: (t) => [String(t.size(500, 20))],
		timeout: 300,
	}),
	guestTest('5.2/copied', 'a program at a fixed address has objects copied into it'),
	{
		id: '5.1/environment',
		title: 'LD_LIBRARY_PATH, LD_PRELOAD, LD_DEBUG, LD_BIND_NOW, LD_TRACE_LOADED_OBJECTS, and the loader as a program',
		tier: 'quick',
		run: async (vm, t) => {
			t.plan(16);
			const run = async (script: string) => {
				const { stdout, stderr, status } = await vm.sh(script, { signal: t.signal });
				return { said: `${stdout}${stderr}`, status };
			};
			const copy = '/tmp/elsewhere';
			await vm.sh(`mkdir -p ${copy}/lib && cp ${folder}/copied ${copy}/ && cp ${folder}/lib/libwide.so ${copy}/lib/`);
			const traced = await run(`LD_TRACE_LOADED_OBJECTS=1 ${folder}/loaded`);
			t.equal(traced.status, 0, 'a trace ends well');
			t.match(
				traced.said,
				/libalpha\.so => \/\S+\/libalpha\.so \(0x[0-9a-f]{8}\)/,
				'it names each library and its path',
			);
			t.match(traced.said, /libalpha\.so[\s\S]*libwide\.so[\s\S]*libbeta\.so/, 'breadth first');
			const preferred = await run(`LD_LIBRARY_PATH=${copy}/lib LD_TRACE_LOADED_OBJECTS=1 ${folder}/loaded`);
			t.match(
				preferred.said,
				/libwide\.so => \/tmp\/elsewhere\/lib\/libwide\.so/,
				'LD_LIBRARY_PATH comes before RUNPATH',
			);
			const old = await run(`LD_LIBRARY_PATH=${copy}/lib LD_TRACE_LOADED_OBJECTS=1 ${folder}/copied`);
			t.match(old.said, /libwide\.so => \/usr\/libexec/, 'but after RPATH');
			const preloaded = await run(
				`LD_PRELOAD=${folder}/lib/libpreloaded.so LD_DEBUG=bindings ${folder}/opening 2>&1 | grep -c 'to .*libpreloaded.so: normal symbol .malloc'`,
			);
			t.ok(Number(preloaded.said) >= 1, 'a preloaded malloc() is what is bound to', preloaded.said);
			const absent = await run(`LD_PRELOAD=libno-such.so ${folder}/copied 2>&1 && echo still here`);
			t.match(
				absent.said,
				/libno-such\.so[\s\S]*ignored[\s\S]*still here/,
				'what cannot be preloaded is ignored, and said',
			);
			const debug = await run(`LD_DEBUG=libs,files ${folder}/copied`);
			t.match(debug.said, /calling init/, 'LD_DEBUG shows what is done');
			const help = await run(`LD_DEBUG=help ${folder}/copied`);
			t.match(help.said, /bindings/, 'LD_DEBUG=help lists its words');
			const now = await run(`LD_BIND_NOW=1 ${folder}/loaded`);
			t.ok(now.status === 0 && !/not ok/.test(now.said), 'everything bound before the start is the same', now.said);
			const direct = await run(`/lib/ld-imposos.so.1 ${folder}/loaded`);
			t.ok(
				direct.status === 0 && !/not ok/.test(direct.said),
				'the loader starts a program that it is given',
				direct.said,
			);
			const library = await run(`/lib/ld-imposos.so.1 --library-path ${copy}/lib --list ${folder}/loaded`);
			t.match(library.said, /libc\.so/, 'and lists its libraries');
			const usage = await run('/lib/ld-imposos.so.1');
			t.ok(usage.status === 127 && /usage:/.test(usage.said), 'without one it says how it is used', usage.said);
			const listed = await run(`ldd ${folder}/loaded`);
			t.match(listed.said, /libc\.so => \/lib\/ld-imposos\.so\.1/, 'ldd lists them');
			const notDynamic = await run('ldd /sbin/init');
			t.ok(
				notDynamic.status === 1 && /not a dynamic/.test(notDynamic.said),
				'ldd says what is static',
				notDynamic.said,
			);
			const no = await run('ldd /etc/passwd');
			t.ok(no.status === 1, 'and what is no program', no.said);
		},
	},
	{
		id: '5.1/errors',
		title: 'one clear line for each thing that is wrong with a library',
		tier: 'quick',
		run: async (vm, t) => {
			t.plan(19);
			const work = '/tmp/broken';
			const wrong = async (change: string, said: RegExp, what: string) => {
				await vm.sh(`rm -rf ${work}; mkdir ${work}; cp ${folder}/lib/*.so ${work}/; cd ${work} && ${change}`);
				const { stderr, status } = await vm.sh(`LD_LIBRARY_PATH=${work} ${folder}/loaded`, { signal: t.signal });
				const lines = stderr.trim().split('\n');
				t.ok(status === 127 && lines.length === 1 && said.test(stderr), what, `status ${status}: ${stderr}`);
			};
			const patch = (at: number, bytes: string) =>
				`printf '${bytes}' | dd of=libwide.so bs=1 seek=${at} conv=notrunc 2>/dev/null`;
			await wrong(': > libwide.so', /libwide\.so: not an ELF file/, 'an empty file');
			await wrong('head -c 60 /etc/passwd > libwide.so', /libwide\.so: not an ELF file/, 'a text');
			await wrong(
				'head -c 60 libalpha.so > libwide.so',
				/libwide\.so: file too short/,
				'a file that ends in its headers',
			);
			await wrong('head -c 4096 libalpha.so > libwide.so', /libwide\.so: /, 'a file that ends in a segment');
			await wrong(patch(5, '\\002'), /libwide\.so: made for another machine/, 'the other byte order');
			await wrong(patch(16, '\\002'), /libwide\.so: not a shared library/, 'a program in a library’s place');
			await wrong(patch(42, '\\377'), /libwide\.so: program headers/, 'headers of a wrong size');
			await wrong(patch(44, '\\000'), /libwide\.so: program headers/, 'no headers');
			await wrong(patch(28, '\\377\\377\\377\\177'), /libwide\.so: file too short/, 'headers beyond the end');
			await wrong(patch(20, '\\007'), /libwide\.so: unknown version/, 'an unknown version');
			await wrong('cp libdelta.so libversions.so', /loaded: undefined symbol|symbol lookup error/, 'a missing symbol');
			await wrong(
				'cp libdelta.so libversions.so',
				/^\S*loaded: .*(form|old_form|V_[123])/,
				'it is named, and who needs it',
			);
			await wrong(
				'cp libolder.so libversions.so',
				/^\S*loaded: .*version V_3 of \S*libversions\.so not found$/m,
				'a missing version names version, library and who needs it',
			);
			await wrong(
				'head -c 3000 libdelta.so >x; cp x libdelta.so',
				/libdelta\.so: .* \(needed by \S*\/(libbeta|libgamma|loaded)(\.so)?\)$/m,
				'of a library of a library it is said whose need it was',
			);
			await vm.sh(`rm -rf ${work}`);
			const gone = await vm.sh(`cp ${folder}/loaded /tmp/alone && /tmp/alone; rc=$?; rm /tmp/alone; exit $rc`);
			const direct = async (script: string, said: RegExp, what: string, expected = 127) => {
				const { stdout, stderr, status } = await vm.sh(script, { signal: t.signal });
				t.ok(status === expected && said.test(`${stdout}${stderr}`), what, `status ${status}: ${stdout}${stderr}`);
			};
			const ld = '/lib/ld-imposos.so.1';
			await direct(`${ld} ${folder}/copied`, /^ok 1/m, 'the loader runs a program at a fixed address', 0);
			await direct(`${ld} /sbin/init`, /^\S*: .*init: (no|nothing)[^\n]*\n$/, 'not one that is static');
			await direct(
				`${ld} /no/such`,
				/^\S*: .*\/no\/such: cannot open: No such file[^\n]*\n$/,
				'nor one that is not there',
			);
			await direct(`${ld} --verify ${folder}/loaded`, /^$/, '--verify says that all is there', 0);
			t.ok(
				gone.status === 127 &&
					/^\/tmp\/alone: error while loading shared libraries: libalpha\.so: cannot open/.test(gone.stderr),
				'a missing library',
				gone.stderr,
			);
		},
	},
]);
