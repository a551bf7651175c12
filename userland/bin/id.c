/* id: who this is. */
#include <err.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "common/common.h"

static int by_name;

static void print(unsigned id, const char *name)
{
	if (by_name)
		printf("%s", name);
	else
		printf("%u", id);
}

int main(int argc, char **argv)
{
	int option, what = 0, real = 0, count = 64;
	uid_t user = geteuid();
	gid_t group = getegid(), groups[64];
	struct passwd *entry;

	while ((option = getopt(argc, argv, "Ggnru")) != -1) {
		switch (option) {
		case 'G':
		case 'g':
		case 'u': what = option; break;
		case 'n': by_name = 1; break;
		case 'r': real = 1; break;
		default:
			fprintf(stderr, "usage: id [-Ggu [-nr]] [user]\n");
			return 2;
		}
	}
	if (real) {
		user = getuid();
		group = getgid();
	}
	if (optind < argc) {
		entry = getpwnam(argv[optind]);
		if (!entry)
			errx(1, "%s: no such user", argv[optind]);
		user = entry->pw_uid;
		group = entry->pw_gid;
		if (getgrouplist(argv[optind], group, groups, &count) < 0)
			errx(1, "%s: too many groups", argv[optind]);
	} else {
		count = getgroups(64, groups);
		if (count < 0)
			err(1, "getgroups");
	}
	if (what == 'u') {
		print(user, user_name(user));
	} else if (what == 'g') {
		print(group, group_name(group));
	} else if (what == 'G') {
		print(group, group_name(group));
		for (int i = 0; i < count; i++)
			if (groups[i] != group) {
				putchar(' ');
				print(groups[i], group_name(groups[i]));
			}
	} else {
		printf("uid=%u(%s) gid=%u(%s)", user, user_name(user), group, group_name(group));
		for (int i = 0; i < count; i++)
			printf("%s%u(%s)", i ? "," : " groups=", groups[i], group_name(groups[i]));
	}
	putchar('\n');
	return finish(0);
}
