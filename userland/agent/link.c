/*
 * link.c - messages that arrive once and in order, on a line that may lose bytes.
 *
 * Invariant: the queue holds every message that the host has not acknowledged, oldest first. The
 * first `sent` of them are in flight and have the sequence numbers base, base + 1, ...; a repeat
 * only sets sent back to 0, and a late acknowledgement still counts for all that ever flew. One encoded frame at a time is on its way to the line, in `out`.
 */
#include "agent.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct message {
	struct message *next;
	uint16_t length;
	uint8_t bytes[];
};

static struct {
	int fd;
	uint16_t session;		/* 0: none yet */
	uint8_t nonce[TP_NONCE_SIZE];	/* of its RESET */

	struct message *head, **tail;	/* not acknowledged yet */
	size_t queued;
	size_t sent;			/* how many of them are in flight */
	size_t flown;			/* how many of them were ever sent: at least sent */
	uint16_t base;			/* sequence number of head */
	uint64_t deadline;		/* when to repeat; meaningful if sent > 0 */
	uint32_t resend_ms;

	uint16_t expected;		/* next sequence number from the host */
	int ack_due, nak_due, reset_ack_due;
	uint64_t nak_again;		/* when the gap may be complained of once more */

	uint8_t out[FRAME_MAX];
	size_t out_length, out_done;
	uint8_t in[4 * FRAME_MAX];
	size_t in_length;
} line;

void link_init(int fd)
{
	memset(&line, 0, sizeof(line));
	line.fd = fd;
	line.tail = &line.head;
	line.resend_ms = TP_RESEND_MS;
}

static void drop_head(void)
{
	struct message *message = line.head;

	line.head = message->next;
	if (!line.head)
		line.tail = &line.head;
	line.queued--;
	line.base++;
	if (line.sent)
		line.sent--;
	if (line.flown)
		line.flown--;
	free(message);
}

void link_send(uint8_t kind, uint8_t stream, uint16_t channel, const void *body, size_t length)
{
	if (length > TP_MAX_BODY)
		die("message too long");
	struct message *message = malloc(sizeof(*message) + TP_MESSAGE_HEADER + length);
	if (!message)
		die("out of memory");
	message->next = NULL;
	message->length = (uint16_t)(TP_MESSAGE_HEADER + length);
	message->bytes[0] = kind;
	message->bytes[1] = stream;
	put16(message->bytes + 2, channel);
	if (length)
		memcpy(message->bytes + TP_MESSAGE_HEADER, body, length);
	*line.tail = message;
	line.tail = &message->next;
	line.queued++;
}

int link_has_room(void)
{
	return line.queued < TP_WINDOW_TO_HOST;
}

int link_idle(void)
{
	return line.queued == 0 && line.out_done == line.out_length;
}

static int may_send(void)
{
	return line.sent < line.queued && line.sent < TP_WINDOW_TO_HOST;
}

int link_wants_write(void)
{
	return line.out_done < line.out_length || line.reset_ack_due ||
	       (line.session && (line.ack_due || line.nak_due || may_send()));
}

static void start_timer(void)
{
	line.deadline = monotonic_ms() + line.resend_ms;
}

/* Encodes whatever goes to the line next, the most urgent first. */
static void next_frame(void)
{
	struct frame frame = {.session = line.session, .ack = line.expected};
	uint8_t hello[8];

	if (line.reset_ack_due) {
		line.reset_ack_due = 0;
		frame.type = TP_FRAME_RESET_ACK;
		put32(hello, TP_VERSION);
		put32(hello + 4, (uint32_t)getpid());
		frame.payload = hello;
		frame.length = sizeof(hello);
	} else if (line.nak_due) {
		line.nak_due = line.ack_due = 0;
		frame.type = TP_FRAME_NAK;
	} else if (may_send()) {
		struct message *message = line.head;
		for (size_t i = 0; i < line.sent; i++)
			message = message->next;
		frame.type = TP_FRAME_DATA;
		frame.seq = (uint16_t)(line.base + line.sent);
		frame.payload = message->bytes;
		frame.length = message->length;
		if (line.sent++ == 0)
			start_timer();
		if (line.flown < line.sent)
			line.flown = line.sent;
		line.ack_due = 0;
	} else {
		line.ack_due = 0;
		frame.type = TP_FRAME_ACK;
	}
	line.out_length = frame_encode(line.out, &frame);
	line.out_done = 0;
}

