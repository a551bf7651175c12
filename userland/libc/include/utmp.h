/* The old names of <utmpx.h>, and login_tty(). */
#ifndef LIBC_UTMP_H
#define LIBC_UTMP_H

#include <utmpx.h>

#define utmp utmpx
#define ut_name ut_user
#define ut_time ut_tv.tv_sec
#define UT_LINESIZE __UT_LINESIZE
#define UT_NAMESIZE __UT_NAMESIZE
#define UT_HOSTSIZE __UT_HOSTSIZE
#define UTMP_FILE UTMPX_FILE
#define WTMP_FILE WTMPX_FILE
#define _PATH_UTMP UTMPX_FILE
#define _PATH_WTMP WTMPX_FILE
#define getutent getutxent
#define getutid getutxid
#define getutline getutxline
#define pututline pututxline
#define setutent setutxent
#define endutent endutxent
#define utmpname utmpxname
#define updwtmp updwtmpx

int login_tty(int fd);

#endif
