/*
 * agent.h - what the parts of the guest agent share.
 *
 * One thread, one poll() loop. The layers are those of <abi/testproto.h>: frame.c and link.c turn the
 * line into messages, channel.c hands them to what serves them. Nothing blocks but waiting in
 * poll() and reading or writing regular files.
 */
#ifndef AGENT_H
#define AGENT_H

#include <poll.h>
#include <stddef.h>
#include <stdint.h>
#include <abi/testproto.h>

static inline uint16_t get16(const uint8_t *p)
{
	return (uint16_t)(p[0] | p[1] << 8);
}

static inline uint32_t get32(const uint8_t *p)
{
	return (uint32_t)get16(p) | (uint32_t)get16(p + 2) << 16;
}

static inline uint64_t get64(const uint8_t *p)
{
	return (uint64_t)get32(p) | (uint64_t)get32(p + 4) << 32;
}

static inline void put16(uint8_t *p, uint16_t v)
{
	p[0] = (uint8_t)v;
	p[1] = (uint8_t)(v >> 8);
}

static inline void put32(uint8_t *p, uint32_t v)
{
	put16(p, (uint16_t)v);
	put16(p + 2, (uint16_t)(v >> 16));
}

static inline void put64(uint8_t *p, uint64_t v)
{
	put32(p, (uint32_t)v);
	put32(p + 4, (uint32_t)(v >> 32));
}

/* frame.c */

struct frame {
	uint8_t type;
	uint16_t session;
	uint16_t seq;
	uint16_t ack;
	uint16_t length;		/* of payload, at most TP_MAX_PAYLOAD */
	const uint8_t *payload;
};

#define FRAME_MAX (TP_HEADER_SIZE + TP_MAX_PAYLOAD + TP_TRAILER_SIZE)

uint32_t crc32(const uint8_t *bytes, size_t length);

/* Encodes into out, which holds FRAME_MAX bytes; returns the number written. */
size_t frame_encode(uint8_t *out, const struct frame *frame);

/*
 * Looks for a frame at the start of bytes. Returns how many bytes are done with: a frame was found if
 * *found is set (its payload points into bytes), else they were noise. 0 means more bytes are needed.
 * *damaged is set when noise looked like a frame.
 */
size_t frame_decode(const uint8_t *bytes, size_t length, struct frame *frame, int *found, int *damaged);

/* link.c: a reliable link on a line that is not. One per agent. */

/* fd must be non-blocking and stay open. */
void link_init(int fd);

/* Queues a message; the bytes are copied. Runs out of memory only by ending the agent. */
void link_send(uint8_t kind, uint8_t stream, uint16_t channel, const void *body, size_t length);

/* True while a pump may queue more output. Replies need not ask. */
int link_has_room(void);

/* True while something waits for the line to take bytes. */
int link_wants_write(void);

/* Milliseconds until link_tick() has work, -1 if never. */
int link_timeout(void);

/* Both return 0, or -1 with errno when the line is gone: EIO if it was hung up. */
int link_readable(void);
int link_writable(void);

/* Repeats what has waited too long for an answer. */
void link_tick(void);

/* True once all that was queued has been acknowledged. */
int link_idle(void);

/* channel.c: requests by channel. Called by link.c. */
void channels_message(const uint8_t *message, size_t length);
void channels_reset(void);

/* Collects at most max descriptors to poll; returns their number. */
size_t channels_poll_set(struct pollfd *fds, size_t max);

/* Reads, writes and reaps whatever is ready. */
void channels_run(void);

void reply(uint16_t channel, int error, const void *body, size_t length);

/* transfer.c: files. Return 0 or an errno. */
struct transfer;
int transfer_put(struct transfer **out, const char *path, uint32_t mode);
int transfer_write(struct transfer *t, const uint8_t *bytes, size_t length);
int transfer_get(struct transfer **out, const char *path, uint32_t *mode, uint64_t *size);
/* Reads at most length bytes; *got is 0 at the end. */
int transfer_read(struct transfer *t, uint8_t *bytes, size_t length, size_t *got);
/* Ends the transfer; a put's file has its mode and is closed without error if 0 comes back. */
int transfer_finish(struct transfer *t);
int make_directories(const char *path, uint32_t mode);

/* program.c: programs. */
struct program_request {
	uint32_t flags, uid, gid;	/* TP_EXEC_* */
	uint16_t rows, columns;
	uint32_t argc, envc, length;
	char *strings;			/* length bytes, owned by whoever holds the request */
};

struct program {
	int pid;
	int in, out, err;		/* -1 when closed; on a pseudo-terminal in and out are the same */
	int terminal;
};

/* Has the out-of-memory killer leave the agent alone, where that is allowed. */
void program_protect(void);

/* Starts it. Returns 0, or the errno of whichever step failed, execve() included. */
int program_start(struct program *program, const struct program_request *request);

/* system.c: the machine as a whole. Return 0 or an errno. */
int system_set_clock(uint64_t seconds, uint32_t nanoseconds);
int system_reseed(const uint8_t *bytes, size_t length);
/*
 * Asks for it; system_tick() does it once the reply has left: by a signal to init, which takes the
 * filesystems down in order, and by the system call if init has not within 10 seconds.
 */
int system_power(uint32_t how);
void system_tick(void);
int system_timeout(void);	/* milliseconds until system_tick() has work, -1 if never */
uint64_t monotonic_ms(void);
uint64_t monotonic_ns(void);
void die(const char *why) __attribute__((noreturn));

#define MAX_CHANNELS	64	/* at once; one more is answered by EAGAIN */

#endif
