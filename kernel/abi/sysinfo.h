/* sysinfo: memory in units of mem_unit bytes, loads as fixed point with 16 fraction bits */
#ifndef ABI_SYSINFO_H
#define ABI_SYSINFO_H

#include <abi/int.h>

#define SI_LOAD_SHIFT	16

struct abi_sysinfo {
	__s32 uptime;
	__u32 loads[3];
	__u32 totalram;
	__u32 freeram;
	__u32 sharedram;
	__u32 bufferram;
	__u32 totalswap;
	__u32 freeswap;
	__u16 procs;
	__u16 pad;
	__u32 totalhigh;
	__u32 freehigh;
	__u32 mem_unit;
	char _f[8];
};

/* syslog (103) */
#define SYSLOG_ACTION_CLOSE		0
#define SYSLOG_ACTION_OPEN		1
#define SYSLOG_ACTION_READ		2
#define SYSLOG_ACTION_READ_ALL		3
#define SYSLOG_ACTION_READ_CLEAR	4
#define SYSLOG_ACTION_CLEAR		5
#define SYSLOG_ACTION_CONSOLE_OFF	6
#define SYSLOG_ACTION_CONSOLE_ON	7
#define SYSLOG_ACTION_CONSOLE_LEVEL	8
#define SYSLOG_ACTION_SIZE_UNREAD	9
#define SYSLOG_ACTION_SIZE_BUFFER	10

#endif
