/* What the parts of imposos-ldconfig share. */
#ifndef LDCONFIG_H
#define LDCONFIG_H

#include <stddef.h>

/* A library: its path in the system, and under what name programs ask for it. */
struct library {
	char *name, *path;
};

struct libraries {
	struct library *all;
	size_t count, space;
};

/* Whether a file is a shared library for this machine; its DT_SONAME, or "". */
int read_soname(const char *path, char *soname, size_t size);

/* Both own copies of the strings. The first of a name stays. Ends the program when there is no memory. */
void add_library(struct libraries *list, const char *name, const char *path);

/* Replaces a cache whole or not at all. -1: failed, which has been said. */
int write_cache(const char *path, struct libraries *list);
int print_cache(const char *path);

#endif
