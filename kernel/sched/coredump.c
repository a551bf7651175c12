/*
 * Writing core files: ELF with a note segment (core_notes.c) and a segment for each area of memory (core_areas.c).
 * Memory that was never touched takes no room in it.
 *
 * The name comes from /proc/sys/kernel/core_pattern, as core(5) has it. A pattern that begins with '|' names a program
 * that gets the dump through a pipe (coredump_pipe.c).
 */
#include <core/init.h>
#include <core/string.h>
#include <fs/internal.h>
#include <fs/namei.h>
#include <fs/seq_file.h>
#include <mm/kmalloc.h>
#include <mm/mm.h>
#include <sched/coredump.h>
#include <sched/internal.h>
#include <abi/elf.h>
#include <abi/errno.h>
#include <abi/utsname.h>

static char pattern[CORE_PATTERN_MAX] = "core";
static int uses_pid;
extern struct abi_utsname system_name;

static int __init coredump_init(void)
{
	char filter[16];
	int error = sysctl_string("kernel/core_pattern", 0644, pattern, sizeof(pattern));

	/* Of processes that inherit none: init and the helpers. */
	if (cmdline_get("coredump_filter", filter, sizeof(filter)) && !kstrtoul(filter, 0, &dump_filter_default))
		dump_filter_default &= DUMP_KNOWN;

	if (!error)
		error = sysctl_int("kernel/core_uses_pid", 0644, &uses_pid, 0, 1);
	return error ? error : sysctl_int("kernel/core_pipe_limit", 0644, &core_pipe_limit, 0, 0x7fffffff);
}
late_initcall(coredump_init);

bool signal_dumps_core(int sig)
{
	return sig == SIGQUIT || sig == SIGILL || sig == SIGTRAP || sig == SIGABRT || sig == SIGFPE || sig == SIGBUS ||
	       sig == SIGSEGV || sig == SIGXCPU || sig == SIGXFSZ || sig == SIGSYS;
}

/* ---- the other threads ---- */

/* Threads of any process that is dumped sleep here: what is on the dumper's stack may be gone when they come to sleep. */
static DEFINE_WAIT_QUEUE(finished);

/* All others are on their way to coredump_wait() once this has returned true; false: the process ends already. */
static bool stop_others(int sig, struct core_state *core)
{
	struct task *self = current, *t;
	struct signal_struct *s = self->signal;
	unsigned long flags;
	bool ok;

	spin_lock_irqsave(&tasklist_lock, flags);
	spin_lock(&self->sighand->lock);
	ok = !(s->flags & SIGNAL_GROUP_EXIT) && !s->group_exit_task;
	if (ok) {
		s->flags |= SIGNAL_GROUP_EXIT;
		s->group_exit_code = sig;
		s->core = core;
		list_for_each_entry(t, &s->threads, thread_link) {
			if (t != self && !(t->flags & PF_EXITING))
				core->running++;
		}
		signal_kill_others(self);
		signal_recalc(self);		/* nothing but SIGKILL keeps it from its last words */
	}
	spin_unlock(&self->sighand->lock);
	spin_unlock_irqrestore(&tasklist_lock, flags);
	if (ok)
		wait_event(&core->started, READ_ONCE(core->running) == 0);
	return ok;
}

void coredump_wait(void)
{
	struct task *self = current;
	struct core_state *core;
	unsigned long flags;

	if (likely(!self->signal->core))
		return;
	spin_lock_irqsave(&self->sighand->lock, flags);
	core = self->signal->core;
	if (core && core->dumper != self && --core->running == 0)
		wake_up_all(&core->started);
	spin_unlock_irqrestore(&self->sighand->lock, flags);
	if (core && core->dumper != self)
		wait_event(&finished, READ_ONCE(self->signal->core) == NULL);
}

static void release_others(bool dumped)
{
	struct signal_struct *s = current->signal;
	unsigned long flags;

	spin_lock_irqsave(&current->sighand->lock, flags);
	s->core = NULL;
	if (dumped)
		s->group_exit_code |= 0x80;
	spin_unlock_irqrestore(&current->sighand->lock, flags);
	wake_up_all(&finished);
}

/* ---- the file's name ---- */

struct name {
	char *text;
	size_t size, n;
};

static void put(struct name *o, const char *s, bool escape)
{
	for (; *s && o->n + 1 < o->size; s++)
		o->text[o->n++] = escape && *s == '/' ? '!' : *s;
}

static void put_number(struct name *o, u32 v)
{
	char digits[12];

	scnprintf(digits, sizeof(digits), "%u", v);
	put(o, digits, false);
}

