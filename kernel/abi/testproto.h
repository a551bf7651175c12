/*
 * testproto.h - the control channel between the workshop and the guest agent.
 *
 * The channel is a plain byte line: the second serial port of an emulated machine, or a
 * null-modem cable. It may lose, repeat or damage bytes. Three layers make it usable:
 *
 *   frames    find their own borders in the byte stream and carry checksums;
 *   the link  numbers data frames, acknowledges and repeats them, so that messages arrive
 *             once and in order;
 *   messages  belong to channels chosen by the host; the streams of a channel are flow
 *             controlled by credit, so that a slow reader loses nothing and blocks nobody else.
 *
 * All integers are little endian. Only constants are declared here: both ends encode
 * byte by byte, so that neither padding nor alignment matters.
 */
#ifndef ABI_TESTPROTO_H
#define ABI_TESTPROTO_H

#define TP_VERSION		2

/*
 * Frame:
 *
 *   0        2      3      4         6       8       10       12         16
 *   +--------+------+------+---------+-------+-------+--------+----------+---------+-------+
 *   | magic  | type | zero | session | seq   | ack   | length | crc32 of | payload | crc32 |
 *   | A5 5A  | u8   | u8   | u16     | u16   | u16   | u16    | 0..11    | length  | of it |
 *   +--------+------+------+---------+-------+-------+--------+----------+---------+-------+
 *
 * The payload's checksum is there only if length is not 0. crc32 is the reflected polynomial
 * 0xEDB88320, start and final xor 0xFFFFFFFF. A receiver that finds a bad checksum looks for the
 * next magic from the byte after the bad one: a lost byte costs one frame, not the ones behind it.
 */
#define TP_MAGIC0		0xa5
#define TP_MAGIC1		0x5a
#define TP_HEADER_SIZE		16
#define TP_TRAILER_SIZE		4
#define TP_MAX_PAYLOAD		1024
#define TP_CRC_POLYNOMIAL	0xedb88320u

/*
 * Frame types. The host starts a session by RESET with a session number that is not 0, repeated until
 * RESET_ACK carries the same number; the agent then forgets whatever belonged to the session before
 * (its programs get SIGKILL). Repetitions have one nonce; by it a new session is known from one that
 * a snapshot of the guest was in, whose number the host cannot know. Frames of another session are dropped.
 * seq counts DATA frames from 0 and wraps; ack, in DATA, ACK and NAK, is the seq expected next.
 * NAK asks for everything from ack on at once; without it the sender's timer does.
 */
#define TP_FRAME_RESET		1	/* payload: version u32, nonce u8[TP_NONCE_SIZE] */
#define TP_FRAME_RESET_ACK	2	/* payload: version u32, agent's pid u32 */
#define TP_FRAME_DATA		3	/* payload: one message */
#define TP_FRAME_ACK		4
#define TP_FRAME_NAK		5
#define TP_NONCE_SIZE		8

/*
 * Frames in flight. Towards the guest they must fit the smallest terminal input buffer (4096
 * bytes), because a serial port has no other way to hold the sender back.
 */
#define TP_WINDOW_TO_GUEST	3
#define TP_WINDOW_TO_HOST	8
#define TP_RESEND_MS		500	/* first time limit for an ack; doubles up to the next line */
#define TP_RESEND_MAX_MS	2000
#define TP_NAK_MS		250	/* no second NAK for the same gap before */

/*
 * Message: kind u8, stream u8, channel u16, body. The host picks channels, 1..65535, one for each
 * request, and may use a number again after the reply that ends it: RESULT or EXIT.
 */
#define TP_MESSAGE_HEADER	4
#define TP_MAX_BODY		(TP_MAX_PAYLOAD - TP_MESSAGE_HEADER)

/* From the host. Those marked R are answered by one RESULT. */
#define TP_PING			1	/* R: version u32, pid u32, monotonic ns u64 */
#define TP_EXEC			2	/* see below; RESULT only if it fails, else STARTED, EXIT */
#define TP_EXEC_PART		3	/* bytes of the strings that EXEC announced */
#define TP_KILL			4	/* signal u32, flags u32 (TP_KILL_GROUP) */
#define TP_WINDOW_SIZE		5	/* rows u16, columns u16 */
#define TP_PUT			6	/* R at the end: mode u32, size hint u64, path; then DATA, EOF */
#define TP_GET			7	/* R first: body mode u32, size u64; then DATA, EOF to the host */
#define TP_MKDIR		8	/* R: mode u32, path; parents are made, an existing one is fine */
#define TP_SET_CLOCK		9	/* R: seconds u64, nanoseconds u32 */
#define TP_RESEED		10	/* R: random bytes for the kernel's generator */
#define TP_SYNC			11	/* R */
#define TP_POWEROFF		12	/* R, then it happens: how u32 (TP_POWER_*) */
#define TP_CLOSE		13	/* forget the channel; its program gets SIGKILL */

/* Both ways, on the streams of a channel. */
#define TP_DATA			16	/* bytes, never more than the credit left */
#define TP_EOF			17	/* nothing follows on this stream; body: errno u32 */
#define TP_CREDIT		18	/* u32 more bytes may be sent on this stream */

/* From the agent. */
#define TP_RESULT		32	/* errno u32 (0 for success), body as the request says */
#define TP_STARTED		33	/* pid u32: execve() succeeded */
#define TP_EXIT			34	/* exit status u32, signal u32 (0: none); after all DATA */

#define TP_STDIN		0
#define TP_STDOUT		1
#define TP_STDERR		2
#define TP_FILE			3

/* What each side may send on a stream before the first CREDIT. */
#define TP_INITIAL_CREDIT	16384u

/*
 * EXEC body: flags u32, uid u32, gid u32, rows u16, columns u16, argc u32, envc u32, length u32.
 * The strings follow in EXEC_PARTs, length bytes in all: working directory, argv[0..argc-1],
 * env[0..envc-1], each ended by a NUL. A program without a slash is looked up in the PATH of env.
 */
#define TP_EXEC_BODY		28
#define TP_EXEC_TTY		1u	/* on a new pseudo-terminal: all output is TP_STDOUT */
#define TP_EXEC_USER		2u	/* as uid and gid, without supplementary groups */
#define TP_EXEC_NO_STDIN	4u	/* standard input is /dev/null */
#define TP_EXEC_MAX_STRINGS	(4u << 20)

#define TP_KILL_GROUP		1u	/* the program's whole process group */

#define TP_POWER_OFF		0u
#define TP_POWER_RESET		1u
#define TP_POWER_HALT		2u

#endif
