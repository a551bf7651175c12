/* gethostbyname() and its kin: /etc/hosts and addresses as text. */
#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include "net-file.h"

#define MOST_ADDRESSES 16

static struct net_file hosts = { .path = "/etc/hosts" };

/* What the last answer points to. */
static struct {
	struct hostent entry;
	unsigned char bytes[MOST_ADDRESSES][16];
	char *addresses[MOST_ADDRESSES + 1];
	char name[NI_MAXHOST];
	char *no_aliases[1];
} answer;

int *__h_errno_location(void)
{
	static __thread int number;

	return &number;
}

const char *hstrerror(int error)
{
	static const char *const texts[] = {
		"Resolver Error 0 (no error)", "Unknown host", "Host name lookup failure", "Unknown server error",
		"No address associated with name",
	};

	return error >= 0 && error <= NO_DATA ? texts[error] : "Unknown resolver error";
}

void herror(const char *prefix)
{
	fprintf(stderr, "%s%s%s\n", prefix ? prefix : "", prefix && *prefix ? ": " : "", hstrerror(h_errno));
}

void sethostent(int stay_open)
{
	__net_rewind(&hosts);
	hosts.stay_open |= stay_open;
}

void endhostent(void)
{
	__net_close(&hosts);
	hosts.stay_open = 0;
}

/* The next line whose address is of the family (AF_UNSPEC: of any), which becomes address number `at`. */
static int next_line(int family, int at)
{
	while (__net_next(&hosts)) {
		int is = strchr(hosts.words[0], ':') ? AF_INET6 : AF_INET;

		if ((family != AF_UNSPEC && is != family) || inet_pton(is, hosts.words[0], answer.bytes[at]) != 1)
			continue;
		answer.addresses[at] = (char *)answer.bytes[at];
		answer.addresses[at + 1] = NULL;
		answer.entry.h_addrtype = is;
		answer.entry.h_length = is == AF_INET ? 4 : 16;
		return 1;
	}
	return 0;
}

static struct hostent *answer_of_line(void)
{
	answer.entry.h_name = hosts.words[1];
	answer.entry.h_aliases = &hosts.words[2];
	answer.entry.h_addr_list = answer.addresses;
	return &answer.entry;
}

struct hostent *gethostent(void)
{
	return next_line(AF_UNSPEC, 0) ? answer_of_line() : NULL;
}

static int line_has(const char *name)
{
	for (char **word = &hosts.words[1]; *word; word++)
		if (!strcasecmp(*word, name))
			return 1;
	return 0;
}

static struct hostent *no_answer(int error)
{
	h_errno = error;
	return NULL;
}

/* All lines with the name give an address each; the first line's names are the answer's. */
struct hostent *gethostbyname2(const char *name, int family)
{
	int count = 0;

	answer.entry = (struct hostent){
		.h_name = answer.name, .h_aliases = answer.no_aliases, .h_addr_list = answer.addresses,
		.h_addrtype = family, .h_length = family == AF_INET6 ? 16 : 4,
	};
	if (strlcpy(answer.name, name, sizeof(answer.name)) >= sizeof(answer.name))
		return no_answer(HOST_NOT_FOUND);
	if (inet_pton(family, name, answer.bytes[0]) == 1 ||
	    (family == AF_INET && inet_aton(name, (struct in_addr *)(void *)answer.bytes[0]))) {
		answer.addresses[0] = (char *)answer.bytes[0];
		answer.addresses[1] = NULL;
		return &answer.entry;
	}
	__net_rewind(&hosts);
	while (count < MOST_ADDRESSES && next_line(family, count))
		if (line_has(name) && !count++)
			strlcpy(answer.name, hosts.words[1], sizeof(answer.name));
	__net_close(&hosts);
	answer.addresses[count] = NULL;
	return count ? &answer.entry : no_answer(HOST_NOT_FOUND);
}

struct hostent *gethostbyname(const char *name)
{
	return gethostbyname2(name, AF_INET);
}

struct hostent *gethostbyaddr(const void *address, socklen_t length, int family)
{
	__net_rewind(&hosts);
	while (next_line(family, 0))
		if ((socklen_t)answer.entry.h_length == length && !memcmp(answer.bytes[0], address, length))
			return answer_of_line();
	return no_answer(HOST_NOT_FOUND);
}
