/*
 * frame.c - borders and checksums on the control line.
 *
 * The decoder keeps no state: it is asked again with the bytes that it did not consume and
 * those that came since. It consumes one byte at a time past damage, so that a good frame
 * inside a damaged one's supposed length is found.
 */
#include "agent.h"

#include <string.h>

uint32_t crc32(const uint8_t *bytes, size_t length)
{
	static uint32_t table[256];

	if (table[1] == 0) {
		for (uint32_t i = 0; i < 256; i++) {
			uint32_t c = i;
			for (int bit = 0; bit < 8; bit++)
				c = c & 1 ? c >> 1 ^ TP_CRC_POLYNOMIAL : c >> 1;
			table[i] = c;
		}
	}
	uint32_t crc = 0xffffffffu;
	for (size_t i = 0; i < length; i++)
		crc = table[(crc ^ bytes[i]) & 0xff] ^ crc >> 8;
	return ~crc;
}

size_t frame_encode(uint8_t *out, const struct frame *frame)
{
	out[0] = TP_MAGIC0;
	out[1] = TP_MAGIC1;
	out[2] = frame->type;
	out[3] = 0;
	put16(out + 4, frame->session);
	put16(out + 6, frame->seq);
	put16(out + 8, frame->ack);
	put16(out + 10, frame->length);
	put32(out + 12, crc32(out, 12));
	if (frame->length == 0)
		return TP_HEADER_SIZE;
	memcpy(out + TP_HEADER_SIZE, frame->payload, frame->length);
	put32(out + TP_HEADER_SIZE + frame->length, crc32(frame->payload, frame->length));
	return TP_HEADER_SIZE + frame->length + TP_TRAILER_SIZE;
}

size_t frame_decode(const uint8_t *bytes, size_t length, struct frame *frame, int *found, int *damaged)
{
	*found = 0;
	if (length == 0)
		return 0;
	if (bytes[0] != TP_MAGIC0 || (length > 1 && bytes[1] != TP_MAGIC1)) {
		const uint8_t *next = memchr(bytes + 1, TP_MAGIC0, length - 1);
		return next ? (size_t)(next - bytes) : length;
	}
	if (length < TP_HEADER_SIZE)
		return 0;
	frame->type = bytes[2];
	frame->session = get16(bytes + 4);
	frame->seq = get16(bytes + 6);
	frame->ack = get16(bytes + 8);
	frame->length = get16(bytes + 10);
	frame->payload = bytes + TP_HEADER_SIZE;
	if (get32(bytes + 12) != crc32(bytes, 12) || frame->length > TP_MAX_PAYLOAD) {
		*damaged = 1;
		return 1;
	}
	if (frame->length == 0) {
		*found = 1;
		return TP_HEADER_SIZE;
	}
	size_t whole = TP_HEADER_SIZE + frame->length + TP_TRAILER_SIZE;
	if (length < whole)
		return 0;
	if (get32(bytes + whole - TP_TRAILER_SIZE) != crc32(frame->payload, frame->length)) {
		*damaged = 1;
		return 1;
	}
	*found = 1;
	return whole;
}
