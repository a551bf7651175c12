import type { Console } from '../../../tools/machine/console.js';
import type { CaseMachine } from '../../../tools/suite/case-machine.js';
import type { CaseTools } from '../../../tools/suite/checks.js';
import { defineCases } from '../../../tools/suite/declaration.js';

const key = { up: '\x1b[A', left: '\x1b[D', escape: '\x1b' };

/** What moves the cursor and is not seen itself. */
const sequences = new RegExp(`${key.escape}\\[[\\d;]*\\w|\\r`, 'g');

/** The control character of a letter. */
export function control(letter: string): string {
	return String.fromCharCode(letter.charCodeAt(0) & 31);
}

/** Somebody at the serial console. */
export class Typist {
	readonly #console: Console;
	readonly #signal: AbortSignal;

	constructor(vm: CaseMachine, t: CaseTools) {
		this.#console = vm.console;
		this.#signal = t.signal;
	}

	/** Types, and waits for what the terminal shows then. Returns what it has shown up to there. */
	async type(keys: string, expected: RegExp): Promise<string> {
		const from = this.#console.position;
		this.#console.write(keys);
		const { end } = await this.#console.waitFor(expected, { from, timeout: 45_000, signal: this.#signal });
		const shown = this.#console.since(from);
		return shown.slice(0, end - from);
	}

	/**
	 * Waits for the shell. An empty line would not do: to a shell that still starts it is typed ahead, and gets
	 * two prompts, of which the second would pass for the answer to what is typed next.
	 */
	async prompt(): Promise<void> {
		await this.status();
	}

