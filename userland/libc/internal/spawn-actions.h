/* What a child of posix_spawn() does to its descriptors, in order. */
#ifndef LIBC_INTERNAL_SPAWN_ACTIONS_H
#define LIBC_INTERNAL_SPAWN_ACTIONS_H

#include <sys/types.h>

enum { SPAWN_OPEN, SPAWN_CLOSE, SPAWN_DUP, SPAWN_CHDIR, SPAWN_FCHDIR, SPAWN_CLOSE_FROM, SPAWN_FOREGROUND };

struct __spawn_action {
	struct __spawn_action *next;
	int kind, fd, to, flags;
	mode_t mode;
	char path[];
};

#endif
