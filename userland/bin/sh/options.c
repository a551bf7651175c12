/* Options of the shell: single letters, most with a name. */
#include <stdio.h>
#include <string.h>
#include "sh.h"

char options[256];
int pipefail;

static const struct {
	const char *name;
	char letter;
} names[] = {
	{ "errexit", 'e' }, { "noglob", 'f' }, { "ignoreeof", 'I' }, { "interactive", 'i' }, { "monitor", 'm' },
	{ "noexec", 'n' }, { "stdin", 's' }, { "xtrace", 'x' }, { "verbose", 'v' }, { "vi", 'V' }, { "emacs", 'E' },
	{ "noclobber", 'C' }, { "allexport", 'a' }, { "notify", 'b' }, { "nounset", 'u' }, { "hashall", 'h' },
};

int option_set(const char *name, int on)
{
	if (!strcmp(name, "pipefail")) {
		pipefail = on;
		return 0;
	}
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (name[0] && !name[1] ? names[i].letter != *name : strcmp(names[i].name, name))
			continue;
		if (names[i].letter == 'm')
			job_control_set(on);
		options[(unsigned char)names[i].letter] = (char)on;
		return 0;
	}
	return -1;
}

void options_print(int for_input)
{
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		int on = options[(unsigned char)names[i].letter];

		if (for_input)
			printf("set %co %s\n", on ? '-' : '+', names[i].name);
		else
			printf("%-15s %s\n", names[i].name, on ? "on" : "off");
	}
	if (for_input)
		printf("set %co pipefail\n", pipefail ? '-' : '+');
	else
		printf("%-15s %s\n", "pipefail", pipefail ? "on" : "off");
}
