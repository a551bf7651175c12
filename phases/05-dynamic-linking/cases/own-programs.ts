import { createHash } from 'node:crypto';
import { defineCases } from '../../../tools/suite/declaration.js';
import { guestTest, guestTestPath, runGuestTest } from '../../../tools/suite/guest-test.js';

/** Programs of tests that are there twice, one of them with the library shared. */
const twins = {
	printed: ['00/libc-format', '00/libc-malloc', '00/libc-regex', '00/libc-time'],
	tested: [
		['02/pthread-life', 2000, 100],
		['02/pthread-mutex', 20000, 500],
		['02/pthread-sync', 5000, 100],
		['02/pthread-cancel', 2000, 30],
		['02/thread-library', 3000, 100],
		['02/portable-threads', 1000, 200],
		['02/spawning', 0, 0],
	],
} as const;

const shared = (name: string) => guestTestPath(5, `shared/${name.replace('/', '-')}`);

export const ownProgramCases = defineCases([
	guestTest('5.1/hardened', 'our own programs are dynamic, position-independent and read-only; what rescues is static'),
	guestTest('5.1/shared-text', 'the C library’s text is in memory once for fifty processes'),
	{
		id: '5.3/shared-and-static-agree',
		title: 'tests of the C library and of its threads give the same with the library shared as with it inside',
		tier: 'quick',
		timeout: 300,
		run: async (vm, t) => {
			for (const name of twins.printed) {
				const sums: string[] = [];
				for (const program of [guestTestPath(Number(name.slice(0, 2)), name.slice(3)), shared(name)]) {
					const { stdout, status } = await vm.sh(`${program} >/tmp/said; echo $?; busybox sha256sum </tmp/said`, {
						env: { LC_ALL: 'C', TZ: 'UTC0', PATH: '/usr/bin' },
						signal: t.signal,
					});
					t.equal(status, 0, `${program} runs`);
					sums.push(stdout);
				}
				t.ok(sums[0] === sums[1] && sums[0]?.startsWith('0\n'), `${name}: both print the same`, sums.join(''));
			}
			for (const [name, full, quick] of twins.tested) {
				const size = t.size(full, quick);
				await runGuestTest(vm, t, shared(name), size ? [String(size)] : [], { timeout: 120_000 });
			}
		},
	},
	{
		id: '5.1/rescue',
		title: 'without the loader, or with a broken one, the console has a shell and the system can be mended',
		tier: 'quick',
		start: 'boot',
		needs: ['qemu'],
		run: async (vm, t) => {
			t.plan(8);
			const rescue = (line: string) => vm.exec(['/sbin/rescue-sh', '-c', line], { signal: t.signal });
			const kill =
				'for p in /proc/[0-9]*; do read -r x name rest <$p/stat && [ "$name" = "(sh)" ] && kill -9 ${p#/proc/}; done; :';
			const loader = '/usr/lib/ld-imposos.so.1';
			const away = await rescue(`busybox mv ${loader} /loader`);
			t.equal(away.status, 0, 'the loader is taken away');
			const none = await rescue('/bin/true; echo $?');
			t.match(`${none.stdout}${none.stderr}`, /127|126/, 'nothing dynamic runs');
			const from = vm.console.since(0).length;
			await rescue(kill);
			await vm.console.waitFor(/console gets \/sbin\/rescue-sh[^#]*#/, { timeout: 20_000, signal: t.signal });
			t.match(vm.console.since(from), /console gets/, 'init says what it does');
			vm.console.write('echo re\\scued; echo $((6*7))\n');
			await vm.console.waitFor(/rescued\r?\n42/, { timeout: 20_000, signal: t.signal });
			t.ok(true, 'the console has a shell');
			const damaged = await rescue(
				`busybox head -c 9000 /loader >${loader}; busybox chmod 755 ${loader}; /bin/true; echo $?`,
			);
			t.ok(!/^0$/m.test(damaged.stdout), 'nor with half of it', `${damaged.stdout}${damaged.stderr}`);
			const text = await rescue(`echo nonsense >${loader}; /bin/true; echo $?`);
			t.ok(!/^0$/m.test(text.stdout), 'nor with a text in its place', `${text.stdout}${text.stderr}`);
			const back = await rescue(`busybox mv /loader ${loader} && /bin/true; echo $?`);
			t.equal(back.stdout, '0\n', 'put back, it works again');
			const hash = await vm.sh(`busybox sha256sum <${loader}`);
			const whole = createHash('sha256')
				.update(await vm.getFile(loader))
				.digest('hex');
			t.ok(hash.stdout.startsWith(whole), 'as before');
		},
	},
]);
