import type { Console } from '../machine/console.js';
import type { Control, ExecOptions, ExecResult } from '../machine/control.js';
import type { Machine } from '../machine/machine.js';
import type { GuestProgram, SpawnOptions } from '../machine/program.js';
import type { Qmp } from '../machine/qmp.js';
import { type Screen, takeScreenshot } from '../machine/screen.js';

/** The guest, as a case sees it. */
export class CaseMachine {
	readonly #control: Control | undefined;
	readonly #machine: Machine | undefined;

	constructor(control?: Control, machine?: Machine) {
		this.#control = control;
		this.#machine = machine;
	}

	/** The agent in it. @throws when the case said `start: 'none'` */
	get control(): Control {
		if (this.#control === undefined) throw new Error("this case has no machine of its own: it said start: 'none'");
		return this.#control;
	}

	/** QEMU's side of it. @throws when the guest is on a real line: declare `needs: ['qemu']` */
	get machine(): Machine {
		if (this.#machine === undefined) throw new Error('this case needs QEMU and does not say so');
		return this.#machine;
	}

	get console(): Console {
		return this.machine.console;
	}

	get qmp(): Qmp {
		return this.machine.qmp;
	}

	exec(argv: readonly string[], options?: ExecOptions): Promise<ExecResult> {
		return this.control.exec(argv, options);
	}

	/** Runs a line of shell. */
	sh(line: string, options?: ExecOptions): Promise<ExecResult> {
		return this.control.exec(['/bin/sh', '-c', line], options);
	}

	spawn(argv: readonly string[], options?: SpawnOptions): Promise<GuestProgram> {
		return this.control.spawn(argv, options);
	}

	putFile(path: string, content: string | Uint8Array, mode?: number): Promise<void> {
		return this.control.putFile(path, content, mode);
	}

	getFile(path: string): Promise<Buffer> {
		return this.control.getFile(path);
	}

	/** Presses keys, each a chord of QEMU's key names: `['ctrl', 'alt', 'delete']`. */
	async press(...chords: (string | readonly string[])[]): Promise<void> {
		for (const chord of chords) {
			const names = typeof chord === 'string' ? [chord] : chord;
			const keys = names.map((data) => ({ type: 'qcode', data }));
			await this.qmp.execute('send-key', { keys, 'hold-time': 20 });
		}
	}

	screen(): Promise<Screen> {
		return takeScreenshot(this.qmp);
	}
}
