/*
 * getaddrinfo() over addresses as text, /etc/hosts and /etc/services. A file of its own is read each time, so that
 * threads do not meet.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <limits.h>
#include <netdb.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>
#include "net-file.h"

#define MOST 16

struct address {
	int family;
	unsigned char bytes[16];
};

struct wanted {
	int flags, family;
	struct address addresses[MOST];
	int count;
	char canonical[NI_MAXHOST];
	struct {
		int type, protocol, port;
	} kinds[3];
	int kind_count;
};

static const struct {
	int type, protocol;
	const char *name;
} kinds[] = {
	{ SOCK_STREAM, IPPROTO_TCP, "tcp" }, { SOCK_DGRAM, IPPROTO_UDP, "udp" }, { SOCK_RAW, 0, NULL },
};

static void add_address(struct wanted *w, int family, const void *bytes)
{
	if (w->count == MOST || (w->family != AF_UNSPEC && w->family != family))
		return;
	w->addresses[w->count].family = family;
	memcpy(w->addresses[w->count++].bytes, bytes, family == AF_INET ? 4 : 16);
}

/* An address of the other family than is wanted is no name either. */
static int from_text(struct wanted *w, const char *name)
{
	unsigned char bytes[16];
	int family = inet_pton(AF_INET6, name, bytes) == 1 ? AF_INET6 :
		     inet_aton(name, (struct in_addr *)(void *)bytes) ? AF_INET : AF_UNSPEC;

	if (family == AF_UNSPEC)
		return 0;
	if (w->family != AF_UNSPEC && w->family != family)
		return w->family == AF_INET6 && w->flags & AI_V4MAPPED ? 0 : EAI_ADDRFAMILY;
	add_address(w, family, bytes);
	strlcpy(w->canonical, name, sizeof(w->canonical));
	return 1;
}

static void from_hosts(struct wanted *w, const char *name)
{
	struct net_file file = { .path = "/etc/hosts" };

	while (__net_next(&file)) {
		unsigned char bytes[16];
		int family = strchr(file.words[0], ':') ? AF_INET6 : AF_INET, has = 0;

		for (char **word = &file.words[1]; *word && !has; word++)
			has = !strcasecmp(*word, name);
		if (!has || inet_pton(family, file.words[0], bytes) != 1)
			continue;
		if (!w->count)
			strlcpy(w->canonical, file.words[1], sizeof(w->canonical));
		add_address(w, family, bytes);
	}
	__net_close(&file);
}

static int find_addresses(struct wanted *w, const char *name)
{
	static const unsigned char any[16], loopback4[4] = { 127, 0, 0, 1 };
	int got;

	if (!name) {
		int passive = w->flags & AI_PASSIVE;

		add_address(w, AF_INET6, passive ? (const void *)any : &in6addr_loopback);
		add_address(w, AF_INET, passive ? any : loopback4);
		return 0;
	}
	got = from_text(w, name);
	if (got)
		return got > 0 ? 0 : got;
	if (w->flags & AI_NUMERICHOST)
		return EAI_NONAME;
	from_hosts(w, name);
	/* The machine's own name is known to it, whatever the file lacks. */
	if (!w->count) {
		char own[HOST_NAME_MAX + 1];

		if (!strcasecmp(name, "localhost") || (!gethostname(own, sizeof(own)) && !strcasecmp(name, own))) {
			add_address(w, AF_INET, loopback4);
			strlcpy(w->canonical, name, sizeof(w->canonical));
		}
	}
	return w->count ? 0 : EAI_NONAME;
}

/* The port of a service by name for a protocol, or -1. */
static int port_of(const char *service, const char *protocol)
{
	struct net_file file = { .path = "/etc/services" };
	int port = -1;

	while (port < 0 && __net_next(&file)) {
		char *slash = strchr(file.words[1], '/');
		int has = !strcmp(file.words[0], service);

		for (int i = 2; i < file.count && !has; i++)
			has = !strcmp(file.words[i], service);
		if (has && slash && (!protocol || !strcmp(slash + 1, protocol)))
			port = atoi(file.words[1]);
	}
	__net_close(&file);
	return port;
}

