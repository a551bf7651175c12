/* /etc/services: name, port/protocol, aliases. */
#include <netdb.h>
#include <stdlib.h>
#include <string.h>
#include "net-file.h"

static struct net_file services = { .path = "/etc/services" };

struct servent *getservent(void)
{
	static struct servent entry;

	while (__net_next(&services)) {
		char *slash = strchr(services.words[1], '/');
		unsigned long port = strtoul(services.words[1], NULL, 10);

		if (!slash || port > 65535)
			continue;
		entry = (struct servent){ services.words[0], &services.words[2], htons((uint16_t)port), slash + 1 };
		return &entry;
	}
	return NULL;
}

void setservent(int stay_open)
{
	__net_rewind(&services);
	services.stay_open |= stay_open;
}

void endservent(void)
{
	__net_close(&services);
	services.stay_open = 0;
}

static int is_called(const struct servent *entry, const char *name)
{
	if (!strcmp(entry->s_name, name))
		return 1;
	for (char **alias = entry->s_aliases; *alias; alias++)
		if (!strcmp(*alias, name))
			return 1;
	return 0;
}

static int of_protocol(const struct servent *entry, const char *protocol)
{
	return !protocol || !strcmp(entry->s_proto, protocol);
}

struct servent *getservbyname(const char *name, const char *protocol)
{
	struct servent *entry;

	__net_rewind(&services);
	while ((entry = getservent()) && !(is_called(entry, name) && of_protocol(entry, protocol)))
		;
	return entry;
}

struct servent *getservbyport(int port, const char *protocol)
{
	struct servent *entry;

	__net_rewind(&services);
	while ((entry = getservent()) && !(entry->s_port == port && of_protocol(entry, protocol)))
		;
	return entry;
}
