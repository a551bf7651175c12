/*
 * execve(): opens the file, collects the arguments in a new address space, finds the format that runs it.
 *
 * Arguments are written to the new stack from its top down through the pages' kernel addresses while the old program
 * still runs. Nothing of the old program is touched before exec_commit(); from there on errors are fatal.
 */
#include <arch/uaccess.h>
#include <core/init.h>
#include <core/random.h>
#include <core/string.h>
#include <fs/fdtable.h>
#include <fs/namei.h>
#include <mm/kmalloc.h>
#include <mm/mm.h>
#include <sched/exec.h>
#include <sched/internal.h>
#include <sched/ptrace.h>
#include <sys/syscalls.h>
#include <abi/personality.h>

#define MAX_STRING	(128u << 10)		/* one argument, its NUL included */
#define MAX_STRINGS	0x7fffffffu
#define STACK_EXTRA	(128ul << 10)		/* room below the arguments from the start */
#define STACK_RANDOM	0x7ff			/* pages */

/* A vector of strings, the user's or the kernel's. */
struct strings {
	const u32 __user *user;
	const char *const *kernel;
	int count;
	size_t bytes;
};

static LIST_HEAD(formats);

void exec_format_register(struct exec_format *f)
{
	list_add_tail(&f->link, &formats);
}

/* ---- arguments ---- */

static int string_at(const struct strings *s, int i, unsigned long *address)
{
	u32 p;

	if (s->kernel) {
		*address = (unsigned long)s->kernel[i];
		return 0;
	}
	if (get_user(p, s->user + i))
		return -EFAULT;
	*address = p;
	return 0;
}

/* Bytes with the NUL, or -errno. */
static long string_size(const struct strings *s, unsigned long address)
{
	size_t n;

	if (s->kernel)
		return (long)strlen((const char *)address) + 1;
	n = strnlen_user((const char __user *)address, MAX_STRING);
	if (!n)
		return -EFAULT;
	return n > MAX_STRING ? -E2BIG : (long)n;
}

static size_t argument_limit(void)
{
	u64 limit = rlimit(RLIMIT_STACK) / 4;

	return (size_t)max_t(u64, min_t(u64, limit, 6u << 20), 128u << 10);
}

/* Counts strings and bytes; more than fit is -E2BIG before anything is allocated. */
static int measure(struct strings *s, size_t limit)
{
	if (!s->user && !s->kernel)
		return 0;
	for (;;) {
		unsigned long address;
		int error = string_at(s, s->count, &address);
		long size;

		if (error)
			return error;
		if (!address)
			return 0;
		size = string_size(s, address);
		if (size < 0)
			return (int)size;
		s->bytes += (size_t)size + sizeof(u32);
		if (s->bytes > limit)
			return -E2BIG;
		s->count++;
		if (s->count % 1024 == 0 && fatal_signal_pending(current))
			return -ERESTARTNOHAND;
	}
}

static void drop_page(struct exec_image *image)
{
	if (image->page)
		page_put(image->page);
	image->page = NULL;
}

/* Kernel address of `addr` in the new stack. */
static char *stack_byte(struct exec_image *image, unsigned long addr)
{
	unsigned long start = addr & PAGE_MASK;

	if (!image->page || image->page_addr != start) {
		drop_page(image);
		if (vm_get_page(image->mm, start, true, &image->page)) {
			image->page = NULL;
			return NULL;
		}
		image->page_addr = start;
	}
	return (char *)page_address(image->page) + (addr - start);
}

static int push_bytes(struct exec_image *image, const void *from, size_t size, bool kernel)
{
	unsigned long at;

	if (size > image->p - image->floor)
		return -E2BIG;
	image->p -= size;
	for (at = image->p; size;) {
		size_t n = min(size, (size_t)(PAGE_SIZE - (at & ~PAGE_MASK)));
		char *to = stack_byte(image, at);

		if (!to)
			return -ENOMEM;
		if (kernel)
			memcpy(to, from, n);
		else if (copy_from_user(to, from, n))
			return -EFAULT;
		from = (const char *)from + n;
		at += n;
		size -= n;
	}
	return 0;
}

int exec_push_string(struct exec_image *image, const char *s)
{
	image->argv0_size = strlen(s) + 1;
	return push_bytes(image, s, image->argv0_size, true);
}

static int push_strings(struct exec_image *image, const struct strings *s)
{
	for (int i = s->count - 1; i >= 0; i--) {
		unsigned long address;
		int error = string_at(s, i, &address);
		long size;
		char *end;

		if (error)
			return error;
		size = address ? string_size(s, address) : -EFAULT;
		if (size < 0)
			return (int)size;
		error = push_bytes(image, (const void *)address, (size_t)size, s->kernel != NULL);
		if (error)
			return error;
		image->argv0_size = (unsigned long)size;
		/* Another thread may have changed the string after it was measured. */
		end = stack_byte(image, image->p + (unsigned long)size - 1);
		if (!end)
			return -ENOMEM;
		*end = '\0';
	}
	return 0;
}

