/* /etc/protocols and /etc/networks: name, number, aliases. Without the former, the protocols everybody knows. */
#include <arpa/inet.h>
#include <netdb.h>
#include <stdlib.h>
#include <string.h>
#include "net-file.h"

static struct net_file protocols = { .path = "/etc/protocols" }, networks = { .path = "/etc/networks" };

static int is_called(char *entry, char **aliases, const char *name)
{
	if (!strcmp(entry, name))
		return 1;
	for (; *aliases; aliases++)
		if (!strcmp(*aliases, name))
			return 1;
	return 0;
}

struct protoent *getprotoent(void)
{
	static struct protoent entry;

	if (!__net_next(&protocols))
		return NULL;
	entry = (struct protoent){ protocols.words[0], &protocols.words[2], atoi(protocols.words[1]) };
	return &entry;
}

void setprotoent(int stay_open)
{
	__net_rewind(&protocols);
	protocols.stay_open |= stay_open;
}

void endprotoent(void)
{
	__net_close(&protocols);
	protocols.stay_open = 0;
}

static struct protoent *known(const char *name, int number)
{
	static char *none[] = { NULL }, ip[] = "ip", icmp[] = "icmp", tcp[] = "tcp", udp[] = "udp", ipv6[] = "ipv6";
	static struct protoent entries[] = {
		{ ip, none, IPPROTO_IP }, { icmp, none, IPPROTO_ICMP }, { tcp, none, IPPROTO_TCP },
		{ udp, none, IPPROTO_UDP }, { ipv6, none, IPPROTO_IPV6 },
	};

	for (size_t i = 0; i < sizeof(entries) / sizeof(entries[0]); i++)
		if (name ? !strcmp(entries[i].p_name, name) : entries[i].p_proto == number)
			return &entries[i];
	return NULL;
}

struct protoent *getprotobyname(const char *name)
{
	struct protoent *entry;

	__net_rewind(&protocols);
	while ((entry = getprotoent()) && !is_called(entry->p_name, entry->p_aliases, name))
		;
	return entry ? entry : known(name, 0);
}

struct protoent *getprotobynumber(int number)
{
	struct protoent *entry;

	__net_rewind(&protocols);
	while ((entry = getprotoent()) && entry->p_proto != number)
		;
	return entry ? entry : known(NULL, number);
}

struct netent *getnetent(void)
{
	static struct netent entry;

	if (!__net_next(&networks))
		return NULL;
	entry = (struct netent){ networks.words[0], &networks.words[2], AF_INET, inet_network(networks.words[1]) };
	return &entry;
}

void setnetent(int stay_open)
{
	__net_rewind(&networks);
	networks.stay_open |= stay_open;
}

void endnetent(void)
{
	__net_close(&networks);
	networks.stay_open = 0;
}

struct netent *getnetbyname(const char *name)
{
	struct netent *entry;

	__net_rewind(&networks);
	while ((entry = getnetent()) && !is_called(entry->n_name, entry->n_aliases, name))
		;
	return entry;
}

struct netent *getnetbyaddr(uint32_t net, int family)
{
	struct netent *entry;

	__net_rewind(&networks);
	while ((entry = getnetent()) && !(entry->n_net == net && entry->n_addrtype == family))
		;
	return entry;
}