static int find_kinds(struct wanted *w, const char *service, const struct addrinfo *hints)
{
	int known = 0;

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		int port = 0;

		if (hints->ai_socktype && hints->ai_socktype != kinds[i].type)
			continue;
		if (hints->ai_protocol && kinds[i].protocol && hints->ai_protocol != kinds[i].protocol)
			continue;
		known = 1;
		if (service) {
			char *end;
			unsigned long number = strtoul(service, &end, 10);

			if (*service && !*end && number < 65536)
				port = (int)number;
			else if (*service && !*end)
				return EAI_SERVICE;
			else if (hints->ai_flags & AI_NUMERICSERV)
				return EAI_NONAME;
			else if (!kinds[i].name)
				continue;
			else
				port = port_of(service, kinds[i].name);
			if (port < 0)
				continue;
		}
		w->kinds[w->kind_count].type = kinds[i].type;
		w->kinds[w->kind_count].protocol = kinds[i].protocol ? kinds[i].protocol : hints->ai_protocol;
		w->kinds[w->kind_count++].port = port;
	}
	return w->kind_count ? 0 : known ? EAI_SERVICE : EAI_SOCKTYPE;
}

/* One block each: the entry and its address behind it. */
static struct addrinfo *make(const struct wanted *w, const struct address *address, int kind)
{
	struct {
		struct addrinfo info;
		union {
			struct sockaddr_in in;
			struct sockaddr_in6 in6;
		} address;
	} *block = calloc(1, sizeof(*block));

	if (!block)
		return NULL;
	block->info = (struct addrinfo){
		.ai_family = address->family, .ai_socktype = w->kinds[kind].type, .ai_protocol = w->kinds[kind].protocol,
		.ai_flags = w->flags, .ai_addr = (struct sockaddr *)&block->address,
		.ai_addrlen = address->family == AF_INET ? sizeof(block->address.in) : sizeof(block->address.in6),
	};
	if (address->family == AF_INET) {
		block->address.in.sin_family = AF_INET;
		block->address.in.sin_port = htons((uint16_t)w->kinds[kind].port);
		memcpy(&block->address.in.sin_addr, address->bytes, 4);
	} else {
		block->address.in6.sin6_family = AF_INET6;
		block->address.in6.sin6_port = htons((uint16_t)w->kinds[kind].port);
		memcpy(&block->address.in6.sin6_addr, address->bytes, 16);
	}
	return &block->info;
}

static int make_list(const struct wanted *w, struct addrinfo **list)
{
	struct addrinfo **link = list;

	*list = NULL;
	for (int i = 0; i < w->count; i++)
		for (int k = 0; k < w->kind_count; k++) {
			*link = make(w, &w->addresses[i], k);
			if (!*link)
				return EAI_MEMORY;
			link = &(*link)->ai_next;
		}
	if (w->flags & AI_CANONNAME && *list) {
		(*list)->ai_canonname = strdup(w->canonical);
		if (!(*list)->ai_canonname)
			return EAI_MEMORY;
	}
	return 0;
}

int getaddrinfo(const char *__restrict name, const char *__restrict service, const struct addrinfo *__restrict hints,
		struct addrinfo **__restrict list)
{
	static const struct addrinfo none = { .ai_flags = AI_V4MAPPED | AI_ADDRCONFIG };
	struct wanted w = { 0 };
	int error;

	if (!hints)
		hints = &none;
	w.flags = hints->ai_flags;
	w.family = hints->ai_family;
	if (!name && !service)
		return EAI_NONAME;
	if (w.flags & ~(AI_PASSIVE | AI_CANONNAME | AI_NUMERICHOST | AI_V4MAPPED | AI_ALL | AI_ADDRCONFIG | AI_NUMERICSERV) ||
	    (w.flags & AI_CANONNAME && !name))
		return EAI_BADFLAGS;
	if (w.family != AF_UNSPEC && w.family != AF_INET && w.family != AF_INET6)
		return EAI_FAMILY;
	error = find_kinds(&w, service, hints);
	if (!error)
		error = find_addresses(&w, name);
	if (!error)
		error = make_list(&w, list);
	else
		return error;
	if (error)
		freeaddrinfo(*list);
	return error;
}

void freeaddrinfo(struct addrinfo *list)
{
	while (list) {
		struct addrinfo *next = list->ai_next;

		free(list->ai_canonname);
		free(list);
		list = next;
	}
}

const char *gai_strerror(int error)
{
	static const char *const texts[] = {
		"Success", "Bad value for ai_flags", "Name or service not known", "Temporary failure in name resolution",
		"Non-recoverable failure in name resolution", "No address associated with hostname",
		"ai_family not supported", "ai_socktype not supported", "Servname not supported for ai_socktype",
		"Address family for hostname not supported", "Memory allocation failure", "System error",
		"Argument buffer overflow",
	};

	return error <= 0 && error >= EAI_OVERFLOW ? texts[-error] : "Unknown error";
}