static int build_stack(struct exec_image *image, const struct strings *argv, const struct strings *envp)
{
	unsigned long top = USER_END, size;
	int error;

	if (!(current->personality & ADDR_NO_RANDOMIZE))
		top -= (random_u32() & STACK_RANDOM) << PAGE_SHIFT;
	size = argv->bytes + envp->bytes + strlen(image->filename) + 8 * PAGE_SIZE;
	image->mm = mm_alloc();
	if (!image->mm)
		return -ENOMEM;
	error = vm_setup_stack(image->mm, top, size + STACK_EXTRA, false);
	if (error)
		return error;
	image->p = top - sizeof(u32);
	image->floor = top - ALIGN_DOWN(size, PAGE_SIZE);
	error = exec_push_string(image, image->filename);
	if (error)
		return error;
	image->exec_end = image->p;
	error = push_strings(image, envp);
	if (error)
		return error;
	image->envc = envp->count;
	image->envp_start = image->p;
	error = push_strings(image, argv);
	if (error)
		return error;
	image->argc = argv->count;
	if (!image->argc) {
		/* Programs that count on argv[0] get an empty one. */
		image->argc = 1;
		error = exec_push_string(image, "");
	}
	return error;
}

/* ---- files ---- */

int exec_replace_file(struct exec_image *image, struct file *file)
{
	loff_t pos = 0;
	ssize_t n;
	int error = deny_write_access(file);

	if (error) {
		file_put(file);
		return error;
	}
	if (image->file) {
		allow_write_access(image->file);
		file_put(image->file);
	}
	image->file = file;
	memset(image->head, 0, sizeof(image->head));
	n = kernel_read(file, image->head, sizeof(image->head), &pos);
	return n < 0 ? (int)n : 0;
}

int exec_load(struct exec_image *image)
{
	struct exec_format *f;

	if (image->depth > 5)
		return -ELOOP;
	list_for_each_entry(f, &formats, link) {
		int error = f->load(image);

		if (error != -ENOEXEC || image->committed)
			return error;
	}
	return -ENOEXEC;
}

static void image_free(struct exec_image *image)
{
	drop_page(image);
	if (image->mm)
		mm_put(image->mm);
	if (image->file) {
		allow_write_access(image->file);
		file_put(image->file);
	}
	kfree(image->filename);
	kfree(image->interp);
	kfree(image);
}

static char *display_name(int dfd, const char *path)
{
	char name[24];
	char *s;
	size_t size;

	if (dfd == AT_FDCWD || path[0] == '/')
		return kstrdup(path, GFP_KERNEL);
	scnprintf(name, sizeof(name), "/dev/fd/%d", dfd);
	size = strlen(name) + strlen(path) + 2;
	s = kmalloc(size, GFP_KERNEL);
	if (s)
		snprintf(s, size, "%s%s%s", name, path[0] ? "/" : "", path);
	return s;
}

static int do_exec(int dfd, const char *path, struct strings *argv, struct strings *envp, int flags)
{
	struct exec_image *image;
	struct file *file;
	size_t limit = argument_limit();
	int error;

	if ((current->flags & PF_NPROC_EXCEEDED) && too_many_processes(current->cred->user))
		return -EAGAIN;
	current->flags &= ~PF_NPROC_EXCEEDED;
	file = open_exec(dfd, path, (unsigned)flags);
	if (IS_ERR(file))
		return (int)PTR_ERR(file);
	image = kzalloc(sizeof(*image), GFP_KERNEL);
	if (!image) {
		file_put(file);
		return -ENOMEM;
	}
	error = exec_replace_file(image, file);
	if (error)
		goto out;
	error = -ENOMEM;
	image->filename = display_name(dfd, path);
	image->interp = image->filename ? kstrdup(image->filename, GFP_KERNEL) : NULL;
	if (!image->interp)
		goto out;
	error = measure(argv, limit);
	if (error)
		goto out;
	error = measure(envp, limit - argv->bytes);
	if (error)
		goto out;
	error = build_stack(image, argv, envp);
	drop_page(image);
	if (!error)
		error = exec_load(image);
	if (!error) {
		/* The way back to user mode must load every register: not sysexit. */
		current->sig_pending = true;
	} else if (image->committed) {
		pr_info("%s[%d]: %s: error %d after the old program was gone\n", current->comm, current->pid, image->filename, -error);
		image_free(image);
		group_exit(SIGSEGV);
	}
out:
	image_free(image);
	return error;
}

static long user_exec(int dfd, const char __user *upath, const char __user *const __user *argv,
		      const char __user *const __user *envp, int flags)
{
	struct strings args = { .user = (const u32 __user *)argv }, environment = { .user = (const u32 __user *)envp };
	pid_t old = current->pid;
	char *path;
	long error;
	u8 first;

	if ((flags & AT_EMPTY_PATH) && !get_user(first, (const u8 __user *)upath) && !first) {
		path = NULL;
	} else {
		path = name_get(upath);
		if (IS_ERR(path))
			return PTR_ERR(path);
	}
	error = do_exec(dfd, path ? path : "", &args, &environment, flags);
	if (path)
		name_put(path);
	if (!error)
		ptrace_exec(old);
	return error;
}

long sys_execve(const char __user *path, const char __user *const __user *argv, const char __user *const __user *envp)
{
	return user_exec(AT_FDCWD, path, argv, envp, 0);
}

long sys_execveat(int dfd, const char __user *path, const char __user *const __user *argv,
		  const char __user *const __user *envp, int flags)
{
	if (flags & ~(AT_EMPTY_PATH | AT_SYMLINK_NOFOLLOW))
		return -EINVAL;
	return user_exec(dfd, path, argv, envp, flags);
}

int kernel_execve(const char *path, const char *const *argv, const char *const *envp)
{
	struct strings args = { .kernel = argv }, environment = { .kernel = envp };

	if (!current->files) {
		current->files = files_alloc();
		if (!current->files)
			return -ENOMEM;
	}
	return do_exec(AT_FDCWD, path, &args, &environment, 0);
}
