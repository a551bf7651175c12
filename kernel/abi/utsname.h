/* uname: six NUL-terminated fields of 65 bytes */
#ifndef ABI_UTSNAME_H
#define ABI_UTSNAME_H

#define __NEW_UTS_LEN	64
#define __OLD_UTS_LEN	8

struct abi_utsname {
	char sysname[65];
	char nodename[65];
	char release[65];
	char version[65];
	char machine[65];
	char domainname[65];
};

/* olduname (109) */
struct abi_old_utsname {
	char sysname[65];
	char nodename[65];
	char release[65];
	char version[65];
	char machine[65];
};

/* oldolduname (59) */
struct abi_oldold_utsname {
	char sysname[9];
	char nodename[9];
	char release[9];
	char version[9];
	char machine[9];
};

#endif
