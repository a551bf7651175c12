/* Sockets: families, types, options and message records; socketcall's numbers. */
#ifndef ABI_SOCKET_H
#define ABI_SOCKET_H

#include <abi/int.h>

#define SYS_SOCKET	1
#define SYS_BIND	2
#define SYS_CONNECT	3
#define SYS_LISTEN	4
#define SYS_ACCEPT	5
#define SYS_GETSOCKNAME	6
#define SYS_GETPEERNAME	7
#define SYS_SOCKETPAIR	8
#define SYS_SEND	9
#define SYS_RECV	10
#define SYS_SENDTO	11
#define SYS_RECVFROM	12
#define SYS_SHUTDOWN	13
#define SYS_SETSOCKOPT	14
#define SYS_GETSOCKOPT	15
#define SYS_SENDMSG	16
#define SYS_RECVMSG	17
#define SYS_ACCEPT4	18
#define SYS_RECVMMSG	19
#define SYS_SENDMMSG	20

#define AF_UNSPEC	0
#define AF_UNIX		1
#define AF_LOCAL	AF_UNIX
#define AF_INET		2
#define AF_INET6	10
#define AF_NETLINK	16
#define AF_PACKET	17

#define SOCK_STREAM	1
#define SOCK_DGRAM	2
#define SOCK_RAW	3
#define SOCK_RDM	4
#define SOCK_SEQPACKET	5
#define SOCK_PACKET	10
#define SOCK_TYPE_MASK	0xf
#define SOCK_NONBLOCK	00004000
#define SOCK_CLOEXEC	02000000

#define SOL_SOCKET	1
#define SO_DEBUG	1
#define SO_REUSEADDR	2
#define SO_TYPE		3
#define SO_ERROR	4
#define SO_DONTROUTE	5
#define SO_BROADCAST	6
#define SO_SNDBUF	7
#define SO_RCVBUF	8
#define SO_KEEPALIVE	9
#define SO_OOBINLINE	10
#define SO_NO_CHECK	11
#define SO_PRIORITY	12
#define SO_LINGER	13
#define SO_REUSEPORT	15
#define SO_PASSCRED	16
#define SO_PEERCRED	17
#define SO_RCVLOWAT	18
#define SO_SNDLOWAT	19
#define SO_RCVTIMEO	20	/* struct abi_timeval of 32-bit words */
#define SO_SNDTIMEO	21
#define SO_BINDTODEVICE	25
#define SO_PEERNAME	28
#define SO_TIMESTAMP	29
#define SO_ACCEPTCONN	30
#define SO_PEERSEC	31
#define SO_SNDBUFFORCE	32
#define SO_RCVBUFFORCE	33
#define SO_TIMESTAMPNS	35
#define SO_PROTOCOL	38
#define SO_DOMAIN	39
#define SO_PEEK_OFF	42
#define SO_COOKIE	57
#define SO_PEERGROUPS	59
#define SO_TIMESTAMP_NEW 63	/* the same with 64-bit times */
#define SO_TIMESTAMPNS_NEW 64
#define SO_RCVTIMEO_NEW	66
#define SO_SNDTIMEO_NEW	67

#define MSG_OOB		0x01
#define MSG_PEEK	0x02
#define MSG_DONTROUTE	0x04
#define MSG_CTRUNC	0x08
#define MSG_TRUNC	0x20
#define MSG_DONTWAIT	0x40
#define MSG_EOR		0x80
#define MSG_WAITALL	0x100
#define MSG_NOSIGNAL	0x4000
#define MSG_MORE	0x8000
#define MSG_WAITFORONE	0x10000
#define MSG_CMSG_CLOEXEC 0x40000000

#define SHUT_RD		0
#define SHUT_WR		1
#define SHUT_RDWR	2
#define SOMAXCONN	4096

#define SCM_RIGHTS	1
#define SCM_CREDENTIALS	2

struct abi_sockaddr {
	__u16 sa_family;
	char sa_data[14];
};

struct abi_sockaddr_un {
	__u16 sun_family;
	char sun_path[108];
};

struct abi_sockaddr_in {
	__u16 sin_family;
	__u16 sin_port;		/* network order */
	__u32 sin_addr;		/* network order */
	__u8 sin_zero[8];
};

#define IFNAMSIZ	16
#define IFF_UP		0x1
#define IFF_LOOPBACK	0x8
#define IFF_RUNNING	0x40
#define ARPHRD_LOOPBACK	772

struct abi_ifreq {
	char ifr_name[IFNAMSIZ];
	union {
		struct abi_sockaddr ifr_addr;
		struct abi_sockaddr_in ifr_in;
		__s16 ifr_flags;
		__s32 ifr_value;	/* index, metric, MTU, queue length */
		char ifr_newname[IFNAMSIZ];
	};
};

struct abi_ifconf {
	__s32 ifc_len;
	__u32 ifc_req;		/* pointer to struct abi_ifreq[]; 0: how much there is */
};

struct abi_msghdr {
	__u32 msg_name;
	__s32 msg_namelen;
	__u32 msg_iov;
	__u32 msg_iovlen;
	__u32 msg_control;
	__u32 msg_controllen;
	__u32 msg_flags;
};

struct abi_mmsghdr {
	struct abi_msghdr msg_hdr;
	__u32 msg_len;
};

struct abi_linger {
	__s32 l_onoff;
	__s32 l_linger;		/* s */
};

struct abi_cmsghdr {
	__u32 cmsg_len;
	__s32 cmsg_level;
	__s32 cmsg_type;
};

/* Records are aligned to words; cmsg_len is without the padding behind. */
#define ABI_CMSG_ALIGN(n)	(((n) + 3u) & ~3u)
#define ABI_CMSG_LEN(n)		((__u32)sizeof(struct abi_cmsghdr) + (n))
#define ABI_CMSG_SPACE(n)	((__u32)sizeof(struct abi_cmsghdr) + ABI_CMSG_ALIGN(n))

struct abi_ucred {
	__s32 pid;
	__u32 uid;
	__u32 gid;
};

#endif
