/* The files of /proc about the machine as a whole, in Linux's formats. */
#include "proc.h"
#include <arch/cpu.h>
#include <block/bio.h>
#include <core/init.h>
#include <core/irq.h>
#include <core/random.h>
#include <core/time.h>
#include <fs/internal.h>
#include <mm/kmalloc.h>
#include <sched/signal.h>
#include <abi/utsname.h>

extern struct abi_utsname system_name;

static u64 ticks(u64 ns) { return div_u64(ns, (u32)(NSEC_PER_SEC / USER_HZ)); }

static void cpu_times(u64 *user, u64 *system)
{
	pid_t pid = 1;
	struct task *t;

	*user = *system = 0;
	while ((t = task_next_get(pid, true))) {
		u64 u, s;

		group_cputime(t, &u, &s);
		*user += u;
		*system += s;
		pid = t->pid + 1;
		task_put(t);
	}
}

static int show_stat(struct seq_file *m, void *v)
{
	u64 user, system, idle = cpu_idle_time(), irqs = 0, n;
	struct timespec64 now, up;

	(void)v;
	cpu_times(&user, &system);
	seq_printf(m, "cpu  %llu 0 %llu %llu 0 0 0 0 0 0\ncpu0 %llu 0 %llu %llu 0 0 0 0 0 0\n", ticks(user), ticks(system), ticks(idle),
		   ticks(user), ticks(system), ticks(idle));
	for (unsigned i = 0; i < NR_IRQS; i++)
		if (irq_describe(i, &n))
			irqs += n;
	seq_printf(m, "intr %llu", irqs);
	for (unsigned i = 0; i < NR_IRQS; i++)
		seq_printf(m, " %llu", irq_describe(i, &n) ? n : 0ull);
	ktime_get_real(&now);
	ns_to_timespec64(ktime_get(), &up);
	seq_printf(m, "\nctxt %llu\nbtime %llu\nprocesses %lu\nprocs_running %u\nprocs_blocked 0\n", this_cpu()->switches,
		   now.tv_sec - up.tv_sec, total_forks, nr_running());
	return 0;
}

static int show_uptime(struct seq_file *m, void *v)
{
	u64 up = ktime_get(), idle = cpu_idle_time();
	u32 up_rem = div_u64_rem(&up, NSEC_PER_SEC), idle_rem = div_u64_rem(&idle, NSEC_PER_SEC);

	(void)v;
	seq_printf(m, "%llu.%02u %llu.%02u\n", up, up_rem / 10000000, idle, idle_rem / 10000000);
	return 0;
}

static int show_loadavg(struct seq_file *m, void *v)
{
	u32 l[3];

	(void)v;
	load_average(l);
	for (int i = 0; i < 3; i++) {
		u32 x = l[i] + (1u << 16) / 200;

		seq_printf(m, "%u.%02u ", x >> 16, ((x & 0xffff) * 100) >> 16);
	}
	seq_printf(m, "%u/%d %d\n", nr_running(), nr_tasks, current->pid);
	return 0;
}

static int show_filesystems(struct seq_file *m, void *v)
{
	const struct filesystem *f;

	(void)v;
	list_for_each_entry(f, &filesystems, link)
		seq_printf(m, "%s\t%s\n", f->flags & FS_REQUIRES_DEV ? "" : "nodev", f->name);
	return 0;
}

static const char *const flag_names_d[32] = {
	"fpu", "vme", "de", "pse", "tsc", "msr", "pae", "mce", "cx8", "apic", NULL, "sep", "mtrr", "pge", "mca", "cmov", "pat",
	"pse36", "pn", "clflush", NULL, "dts", "acpi", "mmx", "fxsr", "sse", "sse2", "ss", "ht", "tm", "ia64", "pbe",
};
static const char *const flag_names_c[32] = {
	[0] = "pni", [1] = "pclmulqdq", [3] = "monitor", [9] = "ssse3", [12] = "fma", [13] = "cx16", [19] = "sse4_1", [20] = "sse4_2",
	[22] = "movbe", [23] = "popcnt", [25] = "aes", [26] = "xsave", [28] = "avx", [29] = "f16c", [30] = "rdrand", [31] = "hypervisor",
};

