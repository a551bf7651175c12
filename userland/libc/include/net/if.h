/* Network interfaces. */
#ifndef LIBC_NET_IF_H
#define LIBC_NET_IF_H

#include <sys/socket.h>
#include <abi/ioctl.h>

#define IF_NAMESIZE 16
#undef IFF_UP
#undef IFF_LOOPBACK
#undef IFF_RUNNING
#define IFF_UP 0x1
#define IFF_BROADCAST 0x2
#define IFF_DEBUG 0x4
#define IFF_LOOPBACK 0x8
#define IFF_POINTOPOINT 0x10
#define IFF_RUNNING 0x40
#define IFF_NOARP 0x80
#define IFF_PROMISC 0x100
#define IFF_ALLMULTI 0x200
#define IFF_MULTICAST 0x1000

struct if_nameindex {
	unsigned if_index;
	char *if_name;
};

struct ifmap {
	unsigned long mem_start;
	unsigned long mem_end;
	unsigned short base_addr;
	unsigned char irq;
	unsigned char dma;
	unsigned char port;
};

struct ifreq {
	char ifr_name[IF_NAMESIZE];
	union {
		struct sockaddr ifr_addr;
		struct sockaddr ifr_dstaddr;
		struct sockaddr ifr_broadaddr;
		struct sockaddr ifr_netmask;
		struct sockaddr ifr_hwaddr;
		short ifr_flags;
		int ifr_ifindex;
		int ifr_metric;
		int ifr_mtu;
		int ifr_qlen;
		struct ifmap ifr_map;
		char ifr_newname[IF_NAMESIZE];
		char *ifr_data;
	};
};

struct ifconf {
	int ifc_len;
	union {
		char *ifc_buf;
		struct ifreq *ifc_req;
	};
};

void if_freenameindex(struct if_nameindex *list);
char *if_indextoname(unsigned index, char *name);
struct if_nameindex *if_nameindex(void);
unsigned if_nametoindex(const char *name);

#endif
