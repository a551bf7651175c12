import { defineSuite } from '../../tools/suite/declaration.js';
import { aclCases } from './cases/acl.js';
import { cacheCases } from './cases/caches.js';
import { crashCases } from './cases/crash.js';
import { damageCases } from './cases/damage.js';
import { dataJournalCases } from './cases/data-journal.js';
import { debianCases } from './cases/debian.js';
import { diskErrorCases } from './cases/disk-errors.js';
import { exerciserCases } from './cases/exerciser.js';
import { fsyncRaceCases } from './cases/fsync-race.js';
import { geometryCases } from './cases/geometry.js';
import { journalCases } from './cases/journal.js';
import { partitionCases } from './cases/partitions.js';
import { readErrorCases } from './cases/read-errors.js';
import { semanticsCases } from './cases/semantics.js';
import { specialCases } from './cases/special.js';
import { sysfsCases } from './cases/sysfs.js';
import { toolCases } from './cases/tools.js';

export const suite = defineSuite({
	phase: 1,
	title: 'Filesystem',
	steps: [
		{ number: '1.1', title: 'Geometry', state: 'closed' },
		{ number: '1.2', title: 'Mapping', state: 'closed' },
		{ number: '1.3', title: 'Journal', state: 'closed' },
		{ number: '1.4', title: 'VFS', state: 'closed' },
		{ number: '1.5', title: 'Special filesystems', state: 'closed' },
		{ number: '1.6', title: 'Large and sparse files', state: 'closed' },
	],
	image: 'base',
	note: [
		'Phase 1, filesystem: impfs with its journal, the VFS, procfs, devfs and tmpfs.',
		'Try: mount    df    busybox truncate -s 1T /var/tmp/huge; ls -ls /var/tmp    ls /proc/self    cat /proc/mounts',
		'     busybox truncate -s 32M /tmp/disk; mkfs.impfs /tmp/disk; fsck.impfs /tmp/disk    busybox lsattr    mount -o bind,ro /etc /mnt',
		'With --image debian-files also postmark, sqlite3, filefrag -v, chattr, setfacl, top, vmstat, lsof, fuser, lsblk, findmnt, lspci.',
		'Then end QEMU without warning and boot again: what was synced is there.',
	].join('\n'),
	cases: [
		...geometryCases,
		...toolCases,
		...semanticsCases,
		...aclCases,
		...cacheCases,
		...journalCases,
		...readErrorCases,
		...dataJournalCases,
		...diskErrorCases,
		...fsyncRaceCases,
		...crashCases,
		...damageCases,
		...specialCases,
		...sysfsCases,
		...partitionCases,
		...debianCases,
		...exerciserCases,
	],
});
