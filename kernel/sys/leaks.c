/*
 * What processes used and nobody gave back: debug builds look for it when the system ends and init is the only process
 * left. Each kind is compared with what init and the kernel's threads account for; what is too much is a `BUG:` line, for
 * caches with the calls that took the objects.
 *
 * Only what goes with processes is judged. Caches such as dentries and inodes keep what is of use, and what kmalloc()
 * gave has many owners.
 */
#include <core/printk.h>
#include <core/string.h>
#include <core/time.h>
#include <fs/fdtable.h>
#include <mm/kmalloc.h>
#include <mm/mm.h>
#include <sched/task.h>
#include <sys/leaks.h>

#define TRIES	25			/* some is given back a little later, by threads */
#define PAUSE	(20 * NSEC_PER_MSEC)
#define TERMINALS 8			/* remember their last foreground group and session */

/* What those who live have. */
struct living {
	unsigned long programs, tasks, mms, areas, files, anon, tables;
};

static void add_mm(struct living *l, struct mm *mm)
{
	l->mms++;
	l->anon += (unsigned long)atomic_read(&mm->rss_anon);
	l->tables += mm->page_table_pages + 2;		/* and the directories */
	l->files += mm->exe_file != NULL;
	for (const struct vm_area *a = mm->first; a; a = a->next) {
		l->areas++;
		l->files += a->file != NULL;
	}
}

/* The caller is the only program, or l->programs tells that it is not. */
static void look(struct living *l)
{
	struct task *t;

	*l = (struct living){ .tables = vmalloc_tables() };
	for (pid_t nr = 1; (t = task_next_get(nr, false)) != NULL; nr = t->pid + 1) {
		l->tasks++;
		l->programs += !(t->flags & PF_KTHREAD);
		task_put(t);
	}
	add_mm(l, current->mm);
	for (unsigned fd = 0; (fd = fd_next_open(current->files, fd)) != ~0u; fd++)
		l->files++;
}

struct excess {
	char what[24];
	unsigned long have, expected;
	bool cache;
};

static void compare(struct excess *worst, const char *what, unsigned long have, unsigned long expected, bool cache)
{
	if (have <= expected || worst->have)
		return;
	*worst = (struct excess){ .have = have, .expected = expected, .cache = cache };
	(void)strscpy(worst->what, what, sizeof(worst->what));
}

/* The first kind there is too much of. */
static void judge(const struct living *l, struct excess *e)
{
	/* The idle task is in no list. A file's opener keeps his credentials. */
	const struct { const char *cache; unsigned long expected; } caches[] = {
		{ "mm", l->mms }, { "pgd", l->mms }, { "vm_area", l->areas },
		{ "task", l->tasks + 1 }, { "signal", l->tasks + 1 }, { "sighand", l->tasks + 1 }, { "fpu_state", l->tasks + 1 },
		{ "pid", l->tasks + 2 * TERMINALS }, { "file", l->files }, { "unix socket", l->files },
		{ "cred", l->tasks + l->files + 4 }, { "sigqueue", l->tasks },
	};
	struct mem_stats m;
	struct slab_stat s;

	*e = (struct excess){ 0 };
	for (unsigned i = 0; slab_stat(i, &s); i++)
		for (unsigned k = 0; k < ARRAY_SIZE(caches); k++)
			if (!strcmp(s.name, caches[k].cache))
				compare(e, s.name, s.active, caches[k].expected, true);
	mem_stats(&m);
	compare(e, "anonymous frames", m.anon, l->anon, false);
	compare(e, "page tables", m.page_tables, l->tables, false);
}

static void tell(const struct excess *e)
{
	struct slab_caller callers[6];
	unsigned n;

	pr_err("BUG: leak: %lu of %s where %lu are accounted for\n", e->have, e->what, e->expected);
	if (!e->cache)
		return;
	n = slab_callers(e->what, callers, ARRAY_SIZE(callers));
	for (unsigned i = 0; i < n; i++)
		pr_err("leak: %lu objects of %s taken by %pS\n", callers[i].objects, e->what, callers[i].caller);
}

void leaks_report(void)
{
	struct excess e = { 0 };
	struct living l;

	if (!current->mm || current->pid != 1)
		return;
	for (unsigned i = 0; i < TRIES; i++) {
		look(&l);
		if (l.programs > 1) {
			pr_notice("leaks: not looked for, %lu programs are left\n", l.programs - 1);
			return;
		}
		judge(&l, &e);
		if (!e.have) {
			pr_info("leaks: none\n");
			return;
		}
		reclaim_drop_caches(true, true);	/* entries of /proc refer to processes */
		sleep_ns(PAUSE);
	}
	tell(&e);
}
