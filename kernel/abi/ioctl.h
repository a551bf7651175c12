/* The encoding of ioctl numbers, and the requests on files, block devices and the random device. */
#ifndef ABI_IOCTL_H
#define ABI_IOCTL_H

#include <abi/int.h>

#define _IOC_NRBITS	8
#define _IOC_TYPEBITS	8
#define _IOC_SIZEBITS	14
#define _IOC_DIRBITS	2
#define _IOC_NRSHIFT	0
#define _IOC_TYPESHIFT	8
#define _IOC_SIZESHIFT	16
#define _IOC_DIRSHIFT	30
#define _IOC_NONE	0U
#define _IOC_WRITE	1U
#define _IOC_READ	2U

#define _IOC(dir, type, nr, size) \
	(((dir) << _IOC_DIRSHIFT) | ((type) << _IOC_TYPESHIFT) | ((nr) << _IOC_NRSHIFT) | \
	 ((size) << _IOC_SIZESHIFT))
#define _IO(type, nr)		_IOC(_IOC_NONE, (type), (nr), 0)
#define _IOR(type, nr, size)	_IOC(_IOC_READ, (type), (nr), sizeof(size))
#define _IOW(type, nr, size)	_IOC(_IOC_WRITE, (type), (nr), sizeof(size))
#define _IOWR(type, nr, size)	_IOC(_IOC_READ | _IOC_WRITE, (type), (nr), sizeof(size))
#define _IOC_DIR(n)		(((n) >> _IOC_DIRSHIFT) & 3)
#define _IOC_TYPE(n)		(((n) >> _IOC_TYPESHIFT) & 0xff)
#define _IOC_NR(n)		(((n) >> _IOC_NRSHIFT) & 0xff)
#define _IOC_SIZE(n)		(((n) >> _IOC_SIZESHIFT) & 0x3fff)

#define FIOSETOWN	0x8901		/* of a socket: as F_SETOWN */
#define SIOCSPGRP	0x8902
#define FIOGETOWN	0x8903
#define SIOCGPGRP	0x8904
#define SIOCATMARK	0x8905		/* is the next byte behind the urgent one? */
#define SIOCOUTQ	0x5411		/* of a terminal: TIOCOUTQ */
#define FIONREAD	0x541b
#define FIONBIO		0x5421
#define FIONCLEX	0x5450
#define FIOCLEX		0x5451
#define FIOASYNC	0x5452
#define FIOQSIZE	0x5460

/* Network interfaces, by any socket. */
#define SIOCGIFNAME	0x8910
#define SIOCGIFCONF	0x8912
#define SIOCGIFFLAGS	0x8913
#define SIOCSIFFLAGS	0x8914
#define SIOCGIFADDR	0x8915
#define SIOCSIFADDR	0x8916
#define SIOCGIFDSTADDR	0x8917
#define SIOCGIFBRDADDR	0x8919
#define SIOCGIFNETMASK	0x891b
#define SIOCSIFNETMASK	0x891c
#define SIOCGIFMETRIC	0x891d
#define SIOCGIFMTU	0x8921
#define SIOCSIFMTU	0x8922
#define SIOCGIFHWADDR	0x8927
#define SIOCGIFINDEX	0x8933
#define SIOCGIFTXQLEN	0x8942

#define FIBMAP		_IO(0x00, 1)
#define FIGETBSZ	_IO(0x00, 2)
#define FITRIM		_IOWR('X', 121, struct abi_fstrim_range)
#define FIFREEZE	_IOWR('X', 119, __s32)
#define FITHAW		_IOWR('X', 120, __s32)
#define FS_IOC_GETFLAGS	_IOR('f', 1, __s32)
#define FS_IOC_SETFLAGS	_IOW('f', 2, __s32)
#define FS_IOC_GETVERSION	_IOR('v', 1, __s32)

#define FS_SYNC_FL	0x00000008
#define FS_IMMUTABLE_FL	0x00000010
#define FS_APPEND_FL	0x00000020
#define FS_NODUMP_FL	0x00000040
#define FS_NOATIME_FL	0x00000080
#define FS_INDEX_FL	0x00001000

