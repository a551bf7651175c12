import { defineSuite } from '../../tools/suite/declaration.js';
import { agentCases } from './cases/agent.js';
import { bootCases } from './cases/boot.js';
import { busyboxCases } from './cases/busybox.js';
import { callPointerCases } from './cases/call-pointers.js';
import { debianCases } from './cases/debian.js';
import { deviceCases } from './cases/devices.js';
import { fileCases } from './cases/files.js';
import { memoryCases } from './cases/memory.js';
import { processCases } from './cases/processes.js';
import { programCases } from './cases/programs.js';
import { protectionCases } from './cases/protection.js';
import { userspaceCases } from './cases/userspace.js';

export const suite = defineSuite({
	phase: 0,
	title: 'Foundation',
	steps: [
		{ number: '0.1', title: 'Boot, console and power', state: 'closed' },
		{ number: '0.2', title: 'Memory, traps and protection', state: 'closed' },
		{ number: '0.3', title: 'Processes, system calls and signals', state: 'closed' },
		{ number: '0.4', title: 'Disk, filesystem and devices', state: 'closed' },
		{ number: '0.5', title: 'C library, init, shell and utilities', state: 'closed' },
		{ number: '0.6', title: 'Unmodified Debian programs', state: 'closed' },
		{ number: '0.7', title: 'The workshop: agent, snapshots, machines', state: 'closed' },
	],
	image: 'base',
	note: [
		'Phase 0, foundation: our kernel, our user space, and Debian’s static busybox and bash.',
		'Try: ls -l /    busybox sh    bash-static    dmesg    ps    poweroff',
	].join('\n'),
	cases: [
		...bootCases,
		...protectionCases,
		...callPointerCases,
		...memoryCases,
		...processCases,
		...fileCases,
		...deviceCases,
		...programCases,
		...userspaceCases,
		...agentCases,
		...busyboxCases,
		...debianCases,
	],
});