	/** Runs a line to its end. Returns what it printed. */
	async run(line: string): Promise<string> {
		// The marks are put together by the shell, so that the line as typed does not hold them.
		const shown = await this.type(`printf '<%s\\n' '<<'; ${line}\r`, /<<<\r\n[\s\S]*# /);
		const output = shown.slice(shown.indexOf('<<<\r\n') + 5, shown.lastIndexOf('\r# '));
		return output.replaceAll('\r\n', '\n');
	}

	/** How the last command ended. */
	async status(): Promise<number> {
		const shown = await this.type('echo "[$?]"\r', /\[\d+\]\r\n[\s\S]*# /);
		return Number(/\[(\d+)\]/.exec(shown)?.[1]);
	}
}

/** Runs until it is killed; says when it begins, and when it goes on: then it has the terminal. */
export const endless = `busybox sh -c 'trap "echo again" CONT; echo rea""dy; while :; do busybox sleep 0.1; done'\r`;

export const userTerminalCases = defineCases([
	{
		id: '0.5/login-shell',
		title: 'the shell on the console is a login shell with the environment of one',
		tier: 'quick',
		needs: ['qemu'],
		run: async (vm, t) => {
			t.plan(4);
			const typist = new Typist(vm, t);
			await typist.prompt();
			const output = await typist.run('echo $0 $HOME $USER $LOGNAME $SHELL $PWD; umask; tty; echo $TERM $PATH');
			const [who, mask, tty, rest] = output.split('\n');
			t.equal(who, '-sh /root root root /bin/sh /root', 'who and where');
			t.equal(mask, '0022', 'its umask');
			t.match(tty ?? '', /^\/dev\/(console|ttyS0)$/, 'its terminal');
			t.match(rest ?? '', /^\w+ .*\/usr\/bin/, 'its terminal type and path');
		},
	},
	{
		id: '0.5/line-editing',
		title: 'the shell’s line editor on the serial console: moving, killing, history, search, completion',
		tier: 'quick',
		needs: ['qemu'],
		run: async (vm, t) => {
			t.plan(8);
			await vm.control.mkdir('/tmp/edit');
			await vm.putFile('/tmp/edit/some-long-name', 'contents\n');
			const typist = new Typist(vm, t);
			await typist.prompt();
			await typist.type('cd /tmp/edit\r', /\n[\s\S]*# /);
			const shows = async (keys: string, line: string, what: string) => {
				const shown = await typist.type(`${keys}\r`, new RegExp(`\\n${line}\\r\\n[\\s\\S]*# `));
				t.match(shown, new RegExp(`\\n${line}\\r\\n`), what);
			};
			await shows(
				`xecho abd${key.left}c${control('a')}${control('d')}`,
				'abcd',
				'inserting and deleting inside the line',
			);
			await shows(`echo one two${control('w')}three`, 'one three', 'killing a word');
			await shows(`rm -rf /${control('u')}echo safe`, 'safe', 'killing the line');
			await shows(`${key.up}${key.up}`, 'one three', 'history');
			await shows(`${control('r')}o abc`, 'abcd', 'a search of the history');
			await shows('cat some-l\t', 'contents', 'completion of a file name');
			await shows('ech\t done', 'done', 'completion of a command');
			await typist.type(`echo never${control('c')}`, /\^C[\s\S]*# /);
			await shows('echo status $?', 'status 130', 'Ctrl-C gives up a line');
		},
	},
	{
		id: '0.5/job-control',
		title: 'Ctrl-C, Ctrl-Z, jobs, bg and fg on the serial console',
		tier: 'quick',
		needs: ['qemu'],
		run: async (vm, t) => {
			t.plan(6);
			const typist = new Typist(vm, t);
			await typist.prompt();
			await typist.type(endless, /\nready\r\n/);
			await typist.type(control('c'), /\^C[\s\S]*# /);
			t.equal(await typist.status(), 130, 'Ctrl-C ends what runs');
			await typist.type(endless, /\nready\r\n/);
			t.match(await typist.type(control('z'), /Stopped[\s\S]*# /), /\^Z/, 'Ctrl-Z stops it');
			t.match(await typist.run('jobs'), /^\[1\].*Stopped.*sleep/, 'jobs shows it');
			await typist.type('bg\r', /(?=[\s\S]*sleep[^\n]*\n[\s\S]*# )[\s\S]*again\r\n/);
			t.match(await typist.run('jobs'), /^\[1\].*Running.*sleep/, 'bg lets it run behind');
			await typist.type(`kill -STOP %1\r`, /\n[\s\S]*# /);
			await typist.type('fg\r', /\nagain\r\n/);
			await typist.type(control('c'), /\^C[\s\S]*# /);
			t.equal(await typist.status(), 130, 'fg brings it back, for Ctrl-C');
			t.equal(await typist.run('jobs'), '', 'then there is none');
		},
	},
	{
		id: '0.5/vi',
		title: 'vi edits and saves a file on the serial console',
		tier: 'quick',
		needs: ['qemu'],
		run: async (vm, t) => {
			t.plan(2);
			await vm.putFile('/tmp/text', 'alpha\nbeta\ngamma\n');
			const typist = new Typist(vm, t);
			await typist.prompt();
			const screen = await typist.type('vi /tmp/text\r', /gamma[\s\S]*\[1;1H/);
			t.ok(screen.split('~').length > 19, 'it takes 24 rows where the terminal does not say');
			await typist.type('jdd', /alpha[\s\S]*gamma[\s\S]*~/);
			await typist.type('Odelta', /delta/);
			await typist.type(key.escape, /delta/);
			await typist.type('GA!', /gamma!/);
			await typist.type(key.escape, /gamma!/);
			await typist.type('yyp', /gamma![\s\S]*gamma!/);
			await typist.type(':wq\r', /\r# /);
			t.equal((await vm.getFile('/tmp/text')).toString(), 'alpha\ndelta\ngamma!\ngamma!\n', 'what it saved');
		},
	},
	{
		id: '0.5/screenfuls',
		title: 'more and top keep to 24 rows of 80 columns where the terminal does not say its size',
		tier: 'quick',
		needs: ['qemu'],
		run: async (vm, t) => {
			t.plan(4);
			await vm.sh('seq 1 100 >/tmp/numbers');
			const typist = new Typist(vm, t);
			await typist.prompt();
			const first = await typist.type('more /tmp/numbers\r', /--\/tmp\/numbers--/);
			t.match(first, /\n23\r\n[^\n]*--\/tmp/, 'a screenful is 23 lines and the prompt');
			t.match(await typist.type(' ', /--\/tmp\/numbers--/), /46\r\n[^\n]*--\/tmp/, 'and another');
			await typist.type('q', /\r# /);
			const top = await typist.type('top\r', /init/);
			const rows = top.slice(top.indexOf('\n') + 1).split('\n');
			t.ok(rows.length <= 24 && rows.every((row) => row.replace(sequences, '').length <= 80), 'top fits', top);
			await typist.type('q', /\r# /);
			t.equal(await typist.run('stty -a | grep -o " icanon"'), ' icanon\n', 'they leave the terminal as it was');
		},
	},
	{
		id: '0.5/respawn',
		title: 'init starts the console’s shell again, however it ended',
		tier: 'quick',
		needs: ['qemu'],
		run: async (vm, t) => {
			t.plan(2);
			const typist = new Typist(vm, t);
			await typist.prompt();
			const first = await typist.run('echo $$');
			const [shown] = await Promise.all([typist.type('', /# /), vm.sh(`kill -9 ${first.trim()}`)]);
			t.match(shown, /# $/, 'after SIGKILL there is a prompt');
			const second = await typist.run('echo $$');
			t.ok(second !== first && /^\d+\n$/.test(second), 'of another shell', `${first}${second}`);
		},
	},
	{
		id: '0.5/orderly-power-off',
		title: 'poweroff lets programs end first, and keeps all that they wrote',
		tier: 'quick',
		needs: ['qemu'],
		run: async (vm, t) => {
			t.plan(3);
			await vm.sh(
				`sh -c 'trap "seq 1 20000 >/var/tmp/late; exit" TERM; >/var/tmp/started; while :; do sleep 0.1; done' ` +
					'</dev/null >/dev/null 2>&1 & while [ ! -e /var/tmp/started ]; do sleep 0.05; done',
			);
			const typist = new Typist(vm, t);
			await typist.prompt();
			await typist.type('echo early >/var/tmp/early; poweroff\r', /powering off/);
			t.equal((await vm.machine.ended()).how, 'off', 'the machine goes off');
			const { readGuestFile } = await import('../../../tools/suite/disk-check.js');
			const early = Buffer.from(readGuestFile(vm.machine, '/var/tmp/early')).toString();
			t.equal(early, 'early\n', 'what was not synced is on the disk');
			const late = Buffer.from(readGuestFile(vm.machine, '/var/tmp/late')).toString();
			t.equal(late.length, 108_894, 'and what a program wrote when it was asked to end');
		},
	},
]);