static void put_executable(struct name *o)
{
	char *buf = kmalloc(PATH_MAX, GFP_KERNEL);
	const char *path = buf && current->mm->exe_file ? d_path(&current->mm->exe_file->path, buf, PATH_MAX) : NULL;

	put(o, path && !IS_ERR(path) ? path : current->comm, true);
	kfree(buf);
}

/* Appends what `from` means, up to its end or the character `end`. Whether the process's id is in it. */
static bool expand(struct name *o, const char *from, char end, int sig)
{
	bool pid = false;
	struct timespec64 now;

	for (const char *p = from; *p && *p != end; p++) {
		if (*p != '%') {
			char c[2] = { *p, 0 };

			put(o, c, false);
			continue;
		}
		switch (*++p) {
		case 0: p--; break;
		case '%': put(o, "%", false); break;
		case 'p': case 'P': put_number(o, (u32)current->tgid); pid = true; break;
		case 'i': case 'I': put_number(o, (u32)current->pid); break;
		case 'u': put_number(o, current->cred->uid); break;
		case 'g': put_number(o, current->cred->gid); break;
		case 'd': put_number(o, current->mm->dumpable); break;
		case 's': put_number(o, (u32)sig); break;
		case 't': ktime_get_real(&now); put_number(o, (u32)now.tv_sec); break;
		case 'h': put(o, system_name.nodename, true); break;
		case 'e': put(o, current->comm, true); break;
		case 'E': put_executable(o); break;
		case 'c': put_number(o, (u32)min(rlimit(RLIMIT_CORE), (u64)0xffffffffu)); break;
		}
	}
	o->text[o->n] = 0;
	return pid;
}

/* ---- contents ---- */

struct out {
	struct file *file;
	loff_t pos, limit;
	bool stream;			/* a pipe: holes are written too */
	loff_t written;			/* of a stream */
};

/* What was left out before pos goes through a pipe as zeros. */
static bool fill_hole(struct out *o)
{
	static const char zeros[512];
	loff_t pos = 0;

	while (o->written < o->pos) {
		size_t n = (size_t)min(o->pos - o->written, (loff_t)sizeof(zeros));

		if (kernel_write(o->file, zeros, n, &pos) != (ssize_t)n)
			return false;
		o->written += (loff_t)n;
	}
	return true;
}

static bool emit(struct out *o, const void *data, size_t n)
{
	loff_t pos = o->pos;

	if (o->pos + (loff_t)n > o->limit || fatal_signal_pending(current))
		return false;
	if (o->stream && !fill_hole(o))
		return false;
	if (kernel_write(o->file, data, n, &pos) != (ssize_t)n)
		return false;
	o->pos += (loff_t)n;
	o->written = o->pos;
	return true;
}

static bool emit_headers(struct out *o, const struct core_areas *areas, size_t notes, u32 data)
{
	struct elf32_hdr h = {
		.e_ident = { 0x7f, 'E', 'L', 'F', ELFCLASS32, ELFDATA2LSB, EV_CURRENT },
		.e_type = ET_CORE, .e_machine = EM_386, .e_version = EV_CURRENT, .e_phoff = sizeof(h), .e_ehsize = sizeof(h),
		.e_phentsize = sizeof(struct elf32_phdr), .e_phnum = (u16)(areas->n + 1),
	};
	struct elf32_phdr p = { .p_type = PT_NOTE, .p_offset = (u32)(sizeof(h) + (areas->n + 1) * sizeof(p)), .p_filesz = (u32)notes };

	if (!emit(o, &h, sizeof(h)) || !emit(o, &p, sizeof(p)))
		return false;
	for (unsigned i = 0; i < areas->n; i++) {
		const struct core_area *a = &areas->at[i];

		p = (struct elf32_phdr){
			.p_type = PT_LOAD, .p_offset = data, .p_vaddr = (u32)a->start, .p_filesz = a->size,
			.p_memsz = (u32)(a->end - a->start), .p_align = PAGE_SIZE,
			.p_flags = (a->flags & VM_READ ? PF_R : 0) | (a->flags & VM_WRITE ? PF_W : 0) | (a->flags & VM_EXEC ? PF_X : 0),
		};
		if (!emit(o, &p, sizeof(p)))
			return false;
		data += p.p_filesz;
	}
	return true;
}

static bool emit_area(struct out *o, struct mm *mm, const struct core_area *a, char *page)
{
	unsigned long end = a->start + a->size;

	for (unsigned long addr = a->start; addr < end; addr += PAGE_SIZE) {
		if (a->sparse && vm_page_untouched(mm, addr)) {
			o->pos += PAGE_SIZE;		/* a hole: zeros */
			continue;
		}
		memset(page, 0, PAGE_SIZE);
		(void)vm_access(mm, addr, page, PAGE_SIZE, false);	/* what cannot be read (behind a file's end) is zeros */
		if (!emit(o, page, PAGE_SIZE))
			return false;
	}
	return true;
}

