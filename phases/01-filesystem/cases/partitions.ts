import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { defineCases } from '../../../tools/suite/declaration.js';
import { guestTestPath, runGuestTest } from '../../../tools/suite/guest-test.js';

export const partitionCases = defineCases([
	{
		id: '1.5/partitions-anew',
		title: 'a partition table is read anew while others list partitions, look for them and open them',
		tier: 'quick',
		start: 'none',
		needs: ['qemu'],
		run: async (_vm, t) => {
			mkdirSync(t.scratch, { recursive: true });
			const file = path.join(t.scratch, 'parts.img');
			writeFileSync(file, new Uint8Array(2 ** 20));
			const drive = `if=none,id=parts,format=raw,file=${file.replaceAll(',', ',,')}`;
			const vm = await t.boot({ extra: ['-drive', drive, '-device', 'ide-hd,drive=parts,bus=ide.0,unit=1'] });
			await runGuestTest(vm, t, guestTestPath(1, 'partitions-anew'), ['/dev/sdb'], { timeout: 50_000 });
		},
	},
]);
