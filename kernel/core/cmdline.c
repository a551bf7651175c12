/* The kernel command line: words separated by blanks; `name=value` or `name`. A later word wins. */
#include <core/cmdline.h>
#include <core/init.h>
#include <core/printk.h>
#include <core/string.h>

static char line[CMDLINE_MAX];

void cmdline_set(const char *s)
{
	size_t n;

	if (strscpy(line, s, sizeof(line)) < 0)
		pr_warn("command line cut to %d bytes\n", CMDLINE_MAX - 1);
	for (n = strlen(line); n && (line[n - 1] == ' ' || line[n - 1] == '\n'); n--)
		line[n - 1] = 0;
	/* A boot loader that passes its own name for the kernel first: drop a leading word with a slash and no '='. */
	for (n = 0; line[n] && line[n] != ' '; n++)
		if (line[n] == '=')
			return;
	if (memchr(line, '/', n))
		memmove(line, line + n + (line[n] == ' '), strlen(line + n + (line[n] == ' ')) + 1);
}

const char *cmdline(void) { return line; }

static const char *find(const char *name, size_t *len)
{
	size_t n = strlen(name);
	const char *at = line, *found = NULL;

	while (*at) {
		const char *end = at;

		while (*end && *end != ' ')
			end++;
		if ((size_t)(end - at) >= n && !strncmp(at, name, n) && (at + n == end || at[n] == '=')) {
			found = at + n + (at + n != end);
			*len = (size_t)(end - found);
		}
		for (at = end; *at == ' '; at++)
			;
	}
	return found;
}

bool cmdline_get(const char *name, char *buf, size_t size)
{
	size_t len;
	const char *v = find(name, &len);

	if (!v)
		return false;
	len = min(len, size - 1);
	memcpy(buf, v, len);
	buf[len] = 0;
	return true;
}

bool cmdline_has(const char *name)
{
	size_t len;

	return find(name, &len) != NULL;
}