struct abi_fstrim_range {
	__u64 start;
	__u64 len;
	__u64 minlen;
};

#define BLKROSET	_IO(0x12, 93)
#define BLKROGET	_IO(0x12, 94)
#define BLKRRPART	_IO(0x12, 95)
#define BLKGETSIZE	_IO(0x12, 96)
#define BLKFLSBUF	_IO(0x12, 97)
#define BLKRASET	_IO(0x12, 98)
#define BLKRAGET	_IO(0x12, 99)
#define BLKSECTGET	_IO(0x12, 103)
#define BLKSSZGET	_IO(0x12, 104)
#define BLKBSZGET	_IOR(0x12, 112, __u32)
#define BLKBSZSET	_IOW(0x12, 113, __u32)
#define BLKGETSIZE64	_IOR(0x12, 114, __u32)
#define BLKDISCARD	_IO(0x12, 119)
#define BLKIOMIN	_IO(0x12, 120)
#define BLKIOOPT	_IO(0x12, 121)
#define BLKALIGNOFF	_IO(0x12, 122)
#define BLKPBSZGET	_IO(0x12, 123)
#define BLKDISCARDZEROES _IO(0x12, 124)
#define BLKROTATIONAL	_IO(0x12, 126)

#define HDIO_GETGEO	0x0301

struct abi_hd_geometry {
	__u8 heads;
	__u8 sectors;
	__u16 cylinders;
	__u32 start;
};

#define RNDGETENTCNT	_IOR('R', 0x00, __s32)
#define RNDADDTOENTCNT	_IOW('R', 0x01, __s32)
#define RNDADDENTROPY	_IOW('R', 0x03, __s32[2])
#define RNDZAPENTCNT	_IO('R', 0x04)
#define RNDCLEARPOOL	_IO('R', 0x06)
#define RNDRESEEDCRNG	_IO('R', 0x07)

/* RNDADDENTROPY: buf_size bytes follow the head */
struct abi_rand_pool_info {
	__s32 entropy_count;
	__s32 buf_size;
	__u32 buf[];
};

struct abi_rtc_time {
	__s32 tm_sec;
	__s32 tm_min;
	__s32 tm_hour;
	__s32 tm_mday;
	__s32 tm_mon;
	__s32 tm_year;
	__s32 tm_wday;
	__s32 tm_yday;
	__s32 tm_isdst;
};

#define RTC_AIE_ON	_IO('p', 0x01)
#define RTC_AIE_OFF	_IO('p', 0x02)
#define RTC_UIE_ON	_IO('p', 0x03)
#define RTC_UIE_OFF	_IO('p', 0x04)
#define RTC_RD_TIME	_IOR('p', 0x09, struct abi_rtc_time)
#define RTC_SET_TIME	_IOW('p', 0x0a, struct abi_rtc_time)

#define GIO_FONT	0x4b60
#define KDSETLED	0x4b32
#define KDGETLED	0x4b31
#define KDGKBTYPE	0x4b33
#define KDSETMODE	0x4b3a
#define KDGETMODE	0x4b3b
#define KDGKBMODE	0x4b44
#define KDSKBMODE	0x4b45
#define KDMKTONE	0x4b30
#define KIOCSOUND	0x4b2f
#define KB_101		0x02
#define KD_TEXT		0x00
#define KD_GRAPHICS	0x01
#define K_RAW		0x00
#define K_XLATE		0x01
#define K_MEDIUMRAW	0x02
#define K_UNICODE	0x03
#define K_OFF		0x04

#define VT_OPENQRY	0x5600
#define VT_GETMODE	0x5601
#define VT_SETMODE	0x5602
#define VT_GETSTATE	0x5603
#define VT_RELDISP	0x5605
#define VT_ACTIVATE	0x5606
#define VT_WAITACTIVE	0x5607

struct abi_vt_stat {
	__u16 v_active;
	__u16 v_signal;
	__u16 v_state;
};

struct abi_vt_mode {
	__u8 mode;
	__u8 waitv;
	__s16 relsig;
	__s16 acqsig;
	__s16 frsig;
};

#endif
