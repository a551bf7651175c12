/* Internet addresses from and to text, and the order of bytes. */
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const struct in6_addr in6addr_any = IN6ADDR_ANY_INIT, in6addr_loopback = IN6ADDR_LOOPBACK_INIT;

uint32_t htonl(uint32_t number)
{
	return __builtin_bswap32(number);
}

uint16_t htons(uint16_t number)
{
	return __builtin_bswap16(number);
}

uint32_t ntohl(uint32_t number)
{
	return __builtin_bswap32(number);
}

uint16_t ntohs(uint16_t number)
{
	return __builtin_bswap16(number);
}

static int is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* One to four numbers, decimal, octal or hexadecimal; the last fills what is left. Returns how many, or 0. */
static int read_parts(const char *text, uint32_t parts[4], const char **end)
{
	int count = 0;

	for (;;) {
		char *after;
		unsigned long long part;

		if (!is_digit(*text))
			return 0;
		part = strtoull(text, &after, 0);
		if (part > 0xffffffffULL)
			return 0;
		parts[count++] = (uint32_t)part;
		text = after;
		if (*text != '.')
			break;
		if (count == 4)
			return 0;
		text++;
	}
	*end = text;
	return count;
}

int inet_aton(const char *text, struct in_addr *address)
{
	uint32_t parts[4], value = 0;
	const char *end;
	int count = read_parts(text, parts, &end);

	if (!count || !(!*end || *end == ' ' || (*end >= '\t' && *end <= '\r')))
		return 0;
	for (int i = 0; i < count - 1; i++) {
		if (parts[i] > 255)
			return 0;
		value |= parts[i] << (24 - 8 * i);
	}
	if (count > 1 && parts[count - 1] >> (32 - 8 * (count - 1)))
		return 0;
	value |= parts[count - 1];
	if (address)
		address->s_addr = htonl(value);
	return 1;
}

in_addr_t inet_addr(const char *text)
{
	struct in_addr address;

	return inet_aton(text, &address) ? address.s_addr : INADDR_NONE;
}

in_addr_t inet_network(const char *text)
{
	uint32_t parts[4], value = 0;
	const char *end;
	int count = read_parts(text, parts, &end);

	if (!count || *end)
		return INADDR_NONE;
	for (int i = 0; i < count; i++) {
		if (parts[i] > 255)
			return INADDR_NONE;
		value = value << 8 | parts[i];
	}
	return value;
}

char *inet_ntoa(struct in_addr address)
{
	static __thread char text[INET_ADDRSTRLEN];

	return (char *)inet_ntop(AF_INET, &address, text, sizeof(text));
}

static int host_bits(in_addr_t address)
{
	return IN_CLASSA(address) ? 24 : IN_CLASSB(address) ? 16 : 8;
}

in_addr_t inet_netof(struct in_addr address)
{
	in_addr_t value = ntohl(address.s_addr);

	return value >> host_bits(value);
}

in_addr_t inet_lnaof(struct in_addr address)
{
	in_addr_t value = ntohl(address.s_addr);

	return value & ((1u << host_bits(value)) - 1);
}

struct in_addr inet_makeaddr(in_addr_t net, in_addr_t host)
{
	int bits = net < 128 ? 24 : net < 65536 ? 16 : net < 16777216 ? 8 : 0;

	return (struct in_addr){ htonl(net << bits | (bits ? host & ((1u << bits) - 1) : host)) };
}

/* The longest run of two zero words or more is left out. */
static void text_of_6(const unsigned char *bytes, char *text)
{
	unsigned words[8];
	int best = -1, best_length = 1, mapped;
	char *p = text;

	for (int i = 0; i < 8; i++)
		words[i] = (unsigned)bytes[2 * i] << 8 | bytes[2 * i + 1];
	for (int i = 0; i < 8; i++) {
		int length = 0;

		while (i + length < 8 && !words[i + length])
			length++;
		if (length > best_length) {
			best = i;
			best_length = length;
		}
		i += length;
	}
	mapped = best == 0 && (best_length == 6 || (best_length == 7 && words[7] > 1) ||
			       (best_length == 5 && words[5] == 0xffff));
	for (int i = 0; i < 8; i++) {
		if (i == best) {
			*p++ = ':';
			i += best_length - 1;
			if (i == 7)
				*p++ = ':';
			continue;
		}
		if (i)
			*p++ = ':';
		if (i == 6 && mapped) {
			p += sprintf(p, "%d.%d.%d.%d", bytes[12], bytes[13], bytes[14], bytes[15]);
			break;
		}
		p += sprintf(p, "%x", words[i]);
	}
	*p = '\0';
}

const char *inet_ntop(int family, const void *__restrict address, char *__restrict text, socklen_t size)
{
	const unsigned char *bytes = address;
	char whole[INET6_ADDRSTRLEN + 8];

	if (family == AF_INET) {
		sprintf(whole, "%d.%d.%d.%d", bytes[0], bytes[1], bytes[2], bytes[3]);
	} else if (family == AF_INET6) {
		text_of_6(bytes, whole);
	} else {
		errno = EAFNOSUPPORT;
		return NULL;
	}
	if (strlen(whole) >= size) {
		errno = ENOSPC;
		return NULL;
	}
	return strcpy(text, whole);
}

/* Four decimal numbers, and nothing else. */
static int read_4(const char *text, unsigned char bytes[4])
{
	for (int i = 0; i < 4; i++) {
		int value = 0, digits = 0;

		for (; is_digit(*text); digits++, text++) {
			value = value * 10 + (*text - '0');
			if (value > 255 || (digits && value < 10))
				return 0;
		}
		if (!digits || *text != (i < 3 ? '.' : '\0'))
			return 0;
		text++;
		bytes[i] = (unsigned char)value;
	}
	return 1;
}

static int read_6(const char *text, unsigned char bytes[16])
{
	unsigned char found[16] = { 0 };
	int used = 0, gap = -1;

	if (text[0] == ':' && *++text != ':')
		return 0;
	while (*text) {
		char *end;
		unsigned long word;

		if (*text == ':') {
			if (gap >= 0)
				return 0;
			gap = used;
			text++;
			continue;
		}
		if (used == 16 || !strchr("0123456789abcdefABCDEF", *text))
			return 0;
		word = strtoul(text, &end, 16);
		if (*end == '.') {
			if (used > 12 || !read_4(text, found + used))
				return 0;
			used += 4;
			break;
		}
		if (end - text > 4 || (text[0] == '0' && (text[1] | 32) == 'x'))
			return 0;
		found[used++] = (unsigned char)(word >> 8);
		found[used++] = (unsigned char)word;
		text = end;
		if (*text && (*text++ != ':' || !*text))
			return 0;
	}
	if (gap < 0 ? used != 16 : used == 16)
		return 0;
	memset(bytes, 0, 16);
	if (gap < 0)
		gap = used;
	memcpy(bytes, found, (size_t)gap);
	memcpy(bytes + 16 - (used - gap), found + gap, (size_t)(used - gap));
	return 1;
}

int inet_pton(int family, const char *__restrict text, void *__restrict address)
{
	unsigned char bytes[4];

	if (family == AF_INET6)
		return read_6(text, address);
	if (family != AF_INET) {
		errno = EAFNOSUPPORT;
		return -1;
	}
	if (!read_4(text, bytes))
		return 0;
	memcpy(address, bytes, sizeof(bytes));
	return 1;
}
