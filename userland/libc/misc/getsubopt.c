/* Comma separated suboptions. */
#include <stdlib.h>
#include <string.h>

int getsubopt(char **option, char *const *tokens, char **value)
{
	char *start = *option, *end = strchrnul(start, ',');

	*option = *end ? end + 1 : end;
	*end = '\0';
	*value = strchr(start, '=');
	for (int i = 0; tokens[i]; i++) {
		size_t length = strlen(tokens[i]);

		if (strncmp(start, tokens[i], length) || (start[length] && start[length] != '='))
			continue;
		if (*value)
			++*value;
		return i;
	}
	*value = start;
	return -1;
}
