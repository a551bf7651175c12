import { Writable } from 'node:stream';
import { createLog } from '../tools/log.js';

/** A log, and what it has written so far. */
export function collectedLog(level = 0, interactive = false) {
	let text = '';
	const stream = new Writable({
		write(chunk, _encoding, done) {
			text += String(chunk);
			done();
		},
	});
	return { log: createLog({ stream, level, interactive }), text: () => text };
}
