/* Descriptor actions and attributes for posix_spawn(). */
#include <errno.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include "spawn-actions.h"

int posix_spawn_file_actions_init(posix_spawn_file_actions_t *actions)
{
	memset(actions, 0, sizeof(*actions));
	return 0;
}

int posix_spawn_file_actions_destroy(posix_spawn_file_actions_t *actions)
{
	for (struct __spawn_action *action = actions->__first, *next; action; action = next) {
		next = action->next;
		free(action);
	}
	memset(actions, 0, sizeof(*actions));
	return 0;
}

static int add(posix_spawn_file_actions_t *actions, struct __spawn_action model, const char *path)
{
	size_t length = path ? strlen(path) + 1 : 0;
	struct __spawn_action *action;

	if (model.fd < 0 || model.to < 0)
		return EBADF;
	action = malloc(sizeof(*action) + length);
	if (!action)
		return ENOMEM;
	*action = model;
	if (length)
		memcpy(action->path, path, length);
	if (actions->__last)
		actions->__last->next = action;
	else
		actions->__first = action;
	actions->__last = action;
	return 0;
}

int posix_spawn_file_actions_addopen(posix_spawn_file_actions_t *__restrict actions, int fd,
				     const char *__restrict path, int flags, mode_t mode)
{
	return add(actions, (struct __spawn_action){ .kind = SPAWN_OPEN, .fd = fd, .flags = flags, .mode = mode },
		   path);
}

int posix_spawn_file_actions_addclose(posix_spawn_file_actions_t *actions, int fd)
{
	return add(actions, (struct __spawn_action){ .kind = SPAWN_CLOSE, .fd = fd }, NULL);
}

int posix_spawn_file_actions_adddup2(posix_spawn_file_actions_t *actions, int fd, int to)
{
	return add(actions, (struct __spawn_action){ .kind = SPAWN_DUP, .fd = fd, .to = to }, NULL);
}

int posix_spawn_file_actions_addchdir_np(posix_spawn_file_actions_t *__restrict actions,
					 const char *__restrict path)
{
	return add(actions, (struct __spawn_action){ .kind = SPAWN_CHDIR }, path);
}

int posix_spawn_file_actions_addfchdir_np(posix_spawn_file_actions_t *actions, int fd)
{
	return add(actions, (struct __spawn_action){ .kind = SPAWN_FCHDIR, .fd = fd }, NULL);
}

int posix_spawn_file_actions_addclosefrom_np(posix_spawn_file_actions_t *actions, int fd)
{
	return add(actions, (struct __spawn_action){ .kind = SPAWN_CLOSE_FROM, .fd = fd }, NULL);
}

int posix_spawn_file_actions_addtcsetpgrp_np(posix_spawn_file_actions_t *actions, int fd)
{
	return add(actions, (struct __spawn_action){ .kind = SPAWN_FOREGROUND, .fd = fd }, NULL);
}

int posix_spawnattr_init(posix_spawnattr_t *attributes)
{
	memset(attributes, 0, sizeof(*attributes));
	return 0;
}

int posix_spawnattr_destroy(posix_spawnattr_t *attributes)
{
	(void)attributes;
	return 0;
}

int posix_spawnattr_getflags(const posix_spawnattr_t *__restrict attributes, short *__restrict flags)
{
	*flags = attributes->__flags;
	return 0;
}

int posix_spawnattr_setflags(posix_spawnattr_t *attributes, short flags)
{
	if (flags & ~0xff)
		return EINVAL;
	attributes->__flags = flags;
	return 0;
}

#define MEMBER(name, type, member) \
	int posix_spawnattr_get##name(const posix_spawnattr_t *__restrict attributes, type *__restrict value) \
	{ \
		*value = attributes->member; \
		return 0; \
	}

MEMBER(pgroup, pid_t, __group)
MEMBER(sigdefault, sigset_t, __default)
MEMBER(sigmask, sigset_t, __mask)
MEMBER(schedpolicy, int, __policy)
MEMBER(schedparam, struct sched_param, __parameters)

int posix_spawnattr_setpgroup(posix_spawnattr_t *attributes, pid_t group)
{
	attributes->__group = group;
	return 0;
}

int posix_spawnattr_setsigdefault(posix_spawnattr_t *__restrict attributes, const sigset_t *__restrict set)
{
	attributes->__default = *set;
	return 0;
}

int posix_spawnattr_setsigmask(posix_spawnattr_t *__restrict attributes, const sigset_t *__restrict set)
{
	attributes->__mask = *set;
	return 0;
}

int posix_spawnattr_setschedpolicy(posix_spawnattr_t *attributes, int policy)
{
	attributes->__policy = policy;
	return 0;
}

int posix_spawnattr_setschedparam(posix_spawnattr_t *__restrict attributes,
				  const struct sched_param *__restrict parameters)
{
	attributes->__parameters = *parameters;
	return 0;
}