static int show_cpuinfo(struct seq_file *m, void *v)
{
	const struct cpu_features *c = &cpu_features;

	(void)v;
	seq_printf(m, "processor\t: 0\nvendor_id\t: %s\ncpu family\t: %u\nmodel\t\t: %u\nmodel name\t: %s\nstepping\t: %u\n", c->vendor,
		   c->family, c->model, c->model_name, c->stepping);
	if (c->tsc_khz)
		seq_printf(m, "cpu MHz\t\t: %u.%03u\n", c->tsc_khz / 1000, c->tsc_khz % 1000);
	seq_printf(m, "physical id\t: 0\nsiblings\t: 1\ncore id\t\t: 0\ncpu cores\t: 1\nfdiv_bug\t: no\nf00f_bug\t: no\n"
		   "coma_bug\t: no\nfpu\t\t: yes\nfpu_exception\t: yes\ncpuid level\t: %u\nwp\t\t: yes\nflags\t\t:", c->max_leaf);
	for (unsigned i = 0; i < 32; i++)
		if ((c->f1_edx >> i & 1) && flag_names_d[i])
			seq_printf(m, " %s", flag_names_d[i]);
	if (c->nx)
		seq_puts(m, " nx");
	for (unsigned i = 0; i < 32; i++)
		if ((c->f1_ecx >> i & 1) && flag_names_c[i])
			seq_printf(m, " %s", flag_names_c[i]);
	seq_printf(m, "%s%s%s\n", c->smep ? " smep" : "", c->smap ? " smap" : "", c->umip ? " umip" : "");
	seq_printf(m, "bogomips\t: %u.%02u\n\n", c->tsc_khz / 500, c->tsc_khz / 5 % 100);
	return 0;
}

static int show_interrupts(struct seq_file *m, void *v)
{
	u64 n;

	(void)v;
	seq_puts(m, "           CPU0       \n");
	for (unsigned i = 0; i < NR_IRQS; i++) {
		const char *name = irq_describe(i, &n);

		if (name)
			seq_printf(m, "%3u: %10llu    XT-PIC      %s\n", i, n, name);
	}
	return 0;
}

static int show_devices(struct seq_file *m, void *v)
{
	(void)v;
	seq_puts(m, "Character devices:\n");
	chrdev_show(m);
	seq_puts(m, "\nBlock devices:\n");
	for (unsigned major = 0; major < 256; major++) {
		struct block_device *b = bdev_next(NULL);

		while (b && (b->partno || MAJOR(b->dev) != major))
			b = bdev_next(b);
		if (b)
			seq_printf(m, "%3u %s\n", major, b->disk->driver);
		bdev_put(b);
	}
	return 0;
}

static int show_cmdline(struct seq_file *m, void *v)
{
	(void)v;
	seq_printf(m, "%s\n", cmdline());
	return 0;
}

static int show_version(struct seq_file *m, void *v)
{
	(void)v;
	seq_printf(m, "%s version %s (gcc %s) %s\n", system_name.sysname, system_name.release, __VERSION__, system_name.version);
	return 0;
}

static int show_partitions(struct seq_file *m, void *v)
{
	(void)v;
	seq_puts(m, "major minor  #blocks  name\n\n");
	for (struct block_device *b = bdev_next(NULL); b; b = bdev_next(b)) {
		if (b->sectors)
			seq_printf(m, "%4u  %7u %10llu %s\n", MAJOR(b->dev), MINOR(b->dev), b->sectors / 2, b->name);
	}
	return 0;
}

static int show_diskstats(struct seq_file *m, void *v)
{
	(void)v;
	for (struct block_device *b = bdev_next(NULL); b; b = bdev_next(b)) {
		u64 stats[11];

		seq_printf(m, "%4u %7u %s", MAJOR(b->dev), MINOR(b->dev), b->name);
		/* Of a part it is known how much was asked for, not what became of it in the queue. */
		if (b->partno) {
			seq_printf(m, " %llu 0 %llu 0 %llu 0 %llu 0 0 0 0 0 0 0 0 0 0\n", b->done[0], b->done[1], b->done[2], b->done[3]);
			continue;
		}
		disk_stats(b->disk, stats);
		for (unsigned i = 0; i < ARRAY_SIZE(stats); i++)
			seq_printf(m, " %llu", stats[i]);
		seq_puts(m, " 0 0 0 0 0 0\n");
	}
	return 0;
}

/* ---- kallsyms: one record a symbol; addresses only for the privileged ---- */

static void *symbols_start(struct seq_file *m, loff_t *pos)
{
	unsigned long addr;
	const char *name;
	char type;

	(void)m;
	return symbol_at((size_t)*pos, &addr, &type, &name) ? (void *)(unsigned long)(*pos + 1) : NULL;
}

static void *symbols_next(struct seq_file *m, void *v, loff_t *pos)
{
	(void)v;
	(*pos)++;
	return symbols_start(m, pos);
}

static void symbols_stop(struct seq_file *m, void *v)
{
	(void)m;
	(void)v;
}

static int symbols_show(struct seq_file *m, void *v)
{
	unsigned long addr;
	const char *name;
	char type;

	if (symbol_at((size_t)(unsigned long)v - 1, &addr, &type, &name))
		seq_printf(m, "%08lx %c %s\n", current_cred()->euid == 0 ? addr : 0, type, name);
	return 0;
}

