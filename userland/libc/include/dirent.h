/* Directories. */
#ifndef LIBC_DIRENT_H
#define LIBC_DIRENT_H

#include <bits/types.h>
#include <abi/dirent.h>

struct dirent {
	ino_t d_ino;
	off_t d_off;
	unsigned short d_reclen;
	unsigned char d_type;
	char d_name[256];
};

typedef struct __directory DIR;

int alphasort(const struct dirent **a, const struct dirent **b);
int closedir(DIR *directory);
int dirfd(DIR *directory);
DIR *fdopendir(int fd);
DIR *opendir(const char *path);
struct dirent *readdir(DIR *directory);
int readdir_r(DIR *__restrict directory, struct dirent *__restrict entry, struct dirent **__restrict result);
void rewinddir(DIR *directory);
int scandir(const char *path, struct dirent ***list, int (*select)(const struct dirent *),
	    int (*compare)(const struct dirent **, const struct dirent **));
void seekdir(DIR *directory, long position);
long telldir(DIR *directory);

#endif
