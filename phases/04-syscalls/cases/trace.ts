import { defineCases } from '../../../tools/suite/declaration.js';

/** The tracer: what is printed of a call comes from kernel/abi/syscalls.tbl. */
export const traceCases = defineCases([
	{
		id: '4.1/trace',
		title: 'trace prints calls with names, strings and results, follows children, counts; /proc/PID/syscall',
		tier: 'quick',
		run: async (vm, t) => {
			t.plan(9);
			const one = await vm.sh('trace -o /tmp/log cat /etc/hostname /nowhere; echo status $?; cat /tmp/log');
			t.match(one.stdout, /status 1/, 'the status is the program’s');
			t.match(one.stdout, /^open(at)?\(.*"\/etc\/hostname".*\) = 3$/m, 'a string and a descriptor');
			t.match(one.stdout, /"\/nowhere".*\) = -1 \(No such file or directory\)/, 'an error by name');
			t.match(one.stdout, /\+\+\+ ended with 1 \+\+\+/, 'the end');
			const two = await vm.sh(
				"trace -f -o /tmp/log sh -c 'cat /etc/hostname; true' > /dev/null; grep -c 'execve.* = 0$' /tmp/log",
			);
			t.equal(two.stdout, '2\n', 'children are followed, while their parent waits in vfork too');
			const lines = await vm.sh(
				"grep -c -v -e '^\\[[0-9]*\\] [a-z_0-9]*(.*) = [^(]' -e '^--- signal' -e '+++$' -e 'exit_group(' /tmp/log",
			);
			t.equal(lines.stdout, '0\n', 'each call has a line of its own and its name, whatever came between');
			const three = await vm.sh('trace -c -o /tmp/log true; cat /tmp/log');
			t.match(three.stdout, /\d+ +0 {2}brk|\d+ +\d+ {2}\w+/, 'calls are counted');
			const four = await vm.sh(
				'sleep 50 & p=$!; until grep -q sleep /proc/$p/wchan; do sleep 0.05; done; cat /proc/$p/syscall; kill $p',
			);
			t.match(four.stdout, /^(162|230|267|407) 0x/, 'what a sleeper is in');
			const five = await vm.sh(
				'sleep 50 & p=$!; trace -o /tmp/log -p $p & while grep -q TracerPid:.0 /proc/$p/status; do sleep 0.05; done; kill $p; wait; cat /tmp/log',
			);
			t.match(five.stdout, /signal 15[\s\S]*killed by signal 15/, 'one that runs is attached to');
		},
	},
]);
