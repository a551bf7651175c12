import { defineCases } from '../../../tools/suite/declaration.js';
import { guestTest } from '../../../tools/suite/guest-test.js';

/** AF_UNIX: sockets are waited for, written to and spliced into like every file. */
export const socketCases = defineCases([
	guestTest('4.4/unix-stream', 'connections by name: bytes, ends, buffers, time limits, options, sendfile and splice'),
	guestTest('4.4/unix-messages', 'datagrams and packets; descriptors and credentials in messages; cycles are found'),
]);