static bool write_core(struct out *o, const struct core_areas *areas, const void *notes, size_t notes_size)
{
	u32 headers = (u32)(sizeof(struct elf32_hdr) + (areas->n + 1) * sizeof(struct elf32_phdr) + notes_size);
	u32 data = (headers + PAGE_SIZE - 1) & PAGE_MASK;
	char *page = kmalloc(PAGE_SIZE, GFP_KERNEL);
	bool ok;

	if (!page)
		return false;
	ok = areas->n < PN_XNUM - 1 && emit_headers(o, areas, notes_size, data) && emit(o, notes, notes_size);
	o->pos = data;
	for (unsigned i = 0; i < areas->n && ok; i++)
		ok = emit_area(o, current->mm, &areas->at[i], page);
	kfree(page);
	/* The last pages may be a hole. */
	if (ok && o->stream)
		return fill_hole(o);
	if (ok && o->pos > o->file->inode->size)
		ok = !vfs_truncate(&o->file->path, o->pos, o->file);
	return ok;
}

static struct file *open_core(int sig)
{
	char text[256];
	struct name name = { text, sizeof(text), 0 };
	struct file *f;

	if (!pattern[0])
		return ERR_PTR(-EINVAL);
	if (!expand(&name, pattern, 0, sig) && uses_pid) {
		put(&name, ".", false);
		put_number(&name, (u32)current->tgid);
		text[name.n] = 0;
	}
	f = file_open(text, O_CREAT | O_WRONLY | O_NOFOLLOW | O_LARGEFILE, 0600);
	if (IS_ERR(f))
		return f;
	/* Into somebody else's file, or one with other names, nothing of this process is written. */
	if (!S_ISREG(f->inode->mode) || f->inode->nlink > 1 || f->inode->uid != current->cred->fsuid ||
	    vfs_truncate(&f->path, 0, f)) {
		file_put(f);
		return ERR_PTR(-EPERM);
	}
	return f;
}

/* The helper's words are taken apart first: what stands for a name with a space in it stays one word. */
static struct file *open_helper(int sig)
{
	struct core_helper *h = kzalloc(sizeof(*h), GFP_KERNEL);
	struct name name;
	unsigned n = 0;

	if (!h)
		return ERR_PTR(-ENOMEM);
	name = (struct name){ h->text, sizeof(h->text), 0 };
	for (const char *p = pattern + 1; *p; ) {
		if (*p == ' ') {
			p++;
			continue;
		}
		h->argv[n++] = h->text + name.n;	/* more than there are characters to a pattern there cannot be */
		(void)expand(&name, p, ' ', sig);
		if (++name.n >= name.size) {
			kfree(h);
			return ERR_PTR(-E2BIG);
		}
		while (*p && *p != ' ')
			p++;
	}
	return core_helper_start(h);
}

/* Everything of the process but its end. Whether all of it was written. */
static bool dump(struct out *o, int sig, const struct abi_siginfo *info)
{
	struct core_areas areas;
	void *notes = NULL;
	bool done = false;
	size_t size;

	if (core_areas_take(&areas, current->mm))
		return false;
	notes = core_notes(sig, info, &areas, &size);
	if (!notes)
		goto out;
	o->file = o->stream ? open_helper(sig) : open_core(sig);
	if (!IS_ERR(o->file)) {
		done = write_core(o, &areas, notes, size);
		if (o->stream)
			core_helper_wait(o->file);
		file_put(o->file);
	}
out:
	kfree(notes);
	core_areas_drop(&areas);
	return done;
}

bool coredump(int sig, const struct abi_siginfo *info)
{
	u64 limit = rlimit(RLIMIT_CORE);
	struct core_state core = { .dumper = current };
	struct out o = { .limit = (loff_t)min(limit, (u64)0x7fffffffffffffffull) };
	bool done = false;

	o.stream = pattern[0] == '|';
	/* A limit is about files. 1 is what helpers have: none of them dumps into another. */
	if (o.stream ? limit == 1 : limit < PAGE_SIZE)
		return false;
	if (o.stream)
		o.limit = 0x7fffffffffffffffll;
	if (!current->mm || !current->mm->dumpable)
		return false;
	wait_queue_init(&core.started);
	if (!stop_others(sig, &core))
		return false;
	current->flags |= PF_DUMPCORE;
	if (!o.stream || core_helper_begin()) {
		done = dump(&o, sig, info);
		if (o.stream)
			core_helper_end();
	}
	release_others(done);
	return done;
}
