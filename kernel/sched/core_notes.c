/*
 * The notes of a core file, in Linux/i386's layouts: the process, its auxiliary vector and mapped files, and for each
 * thread its registers; the one that died first. All threads but current wait in coredump_wait().
 */
#include <arch/cpu.h>
#include <arch/fpu.h>
#include <arch/thread.h>
#include <core/string.h>
#include <fs/internal.h>
#include <mm/kmalloc.h>
#include <mm/mm.h>
#include <sched/coredump.h>
#include <sched/internal.h>
#include <abi/elf.h>
#include <abi/ldt.h>
#include <abi/ptrace.h>
#include <abi/time.h>

#define NT_FILE		0x46494c45u
#define NT_SIGINFO	0x53494749u

struct prstatus {
	s32 si_signo, si_code, si_errno;
	s16 cursig, pad;
	u32 sigpend, sighold;
	s32 pid, ppid, pgrp, sid;
	s32 utime[2], stime[2], cutime[2], cstime[2];
	struct abi_user_regs reg;
	s32 fpvalid;
};
_Static_assert(sizeof(struct prstatus) == 144, "elf_prstatus");

struct prpsinfo {
	u8 state, sname, zomb;
	s8 nice;
	u32 flag;
	u16 uid, gid;
	s32 pid, ppid, pgrp, sid;
	char fname[16], psargs[80];
};
_Static_assert(sizeof(struct prpsinfo) == 124, "elf_prpsinfo");

/* Grows as it is written. Failed: everything after it is dropped, too. */
struct block {
	u8 *data;
	size_t size, used;
	bool failed;
};

static void *reserve(struct block *b, size_t n)
{
	void *at;

	if (b->failed)
		return NULL;
	if (b->used + n > b->size) {
		size_t size = max(b->size * 2, b->used + n + PAGE_SIZE);
		u8 *data = kmalloc(size, GFP_KERNEL);

		if (!data) {
			b->failed = true;
			return NULL;
		}
		if (b->used)
			memcpy(data, b->data, b->used);
		kfree(b->data);
		b->data = data;
		b->size = size;
	}
	at = b->data + b->used;
	memset(at, 0, n);
	b->used += n;
	return at;
}

static void append(struct block *b, const void *data, size_t n)
{
	void *at = n ? reserve(b, n) : NULL;

	if (at)
		memcpy(at, data, n);
}

static void note(struct block *b, const char *name, u32 type, const void *data, size_t n)
{
	struct elf32_note h = { .n_namesz = (u32)strlen(name) + 1, .n_descsz = (u32)n, .n_type = type };
	static const u8 zeros[4];

	append(b, &h, sizeof(h));
	append(b, name, h.n_namesz);
	append(b, zeros, (4 - h.n_namesz % 4) % 4);
	append(b, data, n);
	append(b, zeros, (4 - n % 4) % 4);
}

/* ---- a thread ---- */

static void timeval(s32 out[2], u64 ns)
{
	u32 rem = div_u64_rem(&ns, NSEC_PER_SEC);

	out[0] = (s32)ns;
	out[1] = (s32)(rem / 1000);
}

static void fill_prstatus(struct prstatus *p, struct task *t, int sig, const struct abi_siginfo *info)
{
	unsigned long flags;
	u64 user, system;

	memset(p, 0, sizeof(*p));
	p->cursig = (s16)sig;
	p->si_signo = sig;
	if (info) {
		p->si_code = info->si_code;
		p->si_errno = info->si_errno;
	}
	spin_lock_irqsave(&tasklist_lock, flags);
	p->sigpend = (u32)t->sigset;
	p->sighold = (u32)t->blocked;
	p->pid = t->pid;
	p->ppid = t->real_parent->tgid;
	p->pgrp = pid_nr(task_pgrp(t));
	p->sid = pid_nr(task_session(t));
	spin_unlock_irqrestore(&tasklist_lock, flags);
	task_cputime(t, &user, &system);
	timeval(p->utime, user);
	timeval(p->stime, system);
	timeval(p->cutime, t->signal->cutime_ns);
	timeval(p->cstime, t->signal->cstime_ns);
	thread_get_regs(t, &p->reg);
	p->fpvalid = t->thread.fpu != NULL;
}

static void thread_status(struct block *b, struct task *t, int sig, const struct abi_siginfo *info)
{
	struct prstatus status;

	fill_prstatus(&status, t, sig, info);
	note(b, "CORE", NT_PRSTATUS, &status, sizeof(status));
}

