import { defineSuite } from '../../tools/suite/declaration.js';
import { cacheCases } from './cases/cache.js';
import { compilerCases } from './cases/compiler.js';
import { debianCases } from './cases/debian.js';
import { debuggerCases } from './cases/debugger.js';
import { functionCases } from './cases/functions.js';
import { libraryCases } from './cases/library.js';
import { loaderCases } from './cases/loader.js';
import { openingCases } from './cases/opening.js';
import { ownProgramCases } from './cases/own-programs.js';
import { pluginCases } from './cases/plugins.js';
import { portCases } from './cases/ports.js';
import { repeatedPortCases } from './cases/ports-again.js';
import { speedCases } from './cases/speed.js';
import { zoneCases } from './cases/zones.js';

export const suite = defineSuite({
	phase: 5,
	title: 'Dynamic linking',
	steps: [
		{ number: '5.1', title: 'Loader', state: 'closed' },
		{ number: '5.2', title: 'Relocation', state: 'closed' },
		{ number: '5.3', title: 'libc.so', state: 'closed' },
		{ number: '5.4', title: 'dlopen', state: 'closed' },
	],
	image: 'base',
	note: [
		'Phase 5, dynamic linking: our loader, which is our C library too.',
		'Try: cd /usr/libexec/imposos-tests/05; ldd loaded; LD_DEBUG=help ./copied; LD_DEBUG=statistics ./loaded',
		'     LD_DEBUG=bindings ./plain: who calls whom, and where it is found',
		'     ./plugin-host: type lines; plugins, drop upper, load upper, reload, Ctrl-D',
		'     imposos-ldconfig -v; /lib/ld-imposos.so.1 --list ./opening; ./opening',
	].join('\n'),
	cases: [
		...loaderCases,
		...libraryCases,
		...functionCases,
		...ownProgramCases,
		...openingCases,
		...debianCases,
		...cacheCases,
		...compilerCases,
		...pluginCases,
		...debuggerCases,
		...portCases,
		...repeatedPortCases,
		...speedCases,
		...zoneCases,
	],
});
