import { defineCases } from '../../../tools/suite/declaration.js';

export const libraryCases = defineCases([
	{
		id: '5.3/loader-is-the-library',
		title: 'the library is the loader’s own file, however a program is started; what must work without it does',
		tier: 'quick',
		run: async (vm, t) => {
			t.plan(2);
			const ours = await vm.sh(
				'for f in /usr/sbin/init /usr/libexec/imposos/agent /usr/sbin/rescue-sh; do ldd $f >/dev/null 2>&1 && echo $f; done; :',
				{ signal: t.signal },
			);
			t.equal(ours.stdout, '', 'what must work without the loader does');
			const { stdout } = await vm.sh(
				'/lib/ld-imposos.so.1 --list /usr/libexec/imposos-tests/05/opening; LD_TRACE_LOADED_OBJECTS=1 /usr/libexec/imposos-tests/05/opening',
				{ signal: t.signal },
			);
			t.equal(
				[...stdout.matchAll(/libc\.so => \/lib\/ld-imposos\.so\.1 /g)].length,
				2,
				'the library is the loader, started either way',
			);
		},
	},
]);
