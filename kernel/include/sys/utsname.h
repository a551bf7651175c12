/* What uname(2) reports. nodename and domainname change by sethostname(2) and /proc/sys/kernel. */
#ifndef SYS_UTSNAME_H
#define SYS_UTSNAME_H

#include <abi/utsname.h>

extern struct abi_utsname system_name;

#endif
