import { readFileSync } from 'node:fs';
import path from 'node:path';
import { execa } from 'execa';
import { buildRoot, fromRoot } from '../../../tools/build/paths.js';
import { unpackPackage } from '../../../tools/image/package-file.js';
import { defineCases } from '../../../tools/suite/declaration.js';
import { guestTestPath } from '../../../tools/suite/guest-test.js';

const user = path.join(buildRoot, 'debug', 'user');
const raw = { encoding: 'latin1', stripFinalNewline: false, maxBuffer: 1 << 28 } as const;

/** Summer time in all forms, none, offsets of odd minutes, rules that changed often, and leap seconds. */
const zones = [
	...['Europe/Berlin', 'Europe/Dublin', 'Europe/London', 'Europe/Moscow', 'America/New_York', 'America/Sao_Paulo'],
	...['America/Nuuk', 'America/St_Johns', 'Africa/Casablanca', 'Africa/Cairo', 'Africa/Monrovia', 'Asia/Tokyo'],
	...['Asia/Kathmandu', 'Asia/Tehran', 'Asia/Gaza', 'Australia/Lord_Howe', 'Antarctica/Troll', 'Pacific/Apia'],
	...['Pacific/Chatham', 'Etc/GMT-14', 'CET', 'right/Europe/Berlin', 'right/America/New_York'],
];

export const zoneCases = defineCases([
	{
		id: '5.3/zones',
		title:
			'clocks of zones by files of tzdata show what glibc shows; without TZ it is /etc/localtime; bad files mean UTC',
		tier: 'quick',
		needs: ['debian'],
		timeout: 600,
		run: async (vm, t) => {
			t.plan(10);
			await unpackPackage('tzdata', t.scratch, t.signal);
			const folder = path.join(t.scratch, 'usr', 'share', 'zoneinfo');
			const host = path.join(t.scratch, 'zones');
			await execa('gcc', ['-w', '-O1', fromRoot('phases', '05-dynamic-linking', 'guest', 'zones.c'), '-o', host]);
			const program = guestTestPath(5, 'zones');
			const args = (step: number) => [String(step), ...zones];
			const env = { TZDIR: folder };
			const lines = (text: string) => text.split('\n');
			const same = (ours: string[], theirs: string[], what: string) => {
				const at = theirs.findIndex((line, index) => line !== ours[index]);
				t.ok(at < 0 && ours.length === theirs.length, what, `expected ${theirs[at]}\nfound    ${ours[at]}`);
			};

			// The same library at length on the host, and shorter in the machine.
			const step = t.size(3, 41);
			const expected = lines((await execa(host, args(step), { ...raw, env })).stdout);
			t.ok(expected.length > 20_000, `${expected.length} times`);
			const loader = path.join(user, 'root', 'usr', 'lib', 'ld-imposos.so.1');
			const there = await execa(loader, [path.join(user, 'root', program), ...args(step)], { ...raw, env });
			same(lines(there.stdout), expected, 'all are the same');

			for (const zone of zones) {
				await vm.sh(`mkdir -p /usr/share/zoneinfo/${path.dirname(zone)}`);
				await vm.putFile(`/usr/share/zoneinfo/${zone}`, readFileSync(path.join(folder, zone)));
			}
			const few = lines((await execa(host, args(997), { ...raw, env })).stdout);
			const here = await vm.exec([program, ...args(997)], { signal: t.signal });
			same(lines(here.stdout), few, 'in the machine too');

			const date = async (script: string) => (await vm.sh(script, { signal: t.signal })).stdout;
			const shown = '/usr/bin/date -d "@1720000000" "+%H:%M %Z"';
			t.equal(await date(`TZ=:Asia/Tokyo ${shown}`), '18:46 JST\n', 'a colon before a zone');
			await date('ln -s /usr/share/zoneinfo/Asia/Kathmandu /etc/localtime');
			t.equal(await date(`unset TZ; ${shown}`), '15:31 +0545\n', '/etc/localtime counts without TZ');
			t.equal(await date(`TZ= ${shown}`), '09:46 UTC\n', 'an empty TZ is UTC');
			t.equal(await date(`TZ=Nowhere/At_all ${shown}`), '09:46 UTC\n', 'a zone that is not there is UTC');
			t.equal(await date(`TZ=/etc/passwd ${shown}`), '09:46 UTC\n', 'a file that is no zone is UTC');

			const count = String(t.size(20_000, 500));
			const broken = await vm.exec([program, 'broken', '/usr/share/zoneinfo/Europe/Berlin', String(t.seed), count], {
				signal: t.signal,
				timeout: 300_000,
			});
			t.match(broken.stdout, /^\d+ shown, \d+ refused, 0 failed$/m, 'wrong bytes');
			const refused = Number(/(\d+) refused/.exec(broken.stdout)?.[1]);
			t.ok(refused > Number(count) / 4, `${refused} files refused`);
			await date('rm -rf /usr/share/zoneinfo /etc/localtime');
		},
	},
]);
