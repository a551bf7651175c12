/* Network interfaces by number, name and address, as the kernel's ioctl calls list them. */
#include <errno.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

/* Sockets of every family know the interfaces. */
static int any_socket(void)
{
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	return fd < 0 ? socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0) : fd;
}

/* An ioctl() of a socket that is only for this. */
static int ask(int fd, unsigned long call, struct ifreq *request)
{
	return ioctl(fd, call, request);
}

unsigned if_nametoindex(const char *name)
{
	struct ifreq request = { 0 };
	int fd, answer;

	if (strlcpy(request.ifr_name, name, sizeof(request.ifr_name)) >= sizeof(request.ifr_name)) {
		errno = ENODEV;
		return 0;
	}
	fd = any_socket();
	if (fd < 0)
		return 0;
	answer = ask(fd, SIOCGIFINDEX, &request);
	close(fd);
	return answer < 0 ? 0 : (unsigned)request.ifr_ifindex;
}

char *if_indextoname(unsigned index, char *name)
{
	struct ifreq request = { .ifr_ifindex = (int)index };
	int fd = any_socket(), answer;

	if (fd < 0)
		return NULL;
	answer = ask(fd, SIOCGIFNAME, &request);
	close(fd);
	if (answer < 0) {
		if (errno == ENODEV)
			errno = ENXIO;
		return NULL;
	}
	return strncpy(name, request.ifr_name, IF_NAMESIZE);
}

/* All interfaces with an address. NULL with errno; count is set on success only. */
static struct ifreq *list_all(int fd, size_t *count)
{
	struct ifconf list = { 0 };

	if (ioctl(fd, SIOCGIFCONF, &list) < 0)
		return NULL;
	list.ifc_len += (int)(4 * sizeof(struct ifreq));	/* some may come meanwhile */
	list.ifc_buf = calloc(1, (size_t)list.ifc_len);
	if (!list.ifc_buf)
		return NULL;
	if (ioctl(fd, SIOCGIFCONF, &list) < 0) {
		free(list.ifc_buf);
		return NULL;
	}
	*count = (size_t)list.ifc_len / sizeof(struct ifreq);
	return list.ifc_req;
}

struct if_nameindex *if_nameindex(void)
{
	int fd = any_socket();
	struct if_nameindex *names = NULL;
	struct ifreq *all;
	size_t count, used = 0;

	if (fd < 0)
		return NULL;
	all = list_all(fd, &count);
	if (all)
		names = calloc(count + 1, sizeof(*names));
	for (size_t i = 0; names && i < count; i++) {
		struct ifreq request = all[i];
		char *name;

		if (ask(fd, SIOCGIFINDEX, &request) < 0)
			continue;		/* it went away */
		name = strndup(request.ifr_name, IF_NAMESIZE);
		if (!name) {
			if_freenameindex(names);
			names = NULL;
			break;
		}
		names[used++] = (struct if_nameindex){ (unsigned)request.ifr_ifindex, name };
	}
	free(all);
	close(fd);
	return names;
}

void if_freenameindex(struct if_nameindex *list)
{
	for (struct if_nameindex *each = list; each && each->if_name; each++)
		free(each->if_name);
	free(list);
}

/* An entry of getifaddrs() and what it points to. */
struct entry {
	struct ifaddrs info;
	char name[IF_NAMESIZE + 1];
	struct sockaddr address, mask, other;
};

static struct entry *make(int fd, const struct ifreq *from)
{
	struct entry *entry = calloc(1, sizeof(*entry));
	struct ifreq request = *from;

	if (!entry)
		return NULL;
	memcpy(entry->name, from->ifr_name, IF_NAMESIZE);
	entry->address = from->ifr_addr;
	entry->info.ifa_name = entry->name;
	entry->info.ifa_addr = &entry->address;
	if (!ask(fd, SIOCGIFFLAGS, &request))
		entry->info.ifa_flags = (unsigned short)request.ifr_flags;
	request = *from;
	if (!ask(fd, SIOCGIFNETMASK, &request)) {
		entry->mask = request.ifr_netmask;
		entry->info.ifa_netmask = &entry->mask;
	}
	request = *from;
	if (!ask(fd, entry->info.ifa_flags & IFF_POINTOPOINT ? SIOCGIFDSTADDR : SIOCGIFBRDADDR, &request)) {
		entry->other = request.ifr_broadaddr;
		entry->info.ifa_broadaddr = &entry->other;
	}
	return entry;
}

int getifaddrs(struct ifaddrs **list)
{
	int fd = any_socket();
	struct ifaddrs **link = list;
	struct ifreq *all;
	size_t count;

	*list = NULL;
	if (fd < 0)
		return -1;
	all = list_all(fd, &count);
	for (size_t i = 0; all && i < count; i++) {
		struct entry *entry = make(fd, &all[i]);

		if (!entry) {
			freeifaddrs(*list);
			free(all);
			close(fd);
			return -1;
		}
		*link = &entry->info;
		link = &entry->info.ifa_next;
	}
	free(all);
	close(fd);
	return all ? 0 : -1;
}

void freeifaddrs(struct ifaddrs *list)
{
	while (list) {
		struct ifaddrs *next = list->ifa_next;

		free(list);
		list = next;
	}
}
