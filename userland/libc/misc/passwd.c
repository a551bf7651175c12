/* The user and group databases: lines of fields separated by colons. */
#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "thread.h"

#define MAX_FIELDS 7

struct database {
	const char *path;
	int fields;
	FILE *stream;
	char *line;
	size_t size;
	char *field[MAX_FIELDS];
};

static struct database users = { .path = "/etc/passwd", .fields = 7 };
static struct database groups = { .path = "/etc/group", .fields = 4 };
static volatile int lock;		/* of the _r functions, which share the files' lines */

static void start(struct database *database)
{
	if (database->stream)
		rewind(database->stream);
	else
		database->stream = fopen(database->path, "re");
}

static void stop(struct database *database)
{
	if (database->stream)
		fclose(database->stream);
	database->stream = NULL;
}

static int split(char *line, char **field, int fields)
{
	for (int i = 0; i < fields; i++) {
		field[i] = line;
		line = strchr(line, i + 1 < fields ? ':' : '\n');
		if (!line)
			return i + 1 == fields;
		*line++ = '\0';
	}
	return 1;
}

/* The next well-formed line, split, or 0. */
static int next(struct database *database)
{
	if (!database->stream)
		start(database);
	if (!database->stream)
		return 0;
	while (getline(&database->line, &database->size, database->stream) > 0)
		if (*database->line != '#' && split(database->line, database->field, database->fields))
			return 1;
	return 0;
}

static struct passwd *user_of(char **field, struct passwd *user)
{
	*user = (struct passwd){
		field[0], field[1], (uid_t)strtoul(field[2], NULL, 10), (gid_t)strtoul(field[3], NULL, 10),
		field[4], field[5], field[6],
	};
	return user;
}

struct passwd *getpwent(void)
{
	static struct passwd user;

	return next(&users) ? user_of(users.field, &user) : NULL;
}

void setpwent(void)
{
	start(&users);
}

void endpwent(void)
{
	stop(&users);
}

struct passwd *getpwnam(const char *name)
{
	struct passwd *user;

	start(&users);
	while ((user = getpwent()) && strcmp(user->pw_name, name))
		;
	stop(&users);
	return user;
}

struct passwd *getpwuid(uid_t id)
{
	struct passwd *user;

	start(&users);
	while ((user = getpwent()) && user->pw_uid != id)
		;
	stop(&users);
	return user;
}

/* Copies the strings behind one another into the caller's buffer. */
static int copy_user(const struct passwd *from, struct passwd *to, char *buffer, size_t size,
		     struct passwd **result)
{
	char *const strings[] = {
		from->pw_name, from->pw_passwd, from->pw_gecos, from->pw_dir, from->pw_shell,
	};
	char **targets[] = { &to->pw_name, &to->pw_passwd, &to->pw_gecos, &to->pw_dir, &to->pw_shell };

	*to = *from;
	for (int i = 0; i < 5; i++) {
		size_t length = strlen(strings[i]) + 1;

		if (length > size)
			return ERANGE;
		*targets[i] = memcpy(buffer, strings[i], length);
		buffer += length;
		size -= length;
	}
	*result = to;
	return 0;
}

int getpwnam_r(const char *name, struct passwd *entry, char *buffer, size_t size, struct passwd **result)
{
	struct passwd *user;
	int error;

	__lock(&lock);
	user = getpwnam(name);
	*result = NULL;
	error = user ? copy_user(user, entry, buffer, size, result) : 0;
	__unlock(&lock);
	return error;
}

int getpwuid_r(uid_t id, struct passwd *entry, char *buffer, size_t size, struct passwd **result)
{
	struct passwd *user;
	int error;

	__lock(&lock);
	user = getpwuid(id);
	*result = NULL;
	error = user ? copy_user(user, entry, buffer, size, result) : 0;
	__unlock(&lock);
	return error;
}

struct group *getgrent(void)
{
	static struct group group;
	static char **members;
	size_t count = 0;
	char *list, *member;

