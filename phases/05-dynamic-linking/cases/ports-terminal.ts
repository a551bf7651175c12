import type { GuestProgram } from '../../../tools/machine/program.js';
import type { CaseMachine } from '../../../tools/suite/case-machine.js';
import type { CaseTools } from '../../../tools/suite/checks.js';
import { defineCases } from '../../../tools/suite/declaration.js';

const enter = '\r';
const alt = (letter: string) => `\x1b${letter}`;
const size = { rows: 24, columns: 80 };
const env = { HOME: '/root', LC_ALL: 'C.UTF-8', PATH: '/usr/bin:/usr/sbin', TERM: 'xterm' };
// biome-ignore lint/suspicious/noControlCharactersInRegex: it is what terminals are told
const colour = /\x1b(?:\[[0-9;]*m|\(B)/g;
const control = (letter: string) => String.fromCharCode(letter.charCodeAt(0) & 31);

/** A program on a terminal: what it draws, and a hand at the keys that waits for what it wants to see. */
class Screen {
	readonly #program: GuestProgram;
	readonly #t: CaseTools;
	#raw = '';
	#text = '';
	#seen = 0;
	#changed: () => void = () => {};

	constructor(program: GuestProgram, t: CaseTools) {
		this.#program = program;
		this.#t = t;
		program.stdout.on('data', (chunk: Buffer) => {
			this.#raw += chunk.toString('utf8');
			// Colours may begin within a word that is waited for.
			this.#text = this.#raw.replace(colour, '');
			this.#changed();
		});
	}

	/** Types, then waits until the program has drawn what fits after that. */
	async type(keys: string, drawn: RegExp): Promise<void> {
		this.#seen = this.#text.length;
		this.#program.stdin.write(keys);
		await this.drawn(drawn);
	}

	async drawn(what: RegExp): Promise<void> {
		let late = false;
		const timer = setTimeout(() => {
			late = true;
			this.#changed();
		}, 30_000);
		try {
			while (!what.test(this.since)) {
				this.#t.signal.throwIfAborted();
				if (late) throw new Error(`no ${what} in ${JSON.stringify(this.since)}`);
				await new Promise<void>((resolve) => {
					this.#changed = resolve;
				});
			}
		} finally {
			clearTimeout(timer);
		}
	}

	get since(): string {
		return this.#text.slice(this.#seen);
	}
}

async function start(vm: CaseMachine, t: CaseTools, argv: string[]): Promise<[Screen, GuestProgram]> {
	const program = await vm.spawn(argv, { tty: size, env, cwd: '/tmp' });
	return [new Screen(program, t), program];
}

export const terminalPortCases = defineCases([
	{
		id: '5.3/port-nano',
		title: 'nano, compiled for our library with ncurses: a file is written, searched, changed, undone and read again',
		tier: 'quick',
		image: 'ports',
		needs: ['debian'],
		run: async (vm, t) => {
			t.plan(6);
			await vm.sh('rm -f /tmp/note; seq 1 200 >/tmp/numbers');
			const [screen, program] = await start(vm, t, ['nano', '/tmp/note']);
			await screen.drawn(/New File/);
			await screen.drawn(/GNU nano 7\.2\s+\/tmp\/note/);
			t.ok(true, 'it draws its screen');
			await screen.type('first line', /first line/);
			await screen.type(`${enter}second grün €`, /second grün €/);
			await screen.type(`${control('K')}${control('U')}${control('U')}`, /second/);
			await screen.type(`${control('O')}`, /File Name to Write/);
			await screen.type(enter, /Wrote 3 lines/);
			t.equal(
				(await vm.getFile('/tmp/note')).toString(),
				'first line\nsecond grün €\nsecond grün €\n',
				'it writes what was typed, cut and pasted',
			);
			await screen.type(`${control('R')}`, /File to insert/);
			await screen.type(`/tmp/numbers${enter}`, /Read 200 lines/);
			await screen.type(`${control('W')}`, /Search/);
			await screen.type(`first${enter}`, /first/);
			// Alt-R, not Ctrl-\, which is a signal, and ignored, for as long as the search may be interrupted.
			await screen.type(alt('r'), /Search \(to replace\)/);
			await screen.type(`first${enter}`, /Replace with/);
			await screen.type(`1st${enter}`, /this instance\?/);
			await screen.type('A', /Replaced 1 occurrence/);
			// nano sees a new size when its wait for a key ends; a signal that comes before that wait, with the next key.
			program.resize(12, 40);
			await screen.type(control('L'), /\^O Write O\^W/);
			await screen.type(control('C'), /line\s+\d+\s*\/\s*20\d/);
			t.ok(true, 'it follows the size of its terminal');
			await screen.type(`${control('X')}`, /Save modified buffer/);
			await screen.type('Y', /File Name to Write/);
			program.stdin.write(enter);
			const { status } = await program.exited;
			t.equal(status, 0, 'it ends well');
			const text = (await vm.getFile('/tmp/note')).toString();
			t.match(text, /^1st line$/m, 'what was replaced is replaced');
			t.equal(text.split('\n').length, 204, 'and the other file is in it');
		},
	},
	{
		id: '5.3/port-less',
		title: 'less, compiled for our library: pages, searches, marks, follows a pipe and a growing file',
		tier: 'quick',
		image: 'ports',
		needs: ['debian'],
		run: async (vm, t) => {
			t.plan(10);
			await vm.sh("seq -f 'line %g' 1 5000 >/tmp/lines 2>/dev/null || seq 1 5000 | sed 's/^/line /' >/tmp/lines");
			const [screen, program] = await start(vm, t, ['less', '/tmp/lines']);
			await screen.drawn(/line 1\r?\n[\s\S]*line 23[\s\S]*\/tmp\/lines/);
			t.ok(true, 'the first page');
			await screen.type(' ', /line 46/);
			t.ok(!/line 47\b/.test(screen.since), 'the second, and no more', screen.since);
			await screen.type('/00$\r', /line 100/);
			t.ok(true, 'it finds by pattern');
			await screen.type('G', /line 5000[\s\S]*\(END\)/);
			t.ok(true, 'the end');
			await screen.type('?line 27$\r', /line 27/);
			await screen.type('=', /lines 27-49\/5000/);
			t.ok(true, 'backwards, and where it is');
			await screen.type('&99\r', /line 99[\s\S]*line 199/);
			t.ok(true, 'lines that fit alone');
			program.stdin.write('q');
			t.equal((await program.exited).status, 0, 'it ends well');
			const [pipe, reader] = await start(vm, t, ['sh', '-c', 'seq 1 100 | less']);
			await pipe.drawn(/\n23\r?\n/);
			await pipe.type('G', /\n100\r?\n[\s\S]*\(END\)/);
			reader.stdin.write('q');
			t.equal((await reader.exited).status, 0, 'it reads a pipe, and keys from the terminal');
			await vm.sh('echo one >/tmp/growing');
			const [tail, follower] = await start(vm, t, ['less', '+F', '/tmp/growing']);
			await tail.drawn(/one[\s\S]*Waiting for data/);
			await vm.sh('echo two >>/tmp/growing');
			await tail.drawn(/two/);
			await tail.type(control('C'), /\(END\)/);
			follower.stdin.write('q');
			t.equal((await follower.exited).status, 0, 'it follows a file until it is interrupted');
			const piped = await vm.sh('seq 1 3 | less | tail -n 1; less -V | head -n 1', { env });
			t.match(piped.stdout, /^3\nless 590 \(POSIX regular expressions\)\n$/, 'without a terminal it copies');
		},
	},
]);
