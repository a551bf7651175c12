/* The system as a whole: its name, its numbers, its log, its randomness, its end. */
#include <arch/uaccess.h>
#include <core/printk.h>
#include <core/random.h>
#include <core/string.h>
#include <core/time.h>
#include <core/wait.h>
#include <core/device.h>
#include <drivers/power.h>
#include <fs/iov.h>
#include <fs/pagecache.h>
#include <mm/kmalloc.h>
#include <mm/page.h>
#include <mm/swap.h>
#include <sched/signal.h>
#include <sched/task.h>
#include <sys/leaks.h>
#include <sys/syscalls.h>
#include <sys/utsname.h>
#include <abi/capability.h>
#include <abi/errno.h>
#include <abi/personality.h>
#include <abi/random.h>
#include <abi/reboot.h>
#include <abi/sysinfo.h>
#include <abi/utsname.h>

/* ---- names ---- */

struct abi_utsname system_name = {
	.sysname = "Linux",	/* programs ask; /etc/os-release tells people */
	.nodename = "imposos",
	.release = "6.1.0-imposos",
	.version = "#1 PREEMPT ImposOS",
	.machine = "i686",
	.domainname = "(none)",
};

long sys_uname(struct abi_utsname __user *name)
{
	return copy_to_user(name, &system_name, sizeof(system_name)) ? -EFAULT : 0;
}

long sys_olduname(struct abi_old_utsname __user *name)
{
	return copy_to_user(name, &system_name, sizeof(struct abi_old_utsname)) ? -EFAULT : 0;
}

long sys_oldolduname(struct abi_oldold_utsname __user *name)
{
	struct abi_oldold_utsname old;

	memset(&old, 0, sizeof(old));
	memcpy(old.sysname, system_name.sysname, __OLD_UTS_LEN);
	memcpy(old.nodename, system_name.nodename, __OLD_UTS_LEN);
	memcpy(old.release, system_name.release, __OLD_UTS_LEN);
	memcpy(old.version, system_name.version, __OLD_UTS_LEN);
	memcpy(old.machine, system_name.machine, __OLD_UTS_LEN);
	return copy_to_user(name, &old, sizeof(old)) ? -EFAULT : 0;
}

static long set_name(char *field, const char __user *name, int len)
{
	char text[__NEW_UTS_LEN + 1];

	if (!capable(CAP_SYS_ADMIN))
		return -EPERM;
	if (len < 0 || len > __NEW_UTS_LEN)
		return -EINVAL;
	memset(text, 0, sizeof(text));
	if (copy_from_user(text, name, (size_t)len))
		return -EFAULT;
	memcpy(field, text, sizeof(text));
	return 0;
}

long sys_sethostname(const char __user *name, int len) { return set_name(system_name.nodename, name, len); }
long sys_setdomainname(const char __user *name, int len) { return set_name(system_name.domainname, name, len); }

long sys_personality(unsigned persona)
{
	unsigned old = current->personality;

	if (persona != 0xffffffff)
		current->personality = persona;
	return (long)old;
}

/* ---- numbers ---- */

long sys_sysinfo(struct abi_sysinfo __user *u)
{
	struct abi_sysinfo info;
	unsigned long swap_total, swap_free;
	struct mem_stats m;

	memset(&info, 0, sizeof(info));
	mem_stats(&m);
	info.uptime = (s32)div_u64(ktime_get(), (u32)NSEC_PER_SEC);
	load_average(info.loads);
	info.totalram = m.total;
	info.freeram = m.free;
	info.sharedram = m.shmem;
	swap_totals(&swap_total, &swap_free);
	info.totalswap = swap_total;
	info.freeswap = swap_free;
	info.procs = (u16)min(nr_tasks, 65535);
	info.mem_unit = PAGE_SIZE;
	return copy_to_user(u, &info, sizeof(info)) ? -EFAULT : 0;
}

long sys_getcpu(unsigned __user *cpu, unsigned __user *node, void __user *cache __maybe_unused)
{
	if (cpu && put_user(0u, cpu))
		return -EFAULT;
	if (node && put_user(0u, node))
		return -EFAULT;
	return 0;
}

/* ---- randomness ---- */

long sys_getrandom(void __user *buf, size_t count, unsigned flags)
{
	u8 block[256];
	size_t done = 0;

	if (flags & ~(unsigned)(GRND_NONBLOCK | GRND_RANDOM | GRND_INSECURE))
		return -EINVAL;
	if ((flags & (GRND_RANDOM | GRND_INSECURE)) == (GRND_RANDOM | GRND_INSECURE))
		return -EINVAL;
	if (!(flags & GRND_INSECURE) && !random_ready()) {
		int error;

		if (flags & GRND_NONBLOCK)
			return -EAGAIN;
		error = random_wait_ready();
		if (error)
			return error;
	}
	count = min(count, (size_t)0x7fffffff);
	while (done < count) {
		size_t n = min(count - done, sizeof(block));

		random_bytes(block, n);
		if (copy_to_user((char __user *)buf + done, block, n)) {
			if (!done)
				return -EFAULT;
			break;
		}
		done += n;
		if (signal_pending(current))
			break;
	}
	memset(block, 0, sizeof(block));
	barrier();
	return (long)done;
}

