/* Parts of path names; both may change their argument. */
#ifndef LIBC_LIBGEN_H
#define LIBC_LIBGEN_H

char *basename(char *path);
char *dirname(char *path);

#endif
