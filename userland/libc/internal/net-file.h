/* The files of names under the network's functions: lines of words, # begins a comment. */
#ifndef LIBC_INTERNAL_NET_FILE_H
#define LIBC_INTERNAL_NET_FILE_H

#include <stdio.h>

#define NET_WORDS 36			/* of a line; aliases beyond are left out */

struct net_file {
	const char *path;
	FILE *stream;
	int stay_open;
	char *line;
	size_t size;
	char *words[NET_WORDS + 1];	/* NULL at the end */
	int count;
};

void __net_rewind(struct net_file *file);
void __net_close(struct net_file *file);
/* The next line with two words or more. 1, or 0 at the end. */
int __net_next(struct net_file *file);

#endif
