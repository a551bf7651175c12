/* Who is logged in: /run/utmp, whose records are those of every i386 program. */
#ifndef LIBC_UTMPX_H
#define LIBC_UTMPX_H

#include <bits/types.h>

#define EMPTY 0
#define RUN_LVL 1
#define BOOT_TIME 2
#define NEW_TIME 3
#define OLD_TIME 4
#define INIT_PROCESS 5
#define LOGIN_PROCESS 6
#define USER_PROCESS 7
#define DEAD_PROCESS 8
#define ACCOUNTING 9

#define UTMPX_FILE "/run/utmp"
#define WTMPX_FILE "/var/log/wtmp"
#define __UT_LINESIZE 32
#define __UT_NAMESIZE 32
#define __UT_HOSTSIZE 256

struct utmpx {
	short ut_type;
	pid_t ut_pid;
	char ut_line[__UT_LINESIZE];
	char ut_id[4];
	char ut_user[__UT_NAMESIZE];
	char ut_host[__UT_HOSTSIZE];
	struct {
		short e_termination;
		short e_exit;
	} ut_exit;
	int ut_session;
	struct {
		__s32 tv_sec;
		__s32 tv_usec;
	} ut_tv;
	__s32 ut_addr_v6[4];
	char __reserved[20];
};

void endutxent(void);
struct utmpx *getutxent(void);
struct utmpx *getutxid(const struct utmpx *id);
struct utmpx *getutxline(const struct utmpx *line);
struct utmpx *pututxline(const struct utmpx *entry);
void setutxent(void);
int utmpxname(const char *path);
void updwtmpx(const char *path, const struct utmpx *entry);

#endif
