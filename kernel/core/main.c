/*
 * Start-up, from the first C code on the boot stack to /sbin/init. The order is the dependencies' order: memory,
 * then traps and time, then tasks; everything else is an initcall in kernel thread 1 (core/init.h).
 */
#include <arch/arch.h>
#include <arch/cpu.h>
#include <core/cmdline.h>
#include <core/init.h>
#include <core/irqflags.h>
#include <core/percpu.h>
#include <core/printk.h>
#include <core/string.h>
#include <core/time.h>
#include <drivers/serial.h>
#include <fs/namei.h>
#include <abi/errno.h>
#include <mm/init.h>
#include <sched/exec.h>
#include <sched/task.h>

struct cpu cpu0 = { &init_task, 1, false, .idle = &init_task };
bool scheduler_running;
extern const struct initcall initcalls_start[], initcalls_end[];

void kernel_main(u32 magic, u32 info);

static void run_initcalls(void)
{
	const struct initcall *i;

	for (i = initcalls_start; i < initcalls_end; i++) {
		int error = i->call();

		if (error)
			pr_err("%s: error %d\n", i->name, -error);
		if (this_cpu()->preempt_count || irqs_disabled())
			panic("%s left preemption or interrupts off", i->name);
	}
}

static bool known_word(const char *word, size_t n)
{
	static const char *const names[] = {
		"root", "rootfstype", "rootflags", "console", "init", "loglevel", "keymap", "idle",
	};
	unsigned i;

	for (i = 0; i < ARRAY_SIZE(names); i++)
		if (strlen(names[i]) == n && !strncmp(word, names[i], n))
			return true;
	return memchr(word, '.', n);		/* the name of a part's parameter */
}

/*
 * Words `name=value` that the kernel has no use for are init's environment; one of the same name is replaced. `words`
 * is cut up and kept. What does not fit is left out, with a warning.
 */
static void command_line_environment(char *words, const char **envp, unsigned max)
{
	unsigned n = 0, i;

	while (envp[n])
		n++;
	while (*words) {
		char *word = words;
		size_t name = 0;

		while (*words && *words != ' ')
			words++;
		while (*words == ' ')
			*words++ = 0;
		while (word[name] && word[name] != '=')
			name++;
		if (!name || !word[name] || known_word(word, name))
			continue;
		for (i = 0; i < n && strncmp(envp[i], word, name + 1); i++)
			;
		if (i < n)
			envp[i] = word;
		else if (n + 1 < max)
			envp[n++] = word;
		else
			pr_warn("init's environment is full: without %s\n", word);
	}
	envp[n] = NULL;
}

/*
 * Kernel thread 1. The first of these programs that can be run becomes init: kernel_execve() returns 0 once the
 * registers are the program's, and the return from here enters user mode with them.
 */
static void start_user_space(void *arg __maybe_unused)
{
	static const char *const fallbacks[] = { "/sbin/init", "/etc/init", "/bin/init", "/bin/sh" };
	static const char *envp[36] = { "HOME=/", "TERM=linux", "PATH=/usr/sbin:/usr/bin:/sbin:/bin" };
	static char words[CMDLINE_MAX];
	char path[128];
	const char *argv[2] = { path, NULL };
	unsigned i;
	int error;

	run_initcalls();
	error = mount_root();
	if (error)
		panic("cannot mount the root filesystem: error %d", -error);
	paging_seal();
	(void)strscpy(words, cmdline(), sizeof(words));	/* both are CMDLINE_MAX */
	command_line_environment(words, envp, ARRAY_SIZE(envp));
	pr_info("start-up took %llu ms\n", div_u64(ktime_get(), 1000000));
	if (cmdline_get("init", path, sizeof(path))) {
		error = kernel_execve(path, argv, envp);
		if (error)
			panic("cannot run init=%s: error %d", path, -error);
		return;
	}
	for (i = 0; i < ARRAY_SIZE(fallbacks); i++) {
		strscpy(path, fallbacks[i], sizeof(path));
		error = kernel_execve(path, argv, envp);
		if (!error)
			return;
		if (error != -ENOENT)
			pr_err("%s: error %d\n", path, -error);
	}
	panic("no init found: the root filesystem has none of /sbin/init, /etc/init, /bin/init, /bin/sh; pass init=PROGRAM");
}

void kernel_main(u32 magic, u32 info)
{
	cpu_detect();
	stack_guard_init();
	gdt_init();
	traps_init();
	serial_console_early();
	boot_parse(magic, info);
	log_init();
	paging_init();
	pr_info("ImposOS 6.1.0-imposos, processor %s\n", cpu_features.model_name);
	pr_info("command line: %s\n", cmdline());
	mm_init_frames(boot_regions, boot_region_count, virt_to_phys(kernel_end));
	paging_protect();
	mm_init_objects();
	mm_init_vmalloc();
	irq_init();
	fpu_init();
	clock_init();
	sched_init();
	mm_init_late();
	scheduler_running = true;
	this_cpu()->preempt_count = 0;
	irq_enable();
	if (IS_ERR(kthread_run(start_user_space, NULL, "init")))
		panic("no memory for the first task");
	idle_loop();
}