	if (!next(&groups))
		return NULL;
	list = groups.field[3];
	for (char *c = list; *c; c++)
		count += *c == ',';
	free(members);
	members = calloc(count + 2, sizeof(*members));
	if (!members)
		return NULL;
	count = 0;
	while ((member = strsep(&list, ",")))
		if (*member)
			members[count++] = member;
	group = (struct group){ groups.field[0], groups.field[1], (gid_t)strtoul(groups.field[2], NULL, 10), members };
	return &group;
}

void setgrent(void)
{
	start(&groups);
}

void endgrent(void)
{
	stop(&groups);
}

struct group *getgrnam(const char *name)
{
	struct group *group;

	start(&groups);
	while ((group = getgrent()) && strcmp(group->gr_name, name))
		;
	stop(&groups);
	return group;
}

struct group *getgrgid(gid_t id)
{
	struct group *group;

	start(&groups);
	while ((group = getgrent()) && group->gr_gid != id)
		;
	stop(&groups);
	return group;
}

/* The strings, and before them, aligned, the list of the members. */
static int copy_group(const struct group *from, struct group *to, char *buffer, size_t size, struct group **result)
{
	size_t count = 0, skip = -(uintptr_t)buffer % sizeof(char *);
	char **members;

	while (from->gr_mem[count])
		count++;
	if (size < skip + (count + 1) * sizeof(*members))
		return ERANGE;
	members = (char **)(void *)(buffer + skip);
	buffer += skip + (count + 1) * sizeof(*members);
	size -= skip + (count + 1) * sizeof(*members);
	*to = *from;
	to->gr_mem = members;
	members[count] = NULL;
	for (size_t i = 0; i < count + 2; i++) {
		const char *string = i < count ? from->gr_mem[i] : i == count ? from->gr_name : from->gr_passwd;
		size_t length = strlen(string) + 1;

		if (length > size)
			return ERANGE;
		*(i < count ? &members[i] : i == count ? &to->gr_name : &to->gr_passwd) = memcpy(buffer, string, length);
		buffer += length;
		size -= length;
	}
	*result = to;
	return 0;
}

int getgrnam_r(const char *name, struct group *entry, char *buffer, size_t size, struct group **result)
{
	struct group *group;
	int error;

	__lock(&lock);
	group = getgrnam(name);
	*result = NULL;
	error = group ? copy_group(group, entry, buffer, size, result) : 0;
	__unlock(&lock);
	return error;
}

int getgrgid_r(gid_t id, struct group *entry, char *buffer, size_t size, struct group **result)
{
	struct group *group;
	int error;

	__lock(&lock);
	group = getgrgid(id);
	*result = NULL;
	error = group ? copy_group(group, entry, buffer, size, result) : 0;
	__unlock(&lock);
	return error;
}

int getgrouplist(const char *user, gid_t first, gid_t *list, int *count)
{
	int space = *count, found = 0;
	struct group *group;

	if (found < space)
		list[found] = first;
	found++;
	start(&groups);
	while ((group = getgrent())) {
		if (group->gr_gid == first)
			continue;
		for (char **member = group->gr_mem; *member; member++)
			if (!strcmp(*member, user)) {
				if (found < space)
					list[found] = group->gr_gid;
				found++;
				break;
			}
	}
	stop(&groups);
	*count = found;
	return found > space ? -1 : found;
}

int initgroups(const char *user, gid_t group)
{
	int count = 0, result;
	gid_t *list;

	(void)getgrouplist(user, group, NULL, &count);	/* only counts */
	list = reallocarray(NULL, (size_t)count, sizeof(*list));
	if (!list)
		return -1;
	result = getgrouplist(user, group, list, &count) < 0 ? -1 : setgroups((size_t)count, list);
	free(list);
	return result;
}

int getlogin_r(char *name, size_t size)
{
	struct passwd *user = getpwuid(getuid());

	if (!user)
		return ENXIO;
	return strlcpy(name, user->pw_name, size) < size ? 0 : ERANGE;
}

char *getlogin(void)
{
	static char name[256];
	int error = getlogin_r(name, sizeof(name));

	if (error) {
		errno = error;
		return NULL;
	}
	return name;
}
