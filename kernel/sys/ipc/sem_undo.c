/*
 * SEM_UNDO: what a process did to semaphores and wants undone at its end. A list per process (or per group of tasks that
 * share it by CLONE_SYSVSEM) of adjustments per set; each is on the set's list too, so that removal finds it.
 */
#include "ipc.h"
#include <core/printk.h>
#include <mm/kmalloc.h>
#include <sched/sem_undo.h>
#include <sched/task.h>
#include <abi/errno.h>

#define SEMVMX 32767

/* current's list, made if need be. NULL: out of memory. Locked before and after; gives the lock up meanwhile. */
static struct sem_undo_list *own_list(void)
{
	struct sem_undo_list *l;

	if (current->sem_undo)
		return current->sem_undo;
	spin_unlock(&sem_kind.lock);
	l = kmalloc(sizeof(*l), GFP_KERNEL);
	spin_lock(&sem_kind.lock);
	if (l) {
		l->users = 1;
		list_init(&l->undos);
		current->sem_undo = l;
	}
	return l;
}

struct sem_undo *sem_undo_find(struct sem_set *set)
{
	struct sem_undo_list *l = current->sem_undo;
	struct sem_undo *u;

	if (l)
		list_for_each_entry(u, &l->undos, list_link)
			if (u->set == set)
				return u;
	return NULL;
}

struct sem_undo *sem_undo_make(struct sem_set *set)
{
	struct sem_undo_list *l = own_list();
	struct sem_undo *u, *fresh;

	if (!l)
		return ERR_PTR(-ENOMEM);
	u = sem_undo_find(set);
	if (!u) {
		spin_unlock(&sem_kind.lock);
		fresh = kvmalloc(sizeof(*fresh) + set->n * sizeof(s16), GFP_KERNEL | GFP_ZERO);
		spin_lock(&sem_kind.lock);
		if (!fresh)
			return ERR_PTR(-ENOMEM);
		u = sem_undo_find(set);		/* a thread that shares the list may have been faster */
		if (!u && !set->ipc.dead) {
			fresh->set = set;
			list_add(&fresh->list_link, &l->undos);
			list_add(&fresh->set_link, &set->undos);
			return fresh;
		}
		spin_unlock(&sem_kind.lock);
		kvfree(fresh);
		spin_lock(&sem_kind.lock);
	}
	return set->ipc.dead ? ERR_PTR(-EIDRM) : u;
}

void sem_undo_forget(struct sem_set *set, struct list_head *dead)
{
	while (!list_empty(&set->undos)) {
		struct sem_undo *u = list_first_entry(&set->undos, struct sem_undo, set_link);

		list_del(&u->set_link);
		list_move(&u->list_link, dead);
	}
}

int sem_undo_fork(struct task *child, bool share)
{
	int error = 0;

	child->sem_undo = NULL;
	if (!share)
		return 0;
	spin_lock(&sem_kind.lock);
	if (own_list()) {
		child->sem_undo = current->sem_undo;
		child->sem_undo->users++;
	} else {
		error = -ENOMEM;
	}
	spin_unlock(&sem_kind.lock);
	return error;
}

static void apply(struct sem_undo *u)
{
	struct sem_set *set = u->set;

	for (unsigned i = 0; i < set->n; i++) {
		int value = set->sem[i].value + u->adjust[i];

		if (!u->adjust[i])
			continue;
		set->sem[i].value = (u16)(value < 0 ? 0 : value > SEMVMX ? SEMVMX : value);
		set->sem[i].pid = current->tgid;
	}
	sem_wake_waiting(set);
}

void sem_undo_exit(struct task *t)
{
	struct sem_undo_list *l = t->sem_undo;

	if (!l)
		return;
	t->sem_undo = NULL;
	spin_lock(&sem_kind.lock);
	if (--l->users) {
		spin_unlock(&sem_kind.lock);
		return;
	}
	while (!list_empty(&l->undos)) {
		struct sem_undo *u = list_first_entry(&l->undos, struct sem_undo, list_link);

		list_del(&u->list_link);
		list_del(&u->set_link);
		apply(u);
		spin_unlock(&sem_kind.lock);
		kvfree(u);
		spin_lock(&sem_kind.lock);
	}
	spin_unlock(&sem_kind.lock);
	kfree(l);
}
