/* sed: edits a stream of lines by a script. */
#include <err.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "common/common.h"
#include "sed.h"

struct options options;

static void usage(void) __attribute__((__noreturn__));
static void usage(void)
{
	fprintf(stderr, "usage: sed [-Enrsu] [-i[suffix]] script [file...]\n"
			"       sed [-Enrsu] [-i[suffix]] [-e script] [-f file]... [file...]\n");
	exit(1);
}

int main(int argc, char **argv)
{
	static const struct option names[] = {
		{ "quiet", no_argument, NULL, 'n' },
		{ "silent", no_argument, NULL, 'n' },
		{ "regexp-extended", no_argument, NULL, 'E' },
		{ "expression", required_argument, NULL, 'e' },
		{ "file", required_argument, NULL, 'f' },
		{ "in-place", optional_argument, NULL, 'i' },
		{ "separate", no_argument, NULL, 's' },
		{ "unbuffered", no_argument, NULL, 'u' },
		{ NULL, 0, NULL, 0 },
	};
	char *standard_input[] = { "-", NULL };
	const char **parts = must(calloc((size_t)argc, sizeof(*parts)));
	char *is_file = must(calloc((size_t)argc, 1));
	int option, count = 0;

	while ((option = getopt_long(argc, argv, "Ee:f:i::nrsu", names, NULL)) != -1) {
		switch (option) {
		case 'E':
		case 'r': regex_flags = REG_EXTENDED; break;
		case 'e':
		case 'f':
			is_file[count] = option == 'f';
			parts[count++] = optarg;
			break;
		case 'i':
			options.suffix = optarg ? optarg : "";
			options.is_separate = 1;
			break;
		case 'n': options.is_quiet = 1; break;
		case 's': options.is_separate = 1; break;
		case 'u': setvbuf(stdout, NULL, _IOLBF, 0); break;
		default: usage();
		}
	}
	if (!count) {
		if (optind >= argc)
			usage();
		parts[count++] = argv[optind++];
	}
	/* Only now is it known what kind of regular expressions they have. */
	for (int i = 0; i < count; i++) {
		if (is_file[i])
			script_add_file(parts[i]);
		else
			script_add(parts[i]);
	}
	return finish(execute(script_finish(), optind < argc ? argv + optind : standard_input));
}
