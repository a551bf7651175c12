import { defineCases } from '../../../tools/suite/declaration.js';

const folder = '/usr/libexec/imposos-tests/05';

/** What is typed, and what the host answers. */
const dialogue: readonly [typed: string, answer: RegExp, what: string][] = [
	['hello', /^olleh :1|1: hello|OLLEH :1/m, 'a line goes through all'],
	['drop nothing', /^nothing: no such plugin$/m, 'what is not there cannot be dropped'],
	['load nothing', /^\/tmp\/plugins\/libplugin_nothing\.so: cannot open/m, 'nor loaded'],
	['load text', /^\/tmp\/plugins\/libplugin_text\.so: not an ELF file$/m, 'nor what is none'],
	['load beta', /undefined symbol: plugin$/m, 'nor a library that is no plugin'],
	['drop reverse', /^/, 'one is dropped'],
	['again', /^2: AGAIN$/m, 'the others stay, with what they know'],
	['! mv libplugin_upper.so gone; cp libplugin_reverse.so new; mv new libplugin_number.so', /^/, 'files change'],
	['still', /^3: STILL$/m, 'what is open is as it was'],
	['reload', /^number: goes$/m, 'destructors run'],
	['plugins', /^reverse .*\/tmp\/plugins\/libplugin_number\.so$/m, 'the new file is what is open now'],
	['abc', /^abc$/m, 'twice the other way round'],
];

export const pluginCases = defineCases([
	{
		id: '5.4/plugin-host',
		title: 'a program opens plugins, drops them, and goes on with a new version of one',
		tier: 'quick',
		run: async (vm, t) => {
			t.plan(dialogue.length + 3);
			const place = '/tmp/plugins';
			await vm.sh(
				`rm -rf ${place}; mkdir ${place}; cp ${folder}/lib/libplugin_*.so ${folder}/lib/libdelta.so ${place}/; cp ${folder}/lib/libbeta.so ${place}/libplugin_beta.so; echo text >${place}/libplugin_text.so`,
			);
			// The first reload would take up those two as well.
			const lines = dialogue.flatMap(([typed]) => [
				`! echo =; [ -e gone ] && rm -f libplugin_beta.so libplugin_text.so`,
				typed,
			]);
			await vm.putFile('/tmp/dialogue', `${lines.join('\n')}\n`);
			const { stdout, stderr, status } = await vm.sh(
				`cd ${place}; ${folder}/plugin-host ${place} </tmp/dialogue; rc=$?; rm -rf ${place} /tmp/dialogue; exit $rc`,
				{ signal: t.signal },
			);
			const [begin = '', ...answers] = stdout.split('=\n');
			t.match(
				begin,
				/^number: comes[\s\S]*^number .*libplugin_number\.so$/m,
				'constructors run; what there is, is listed',
			);
			for (const [index, [typed, answer, what]] of dialogue.entries())
				t.ok(answer.test(answers[index] ?? '(nothing)'), `${what}: ${typed}`, stdout);
			t.equal(status, 0, 'it ends well');
			t.equal(stderr, '', 'and says nothing beside');
		},
	},
]);
