import { defineCases } from '../../../tools/suite/declaration.js';
import { guestTest } from '../../../tools/suite/guest-test.js';

/** AF_UNIX: sockets are waited for, written to and spliced into like every file. */
export const socketCases = defineCases([
	guestTest('4.4/unix-stream', 'connections by name: bytes, ends, buffers, time limits, options, sendfile and splice'),
	guestTest('4.4/unix-urgent', 'the urgent byte of a stream and its mark; looking on from where one has looked last'),
	guestTest('4.2/told-by-signal', 'SIGIO and SIGURG: who is told of what, by sockets, pipes and terminals'),
	guestTest('4.4/unix-messages', 'datagrams and packets; descriptors and credentials in messages; cycles are found'),
]);
