/* Names of users and groups. */
#include <err.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "common.h"

struct name {
	struct name *next;
	unsigned id;
	char text[];
};

static const char *remember(struct name **list, unsigned id, const char *text)
{
	char number[16];
	struct name *name;

	if (!text) {
		snprintf(number, sizeof(number), "%u", id);
		text = number;
	}
	name = must(malloc(sizeof(*name) + strlen(text) + 1));
	name->id = id;
	strcpy(name->text, text);
	name->next = *list;
	*list = name;
	return name->text;
}

const char *user_name(uid_t user)
{
	static struct name *known;
	struct passwd *entry;

	for (struct name *name = known; name; name = name->next)
		if (name->id == user)
			return name->text;
	entry = getpwuid(user);
	return remember(&known, user, entry ? entry->pw_name : NULL);
}

const char *group_name(gid_t group)
{
	static struct name *known;
	struct group *entry;

	for (struct name *name = known; name; name = name->next)
		if (name->id == group)
			return name->text;
	entry = getgrgid(group);
	return remember(&known, group, entry ? entry->gr_name : NULL);
}

static int number_or(const char *text, unsigned *id)
{
	char *end;
	unsigned long value = strtoul(text, &end, 10);

	if (*end || end == text || value >= 0xffffffffUL)
		return -1;
	*id = (unsigned)value;
	return 0;
}

int parse_owner(const char *text, uid_t *user, gid_t *group)
{
	char *copy = must(strdup(text)), *colon = strchr(copy, ':');
	struct passwd *entry;
	struct group *group_entry;
	int result = -1;

	*user = (uid_t)-1;
	*group = (gid_t)-1;
	if (colon)
		*colon++ = '\0';
	if (*copy) {
		entry = getpwnam(copy);
		if (entry) {
			*user = entry->pw_uid;
			if (colon && !*colon)
				*group = entry->pw_gid;
		} else if (number_or(copy, user) < 0) {
			warnx("%s: no such user", copy);
			goto out;
		}
	}
	if (colon && *colon) {
		group_entry = getgrnam(colon);
		if (group_entry) {
			*group = group_entry->gr_gid;
		} else if (number_or(colon, group) < 0) {
			warnx("%s: no such group", colon);
			goto out;
		}
	}
	result = 0;
out:
	free(copy);
	return result;
}