/* ---- the log ---- */

static u64 syslog_position;		/* of SYSLOG_ACTION_READ */
static int saved_loglevel = -1;

static long syslog_copy(u64 *pos, char __user *buf, size_t len, u64 end)
{
	char *block = kmalloc(1024, GFP_KERNEL);
	size_t done = 0;

	if (!block)
		return -ENOMEM;
	while (done < len && *pos < end) {
		size_t n = log_read(pos, block, min(len - done, (size_t)1024));

		if (!n)
			break;
		if (copy_to_user(buf + done, block, n)) {
			kfree(block);
			return -EFAULT;
		}
		done += n;
	}
	kfree(block);
	return (long)done;
}

long sys_syslog(int type, char __user *buf, int len)
{
	u64 pos, end;

	if (type != SYSLOG_ACTION_READ_ALL && type != SYSLOG_ACTION_SIZE_BUFFER && !capable(CAP_SYSLOG))
		return -EPERM;
	switch (type) {
	case SYSLOG_ACTION_CLOSE:
	case SYSLOG_ACTION_OPEN:
		return 0;
	case SYSLOG_ACTION_READ:
		if (!buf || len < 0)
			return -EINVAL;
		if (wait_event_interruptible(log_wait(), syslog_position < log_end()))
			return -ERESTARTSYS;
		return syslog_copy(&syslog_position, buf, (size_t)len, log_end());
	case SYSLOG_ACTION_READ_ALL:
	case SYSLOG_ACTION_READ_CLEAR:
		if (!buf || len < 0)
			return -EINVAL;
		end = log_end();
		pos = log_cleared();
		if (end > pos && end - pos > (u64)len)
			pos = log_record(end - (u64)len, NULL);	/* the last that fit */
		if (type == SYSLOG_ACTION_READ_CLEAR)
			log_clear();
		return syslog_copy(&pos, buf, (size_t)len, end);
	case SYSLOG_ACTION_CLEAR:
		log_clear();
		return 0;
	case SYSLOG_ACTION_CONSOLE_OFF:
		if (saved_loglevel < 0)
			saved_loglevel = console_loglevel;
		console_loglevel = 1;
		return 0;
	case SYSLOG_ACTION_CONSOLE_ON:
		if (saved_loglevel >= 0)
			console_loglevel = saved_loglevel;
		saved_loglevel = -1;
		return 0;
	case SYSLOG_ACTION_CONSOLE_LEVEL:
		if (len < 1 || len > 8)
			return -EINVAL;
		console_loglevel = len;
		saved_loglevel = -1;
		return 0;
	case SYSLOG_ACTION_SIZE_UNREAD:
		return (long)(log_end() - log_record(syslog_position, NULL));
	case SYSLOG_ACTION_SIZE_BUFFER:
		return LOG_BUFFER_SIZE;
	}
	return -EINVAL;
}

/* ---- the end ---- */

long sys_reboot(int magic1, int magic2, unsigned cmd, const void __user *arg)
{
	char command[256];

	if (!capable(CAP_SYS_BOOT))
		return -EPERM;
	if ((unsigned)magic1 != LINUX_REBOOT_MAGIC1 ||
	    (magic2 != LINUX_REBOOT_MAGIC2 && magic2 != LINUX_REBOOT_MAGIC2A && magic2 != LINUX_REBOOT_MAGIC2B &&
	     magic2 != LINUX_REBOOT_MAGIC2C))
		return -EINVAL;
	switch (cmd) {
	case LINUX_REBOOT_CMD_CAD_ON:
		ctrl_alt_del_restarts = true;
		return 0;
	case LINUX_REBOOT_CMD_CAD_OFF:
		ctrl_alt_del_restarts = false;
		return 0;
	case LINUX_REBOOT_CMD_RESTART:
	case LINUX_REBOOT_CMD_RESTART2:
		/* What the firmware is to do next time: there is nobody to tell it. */
		if (cmd == LINUX_REBOOT_CMD_RESTART2 && strncpy_from_user(command, arg, sizeof(command)) < 0)
			return -EFAULT;
		pr_notice("restarting\n");
		leaks_report();
		devices_shutdown();
		power_restart();
		break;
	case LINUX_REBOOT_CMD_POWER_OFF:
		pr_notice("powering off\n");
		leaks_report();
		devices_shutdown();
		power_off();
		break;
	case LINUX_REBOOT_CMD_HALT:
		pr_notice("system halted\n");
		leaks_report();
		devices_shutdown();
		power_halt();
		break;
	default:
		return -EINVAL;
	}
	return -EIO;		/* the machine would not */
}
