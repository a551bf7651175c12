/* getnameinfo(): the names of an address and of its port. */
#include <arpa/inet.h>
#include <net/if.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "net-file.h"

/* Into out, as far as it goes. 1, or 0 for no name. */
static int host_of(int family, const void *bytes, char *out, size_t size)
{
	struct net_file file = { .path = "/etc/hosts" };
	size_t length = family == AF_INET ? 4 : 16;
	int found = 0;

	while (!found && __net_next(&file)) {
		unsigned char address[16];

		if (inet_pton(family, file.words[0], address) == 1 && !memcmp(address, bytes, length)) {
			found = 1;
			strlcpy(out, file.words[1], size);
		}
	}
	__net_close(&file);
	return found;
}

static int service_of(int port, const char *protocol, char *out, size_t size)
{
	struct net_file file = { .path = "/etc/services" };
	int found = 0;

	while (!found && __net_next(&file)) {
		char *slash = strchr(file.words[1], '/');

		if (slash && !strcmp(slash + 1, protocol) && atoi(file.words[1]) == port) {
			found = 1;
			strlcpy(out, file.words[0], size);
		}
	}
	__net_close(&file);
	return found;
}

static int copy(const char *from, char *to, socklen_t size)
{
	return strlcpy(to, from, size) < size ? 0 : EAI_OVERFLOW;
}

int getnameinfo(const struct sockaddr *__restrict address, socklen_t length, char *__restrict host, socklen_t host_size,
		char *__restrict service, socklen_t service_size, int flags)
{
	const struct sockaddr_in *in = (const void *)address;
	const struct sockaddr_in6 *in6 = (const void *)address;
	int family = address->sa_family, port;
	char text[NI_MAXHOST];
	const void *bytes;

	if (family == AF_INET && length >= sizeof(*in)) {
		bytes = &in->sin_addr;
		port = ntohs(in->sin_port);
	} else if (family == AF_INET6 && length >= sizeof(*in6)) {
		bytes = &in6->sin6_addr;
		port = ntohs(in6->sin6_port);
	} else {
		return EAI_FAMILY;
	}
	if ((!host || !host_size) && (!service || !service_size))
		return EAI_NONAME;
	if (host && host_size) {
		if (flags & NI_NUMERICHOST || !host_of(family, bytes, text, sizeof(text))) {
			if (flags & NI_NAMEREQD)
				return EAI_NONAME;
			inet_ntop(family, bytes, text, sizeof(text));
		} else if (flags & NI_NOFQDN) {
			text[strcspn(text, ".")] = '\0';
		}
		if (copy(text, host, host_size))
			return EAI_OVERFLOW;
	}
	if (service && service_size) {
		if (flags & NI_NUMERICSERV || !service_of(port, flags & NI_DGRAM ? "udp" : "tcp", text, sizeof(text)))
			sprintf(text, "%d", port);
		return copy(text, service, service_size);
	}
	return 0;
}
