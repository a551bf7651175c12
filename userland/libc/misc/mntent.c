/* Tables of mounts: six fields, in which \ooo stands for a byte. */
#include <mntent.h>
#include <stdlib.h>
#include <string.h>

FILE *setmntent(const char *path, const char *mode)
{
	return fopen(path, mode);
}

int endmntent(FILE *stream)
{
	if (stream)
		fclose(stream);
	return 1;
}

static void unescape(char *s)
{
	char *to = s;

	for (; *s; s++) {
		if (s[0] == '\\' && s[1] >= '0' && s[1] <= '3' && s[2] >= '0' && s[2] <= '7' && s[3] >= '0' &&
		    s[3] <= '7') {
			*to++ = (char)((s[1] - '0') << 6 | (s[2] - '0') << 3 | (s[3] - '0'));
			s += 3;
		} else {
			*to++ = *s;
		}
	}
	*to = '\0';
}

struct mntent *getmntent(FILE *stream)
{
	static struct mntent entry;
	static char *line;
	static size_t size;

	while (getline(&line, &size, stream) > 0) {
		char *save, *field[6] = { 0 }, *next = strtok_r(line, " \t\n", &save);
		static char empty[] = "";

		for (int i = 0; i < 6 && next; i++, next = strtok_r(NULL, " \t\n", &save))
			field[i] = next;
		if (!field[2] || *field[0] == '#')
			continue;
		for (int i = 0; i < 4; i++) {
			if (!field[i])
				field[i] = empty;
			unescape(field[i]);
		}
		entry = (struct mntent){
			field[0], field[1], field[2], field[3], field[4] ? atoi(field[4]) : 0,
			field[5] ? atoi(field[5]) : 0,
		};
		return &entry;
	}
	return NULL;
}

char *hasmntopt(const struct mntent *entry, const char *option)
{
	size_t length = strlen(option);

	for (char *p = entry->mnt_opts; *p; p += p[0] == ',') {
		if (!strncmp(p, option, length) && (!p[length] || p[length] == ',' || p[length] == '='))
			return p;
		p = strchrnul(p, ',');
	}
	return NULL;
}
