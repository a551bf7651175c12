/*
 * Breaks the kernel's own rules on purpose, so that the suite sees each violation named: debug builds only.
 * Writing a name to /proc/violate provokes it in the writer's system call; reading lists the names.
 */
#include <arch/layout.h>
#include <core/init.h>
#include <core/mutex.h>
#include <core/printk.h>
#include <core/spinlock.h>
#include <core/string.h>
#include <core/time.h>
#include <fs/seq_file.h>
#include <mm/kmalloc.h>
#include <sched/task.h>
#include <abi/errno.h>
#include <abi/mman.h>
#include <mm/mm.h>

#define USER_PAGE 0x10000000ul

static void write_text(void) { *(volatile u8 *)(unsigned long)&memcmp = 0xc3; }
static void write_rodata(void) { *(volatile char *)(unsigned long)"constant" = 'C'; }

static u8 code_in_data[] = { 0xc3 };
static void execute_data(void) { ((void (*)(void))(unsigned long)code_in_data)(); }

/* A page of the writer's own, present and writable for it: only the kernel's rules keep the kernel out. */
static bool user_page(void)
{
	long addr = vm_mmap(NULL, USER_PAGE, PAGE_SIZE, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, 0);
	struct page *page;

	if (addr < 0 || vm_get_page(current->mm, USER_PAGE, true, &page))
		return false;
	page_put(page);
	return true;
}

static void read_user(void)
{
	if (user_page())
		(void)*(volatile u32 *)USER_PAGE;
}

static void write_user(void)
{
	if (user_page())
		*(volatile u32 *)USER_PAGE = 1;
}

static void execute_user(void)
{
	if (user_page())
		((void (*)(void))USER_PAGE)();
}

static void read_null(void) { (void)*(volatile u32 *)READ_ONCE(*(unsigned long *)&(unsigned long){ 8 }); }
static void call_null(void) { ((void (*)(void))READ_ONCE(*(unsigned long *)&(unsigned long){ 0 }))(); }

static noinline int recurse(volatile int n)
{
	volatile char frame[256];

	frame[0] = (char)n;
	return n ? recurse(n + 1) + frame[0] : 0;
}
static void overflow_stack(void) { recurse(1); }

static noinline void smash(volatile size_t n)
{
	char small[8];

	memset(*(char *volatile *)&(char *){ small }, 0x41, n);
	barrier();
}
static void smash_stack(void) { smash(64); }

static struct timer sleeper;
static volatile bool slept;
static void sleep_in_timer(struct timer *t __maybe_unused)
{
	might_sleep();
	slept = true;
}
static void sleep_in_interrupt(void)
{
	nsec_t end = ktime_get() + NSEC_PER_SEC;

	slept = false;
	timer_init(&sleeper, sleep_in_timer);
	timer_arm(&sleeper, ktime_get() + NSEC_PER_MSEC);
	while (!slept && ktime_get() < end)
		barrier();
}

static DEFINE_SPINLOCK(low, RANK_TASKLIST);
static DEFINE_SPINLOCK(high, RANK_CONSOLE - 1);
static void sleep_with_spin_lock(void)
{
	spin_lock(&low);
	might_sleep();
	spin_unlock(&low);
}

static void lock_order(void)
{
	spin_lock(&high);
	spin_lock(&low);
	spin_unlock(&low);
	spin_unlock(&high);
}

static void free_twice(void)
{
	void *p = kmalloc(64, GFP_KERNEL);

	kfree(p);
	kfree(*(void *volatile *)&p);
}

static void use_after_free(void)
{
	volatile u8 *p = kmalloc(64, GFP_KERNEL);
	void *again[8];
	unsigned i;

	if (!p)
		return;
	kfree((const void *)p);
	p[20] = 1;
	for (i = 0; i < ARRAY_SIZE(again); i++)
		again[i] = kmalloc(64, GFP_KERNEL);
	for (i = 0; i < ARRAY_SIZE(again); i++)
		kfree(again[i]);
}

static void write_past_end(void)
{
	volatile u8 *p = kmalloc(60, GFP_KERNEL);

	if (!p)
		return;
	p[64] = 1;
	kfree((const void *)p);
}

static int table[4];
static void index_past_end(void)
{
	volatile unsigned i = 5;

	table[i & 7] = 1;
}

static void shift_too_far(void)
{
	volatile unsigned bits = 40;

	table[0] = (int)(1u << bits);
}

/* The report has to come through although the log's lock is held by what it reports. */
static void fault_in_message(void)
{
	const char *volatile text = (const char *)0xd1d10003ul;

	printk("%s\n", text);
}

static void divide_by_zero(void)
{
	u32 a = 1, d = 0;

	__asm__ volatile("divl %2" : "+a"(a), "+d"(d) : "r"(0));
}

static void privileged(void) { __asm__ volatile("ud2"); }
/* An address space that nobody refers to. */
static void leak(void) { (void)mm_alloc(); }
static void bug(void) { BUG(); }
static void do_panic(void) { panic("as asked"); }

static const struct violation {
	const char *name;
	void (*provoke)(void);
} violations[] = {
	{ "write-text", write_text }, { "write-rodata", write_rodata }, { "execute-data", execute_data },
	{ "read-user", read_user }, { "write-user", write_user }, { "execute-user", execute_user },
	{ "read-null", read_null }, { "call-null", call_null }, { "overflow-stack", overflow_stack },
	{ "smash-stack", smash_stack }, { "sleep-in-interrupt", sleep_in_interrupt },
	{ "sleep-with-spin-lock", sleep_with_spin_lock }, { "lock-order", lock_order }, { "free-twice", free_twice },
	{ "use-after-free", use_after_free }, { "write-past-end", write_past_end }, { "index-past-end", index_past_end },
	{ "shift-too-far", shift_too_far }, { "fault-in-message", fault_in_message },
	{ "divide-by-zero", divide_by_zero }, { "invalid-opcode", privileged }, { "leak", leak }, { "bug", bug }, { "panic", do_panic },
};

static ssize_t violate_write(struct file *f __maybe_unused, struct iov_iter *it, loff_t *pos)
{
	char name[32];
	size_t n = min(it->count, sizeof(name) - 1);
	unsigned i;

	if (copy_from_iter(name, n, it) != n)
		return -EFAULT;
	name[n] = 0;
	if (n && name[n - 1] == '\n')
		name[n - 1] = 0;
	for (i = 0; i < ARRAY_SIZE(violations); i++) {
		if (!strcmp(name, violations[i].name)) {
			violations[i].provoke();
			*pos += (loff_t)n;
			return (ssize_t)n;
		}
	}
	return -EINVAL;
}

static int violate_show(struct seq_file *m, void *v __maybe_unused)
{
	unsigned i;

	for (i = 0; i < ARRAY_SIZE(violations); i++)
		seq_printf(m, "%s\n", violations[i].name);
	return 0;
}

static int violate_open(struct inode *inode __maybe_unused, struct file *f)
{
	return single_open(f, violate_show, NULL);
}

static const struct file_ops violate_ops = {
	.open = violate_open,
	.read = seq_read,
	.write = violate_write,
	.llseek = seq_lseek,
	.release = single_release,
};

static int __init violations_init(void)
{
	return proc_create("violate", 0600, &violate_ops, NULL);
}
late_initcall(violations_init);