/* What follows a thread's status; of the first thread behind the process's notes. */
static void thread_state(struct block *b, struct task *t)
{
	struct abi_user_i387 fsave;
	struct abi_user_desc tls[3];

	for (unsigned i = 0; i < 3; i++)
		thread_get_tls(t, i, &tls[i]);
	note(b, "LINUX", NT_386_TLS, tls, sizeof(tls));
	if (!t->thread.fpu)
		return;
	fpu_to_fsave(t->thread.fpu, &fsave);
	note(b, "CORE", NT_PRFPREG, &fsave, sizeof(fsave));
	if (cpu_features.fxsr)
		note(b, "LINUX", NT_PRXFPREG, t->thread.fpu->fxsave, sizeof(t->thread.fpu->fxsave));
	if (cpu_features.avx) {
		struct fpu_state *s = t->thread.fpu;
		u64 features = XSTATE_ALL;

		memcpy(s->fxsave + 464, &features, sizeof(features));	/* XCR0, where debuggers look for it */
		note(b, "LINUX", NT_X86_XSTATE, s, sizeof(*s));
	}
}

/* ---- the process ---- */

static void process_info(struct block *b)
{
	struct task *t = current->group_leader;
	struct prpsinfo p = { .sname = 'R', .nice = (s8)t->nice, .flag = t->flags, .uid = (u16)t->cred->uid, .gid = (u16)t->cred->gid,
			      .pid = t->tgid };
	struct mm *mm = current->mm;
	unsigned long flags;
	size_t n = min(mm->arg_end - mm->arg_start, sizeof(p.psargs) - 1);

	spin_lock_irqsave(&tasklist_lock, flags);
	p.ppid = t->real_parent->tgid;
	p.pgrp = pid_nr(task_pgrp(t));
	p.sid = pid_nr(task_session(t));
	spin_unlock_irqrestore(&tasklist_lock, flags);
	memcpy(p.fname, current->comm, sizeof(p.fname));
	n = vm_access(mm, mm->arg_start, p.psargs, n, false);
	for (size_t i = 0; i < n; i++) {
		if (!p.psargs[i])
			p.psargs[i] = ' ';
	}
	note(b, "CORE", NT_PRPSINFO, &p, sizeof(p));
}

static void auxv(struct block *b)
{
	const u32 *v = current->mm->auxv;
	size_t n = 0;

	while (n + 2 < ARRAY_SIZE(current->mm->auxv) && v[n])
		n += 2;
	note(b, "CORE", NT_AUXV, v, (n + 2) * sizeof(*v));
}

/* count, page size, count times start, end and offset in pages; then the names. */
static void mapped_files(struct block *b, const struct core_areas *areas)
{
	struct block words = { 0 }, names = { 0 };
	char *path = kmalloc(PATH_MAX, GFP_KERNEL);
	u32 head[2] = { 0, PAGE_SIZE };

	append(&words, head, sizeof(head));
	for (unsigned i = 0; i < areas->n && path; i++) {
		const struct core_area *a = &areas->at[i];
		u32 entry[3] = { (u32)a->start, (u32)a->end, (u32)a->pgoff };
		const char *name;

		if (!a->file)
			continue;
		name = d_path(&a->file->path, path, PATH_MAX);
		if (IS_ERR(name))
			continue;
		append(&words, entry, sizeof(entry));
		append(&names, name, strlen(name) + 1);
		head[0]++;
	}
	if (names.used)
		append(&words, names.data, names.used);
	if (!words.failed && !names.failed && path) {
		memcpy(words.data, head, sizeof(head));
		note(b, "CORE", NT_FILE, words.data, words.used);
	}
	kfree(words.data);
	kfree(names.data);
	kfree(path);
}

static void process_notes(struct block *b, const struct abi_siginfo *info, const struct core_areas *areas)
{
	process_info(b);
	note(b, "CORE", NT_SIGINFO, info, sizeof(*info));
	auxv(b);
	mapped_files(b, areas);
}

/* The next thread that waits with its registers: by id, since the list may lose members meanwhile. */
static struct task *next_thread(pid_t after)
{
	struct task *t, *best = NULL;
	unsigned long flags;

	spin_lock_irqsave(&tasklist_lock, flags);
	list_for_each_entry(t, &current->signal->threads, thread_link) {
		if (t != current && t->mm == current->mm && t->pid > after && (!best || t->pid < best->pid))
			best = t;
	}
	if (best)
		task_get(best);
	spin_unlock_irqrestore(&tasklist_lock, flags);
	return best;
}

void *core_notes(int sig, const struct abi_siginfo *info, const struct core_areas *areas, size_t *size)
{
	struct block b = { 0 };
	struct task *t;
	pid_t after = 0;

	fpu_save_current();
	thread_status(&b, current, sig, info);
	process_notes(&b, info, areas);
	thread_state(&b, current);
	while ((t = next_thread(after))) {
		after = t->pid;
		thread_status(&b, t, sig, NULL);
		thread_state(&b, t);
		task_put(t);
	}
	if (b.failed) {
		kfree(b.data);
		return NULL;
	}
	*size = b.used;
	return b.data;
}