int link_writable(void)
{
	while (link_wants_write()) {
		if (line.out_done == line.out_length)
			next_frame();
		ssize_t n = write(line.fd, line.out + line.out_done, line.out_length - line.out_done);
		if (n < 0)
			return errno == EAGAIN || errno == EINTR ? 0 : -1;
		line.out_done += (size_t)n;
		/* The time limit runs from when the bytes have left, however slow the line. */
		if (line.sent && line.out_done == line.out_length)
			start_timer();
	}
	return 0;
}

static void acknowledged(uint16_t ack)
{
	uint16_t count = (uint16_t)(ack - line.base);

	if (count == 0 || count > line.flown)
		return;
	while (count--)
		drop_head();
	line.resend_ms = TP_RESEND_MS;
	start_timer();
}

static void reset(const struct frame *frame)
{
	const uint8_t *nonce = frame->payload + 4;

	if (frame->session == 0 || frame->length < 4 + TP_NONCE_SIZE || get32(frame->payload) != TP_VERSION)
		return;
	line.reset_ack_due = 1;
	if (frame->session == line.session && memcmp(nonce, line.nonce, TP_NONCE_SIZE) == 0)
		return;
	memcpy(line.nonce, nonce, TP_NONCE_SIZE);
	channels_reset();
	while (line.head)
		drop_head();
	line.session = frame->session;
	line.base = line.expected = 0;
	line.ack_due = line.nak_due = 0;
	line.nak_again = 0;
	line.resend_ms = TP_RESEND_MS;
}

/* Asks for a repeat, but not for each frame behind the same gap. */
static void complain(void)
{
	uint64_t now = monotonic_ms();

	if (now < line.nak_again)
		return;
	line.nak_again = now + TP_NAK_MS;
	line.nak_due = 1;
}

static void receive(const struct frame *frame)
{
	if (frame->type == TP_FRAME_RESET) {
		reset(frame);
		return;
	}
	if (frame->session != line.session || !line.session)
		return;
	acknowledged(frame->ack);
	if (frame->type == TP_FRAME_NAK && frame->ack == line.base)
		line.sent = 0;
	if (frame->type != TP_FRAME_DATA)
		return;
	if (frame->seq == line.expected) {
		line.expected++;
		line.ack_due = 1;
		line.nak_again = 0;
		if (frame->length >= TP_MESSAGE_HEADER)
			channels_message(frame->payload, frame->length);
	} else if ((int16_t)(frame->seq - line.expected) > 0) {
		complain();
	} else {
		line.ack_due = 1;
	}
}

static void decode(void)
{
	size_t at = 0;

	for (;;) {
		struct frame frame;
		int found, damaged = 0;
		size_t n = frame_decode(line.in + at, line.in_length - at, &frame, &found, &damaged);
		if (damaged && line.session)
			complain();
		if (n == 0)
			break;
		if (found)
			receive(&frame);
		at += n;
	}
	memmove(line.in, line.in + at, line.in_length - at);
	line.in_length -= at;
}

int link_readable(void)
{
	for (;;) {
		ssize_t n = read(line.fd, line.in + line.in_length, sizeof(line.in) - line.in_length);
		if (n < 0)
			return errno == EAGAIN || errno == EINTR ? 0 : -1;
		if (n == 0) {
			errno = EIO;		/* as writing to it would say */
			return -1;
		}
		line.in_length += (size_t)n;
		decode();
	}
}

int link_timeout(void)
{
	if (!line.sent)
		return -1;
	uint64_t now = monotonic_ms();
	return now >= line.deadline ? 0 : (int)(line.deadline - now);
}

void link_tick(void)
{
	if (line.sent && monotonic_ms() >= line.deadline) {
		line.sent = 0;
		line.resend_ms *= 2;
		if (line.resend_ms > TP_RESEND_MAX_MS)
			line.resend_ms = TP_RESEND_MAX_MS;
	}
}
