/* uname: what system this is. */
#include <err.h>
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>
#include "common/common.h"

int main(int argc, char **argv)
{
	static const char letters[] = "snrvmo";
	struct utsname name;
	const char *fields[6];
	char wanted[6] = { 0 };
	int option, any = 0, printed = 0;

	while ((option = getopt(argc, argv, "amnorsv")) != -1) {
		if (option == '?') {
			fprintf(stderr, "usage: uname [-amnorsv]\n");
			return 2;
		}
		if (option == 'a')
			memset(wanted, 1, sizeof(wanted));
		else
			wanted[strchr(letters, option) - letters] = 1;
		any = 1;
	}
	if (!any)
		wanted[0] = 1;
	if (uname(&name) < 0)
		err(1, NULL);
	fields[0] = name.sysname;
	fields[1] = name.nodename;
	fields[2] = name.release;
	fields[3] = name.version;
	fields[4] = name.machine;
	fields[5] = "ImposOS";
	for (int i = 0; i < 6; i++)
		if (wanted[i])
			printf("%s%s", printed++ ? " " : "", fields[i]);
	putchar('\n');
	return finish(0);
}
