/* The group database, /etc/group. */
#ifndef LIBC_GRP_H
#define LIBC_GRP_H

#include <bits/types.h>

struct group {
	char *gr_name;
	char *gr_passwd;
	gid_t gr_gid;
	char **gr_mem;
};

struct group *getgrnam(const char *name);
struct group *getgrgid(gid_t group);
int getgrnam_r(const char *name, struct group *entry, char *buffer, size_t size, struct group **result);
int getgrgid_r(gid_t group, struct group *entry, char *buffer, size_t size, struct group **result);
struct group *getgrent(void);
void setgrent(void);
void endgrent(void);
int getgrouplist(const char *user, gid_t group, gid_t *groups, int *count);
int initgroups(const char *user, gid_t group);
int setgroups(size_t count, const gid_t *groups);

#endif
