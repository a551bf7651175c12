/*
 * Options. As POSIX says, except that with GNU's "permute" (the default there) arguments may come
 * before options: here they may too, unless options begin with '+' or POSIXLY_CORRECT is set; a
 * leading '-' hands arguments out as the argument of option 1.
 */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

char *optarg;
int optind = 1, opterr = 1, optopt;

static int position;		/* within a group of short options */

static void complain(char *const argv[], const char *message, const char *option, int length)
{
	fprintf(stderr, "%s: %s -- '%.*s'\n", argv[0], message, length, option);
}

/* Moves argv[from] down to argv[to]. */
static void rotate(char **argv, int to, int from)
{
	char *moved = argv[from];

	for (; from > to; from--)
		argv[from] = argv[from - 1];
	argv[to] = moved;
}

static int short_option(int argc, char *const argv[], const char *options)
{
	const char *group = argv[optind], *found;
	int silent = *options == ':', c;

	if (!position)
		position = 1;
	c = (unsigned char)group[position++];
	found = c == ':' || c == ';' ? NULL : strchr(options, c);
	optopt = c;
	if (!found) {
		if (opterr && !silent)
			complain(argv, "invalid option", group + position - 1, 1);
		if (!group[position]) {
			optind++;
			position = 0;
		}
		return '?';
	}
	optarg = NULL;
	if (found[1] != ':') {
		if (!group[position]) {
			optind++;
			position = 0;
		}
		return c;
	}
	if (group[position])
		optarg = (char *)group + position;
	else if (found[2] != ':') {
		if (optind + 1 >= argc) {
			optind++;
			position = 0;
			if (opterr && !silent)
				complain(argv, "option requires an argument", group + strlen(group) - 1, 1);
			return silent ? ':' : '?';
		}
		optarg = argv[++optind];
	}
	optind++;
	position = 0;
	return c;
}

/* Tries argv[optind], whose name starts at name. -2: no such long option (only for one dash). */
static int long_option(int argc, char *const argv[], const char *options, const struct option *list, int *index,
		       const char *name, int may_be_short)
{
	size_t length = strcspn(name, "=");
	const struct option *match = NULL;
	int ambiguous = 0, silent = *options == ':';

	for (const struct option *option = list; option->name; option++) {
		if (strncmp(option->name, name, length))
			continue;
		if (strlen(option->name) == length) {
			match = option;
			ambiguous = 0;
			break;
		}
		if (match && (match->has_arg != option->has_arg || match->flag != option->flag ||
			      match->val != option->val))
			ambiguous = 1;
		if (!match)
			match = option;
	}
	if (!match && may_be_short)
		return -2;
	optind++;
	optarg = NULL;
	optopt = match && !ambiguous ? match->val : 0;
	if (!match || ambiguous) {
		if (opterr && !silent)
			complain(argv, match ? "ambiguous option" : "unrecognized option", name, (int)length);
		return '?';
	}
	if (name[length]) {
		if (match->has_arg == no_argument) {
			if (opterr && !silent)
				complain(argv, "option allows no argument", name, (int)length);
			return '?';
		}
		optarg = (char *)name + length + 1;
	} else if (match->has_arg == required_argument) {
		if (optind >= argc) {
			if (opterr && !silent)
				complain(argv, "option requires an argument", name, (int)length);
			return silent ? ':' : '?';
		}
		optarg = argv[optind++];
	}
	if (index)
		*index = (int)(match - list);
	if (!match->flag)
		return match->val;
	*match->flag = match->val;
	return 0;
}

static int next(int argc, char *const argv[], const char *options, const struct option *list, int *index, int only)
{
	const char *argument = argv[optind];

	if (list && argument[1] == '-')
		return long_option(argc, argv, options, list, index, argument + 2, 0);
	if (list && only && argument[2]) {
		int c = long_option(argc, argv, options, list, index, argument + 1,
				    strchr(options, argument[1]) != NULL);

		if (c != -2)
			return c;
	}
	return short_option(argc, argv, options);
}

static int get(int argc, char *const argv[], const char *options, const struct option *list, int *index, int only)
{
	int in_order = 0, hand_out = 0, first, c, used;

	if (!optind) {
		optind = 1;
		position = 0;
	}
	if (*options == '+' || *options == '-') {
		in_order = *options == '+';
		hand_out = *options++ == '-';
	} else if (getenv("POSIXLY_CORRECT")) {
		in_order = 1;
	}
	if (position)
		return short_option(argc, argv, options);
	first = optind;
	if (!in_order && !hand_out)
		while (optind < argc && (argv[optind][0] != '-' || !argv[optind][1]))
			optind++;
	if (optind >= argc) {
		optind = first;
		return -1;
	}
	if (argv[optind][0] != '-' || !argv[optind][1]) {
		if (!hand_out)
			return -1;
		optarg = argv[optind++];
		return 1;
	}
	if (!strcmp(argv[optind], "--")) {
		rotate((char **)argv, first, optind);
		optind = first + 1;
		return -1;
	}
	used = optind;
	c = next(argc, argv, options, list, index, only);
	if (used > first) {
		/* Bring the option (and its argument) before the arguments that were skipped. */
		int last = optind + (position > 0);

		for (int from = used, to = first; from < last; from++, to++)
			rotate((char **)argv, to, from);
		optind -= used - first;
	}
	return c;
}

int getopt(int argc, char *const argv[], const char *options)
{
	return get(argc, argv, options, NULL, NULL, 0);
}

int getopt_long(int argc, char *const argv[], const char *options, const struct option *long_options, int *index)
{
	return get(argc, argv, options, long_options, index, 0);
}

int getopt_long_only(int argc, char *const argv[], const char *options, const struct option *long_options,
		     int *index)
{
	return get(argc, argv, options, long_options, index, 1);
}