static int symbols_open(struct inode *inode, struct file *f)
{
	static const struct seq_ops op = {
		.start = symbols_start, .next = symbols_next, .stop = symbols_stop, .show = symbols_show,
	};

	(void)inode;
	return seq_open(f, &op);
}

static const struct file_ops symbols_ops = {
	.open = symbols_open, .read = seq_read, .llseek = seq_lseek, .release = seq_release,
};

/* ---- sys/ ---- */

static void uuid_text(struct seq_file *m, const u8 *b)
{
	for (unsigned i = 0; i < 16; i++)
		seq_printf(m, "%s%02x", i == 4 || i == 6 || i == 8 || i == 10 ? "-" : "", b[i]);
	seq_putc(m, '\n');
}

static int show_uuid(struct seq_file *m, void *v)
{
	static u8 boot[16];
	u8 fresh[16], *b = m->private ? boot : fresh;

	(void)v;
	if (b == fresh || !boot[6]) {
		random_bytes(b, 16);
		b[6] = (b[6] & 0x0f) | 0x40;
		b[8] = (b[8] & 0x3f) | 0x80;
	}
	uuid_text(m, b);
	return 0;
}

static int show_entropy(struct seq_file *m, void *v)
{
	(void)v;
	seq_printf(m, "%d\n", random_ready() ? 256 : 0);
	return 0;
}

static int show_text(struct seq_file *m, void *v)
{
	(void)v;
	seq_printf(m, "%s\n", (const char *)m->private);
	return 0;
}

static int show_file_nr(struct seq_file *m, void *v)
{
	(void)v;
	seq_printf(m, "%lu\t0\t%d\n", nr_files, max_files);
	return 0;
}

static int show_inode_nr(struct seq_file *m, void *v)
{
	unsigned long unused, n = inode_count_all(&unused);

	(void)v;
	seq_printf(m, "%lu\t%lu\n", n, unused);
	return 0;
}

static int show_inode_state(struct seq_file *m, void *v)
{
	unsigned long unused, n = inode_count_all(&unused);

	(void)v;
	seq_printf(m, "%lu\t%lu\t0\t0\t0\t0\t0\n", n, unused);
	return 0;
}

static int show_dentry_state(struct seq_file *m, void *v)
{
	unsigned long unused, n = dcache_count_all(&unused);

	(void)v;
	seq_printf(m, "%lu\t%lu\t45\t0\t0\t0\n", n, unused);
	return 0;
}

static const struct {
	const char *name;
	int (*show)(struct seq_file *m, void *v);
	const void *data;
} files[] = {
	{ "stat", show_stat, NULL }, { "uptime", show_uptime, NULL },
	{ "loadavg", show_loadavg, NULL }, { "filesystems", show_filesystems, NULL }, { "cpuinfo", show_cpuinfo, NULL },
	{ "interrupts", show_interrupts, NULL }, { "devices", show_devices, NULL }, { "cmdline", show_cmdline, NULL },
	{ "version", show_version, NULL }, { "partitions", show_partitions, NULL }, { "diskstats", show_diskstats, NULL },
	{ "sys/kernel/random/uuid", show_uuid, NULL }, { "sys/kernel/random/boot_id", show_uuid, files },
	{ "sys/kernel/random/entropy_avail", show_entropy, NULL }, { "sys/kernel/random/poolsize", show_text, "256" },
	{ "sys/kernel/ostype", show_text, system_name.sysname }, { "sys/kernel/osrelease", show_text, system_name.release },
	{ "sys/kernel/version", show_text, system_name.version }, { "sys/kernel/pid_max", show_text, "32768" },
	{ "sys/kernel/ngroups_max", show_text, "65536" }, { "sys/kernel/cap_last_cap", show_text, "40" },
	{ "sys/fs/file-nr", show_file_nr, NULL }, { "sys/fs/inode-nr", show_inode_nr, NULL },
	{ "sys/fs/inode-state", show_inode_state, NULL },
	{ "sys/fs/dentry-state", show_dentry_state, NULL }, { "sys/fs/nr_open", show_text, "1048576" },
	{ "sys/fs/pipe-max-size", show_text, "1048576" },
	{ "sys/vm/mmap_min_addr", show_text, "65536" },
};

static int __init system_files_init(void)
{
	int error = 0;

	for (unsigned i = 0; i < ARRAY_SIZE(files) && !error; i++) {
		error = proc_create_single(files[i].name, 0444, files[i].show, (void *)files[i].data);
		if (error == -EEXIST)		/* its own part of the kernel has made it */
			error = 0;
	}
	if (!error)
		error = sysctl_string("kernel/hostname", 0644, system_name.nodename, sizeof(system_name.nodename));
	if (!error)
		error = sysctl_string("kernel/domainname", 0644, system_name.domainname, sizeof(system_name.domainname));
	return error ? error : proc_create("kallsyms", 0444, &symbols_ops, NULL);
}
late_initcall(system_files_init);
