/*
 * The kernel log: a ring that /dev/kmsg, syslog(2) and the console read. Any context. Messages carry a level as
 * Linux's (KERN_ERR "…"); without one they are KERN_INFO. %pV-like extensions: none but %pe (errno name) and %pS (symbol+offset).
 */
#ifndef CORE_PRINTK_H
#define CORE_PRINTK_H

#include <core/types.h>

#define KERN_SOH	"\001"
#define KERN_EMERG	KERN_SOH "0"
#define KERN_ALERT	KERN_SOH "1"
#define KERN_CRIT	KERN_SOH "2"
#define KERN_ERR	KERN_SOH "3"
#define KERN_WARNING	KERN_SOH "4"
#define KERN_NOTICE	KERN_SOH "5"
#define KERN_INFO	KERN_SOH "6"
#define KERN_DEBUG	KERN_SOH "7"

#define LOG_BUFFER_SIZE (256 * 1024)

int printk(const char *fmt, ...) __printf(1, 2);
int vprintk(const char *fmt, va_list ap);
#define pr_err(...)	printk(KERN_ERR __VA_ARGS__)
#define pr_warn(...)	printk(KERN_WARNING __VA_ARGS__)
#define pr_notice(...)	printk(KERN_NOTICE __VA_ARGS__)
#define pr_info(...)	printk(KERN_INFO __VA_ARGS__)
#ifdef CONFIG_DEBUG
#define pr_debug(...)	printk(KERN_DEBUG __VA_ARGS__)
#else
#define pr_debug(...)	((void)(0 && printk(__VA_ARGS__)))
#endif

int vsnprintf(char *buf, size_t size, const char *fmt, va_list ap);
int snprintf(char *buf, size_t size, const char *fmt, ...) __printf(3, 4);
int scnprintf(char *buf, size_t size, const char *fmt, ...) __printf(3, 4);	/* returns what was stored */

/* A broken kernel invariant: prints `panic: …`, registers, a back trace, and halts (isa-debug-exit 0x11). */
void panic(const char *fmt, ...) __printf(1, 2) __noreturn __cold;
/* `BUG: …`, then panic(). */
void bug_at(const char *file, int line, const char *what) __noreturn __cold;
void warn_at(const char *file, int line, const char *what) __cold;
void dump_stack(void);

#define BUG()		bug_at(__FILE__, __LINE__, "reached")
#define BUG_ON(c)	do { if (unlikely(c)) bug_at(__FILE__, __LINE__, #c); } while (0)
#define WARN_ON(c)	({ bool _c = !!(c); if (unlikely(_c)) warn_at(__FILE__, __LINE__, #c); _c; })
#ifdef CONFIG_DEBUG
#define ASSERT(c)	BUG_ON(!(c))
#else
#define ASSERT(c)	((void)sizeof(c))
#endif

/* A console prints the log. write() may be called in any context with interrupts off and must not sleep or print. */
struct console {
	const char *name;
	void (*write)(const char *s, size_t n);
	struct console *next;
	bool enabled;
};
void console_register(struct console *c);	/* replays what was logged before */
extern int console_loglevel;			/* messages of a lower level number are shown */

void log_init(void);				/* loglevel=, quiet, debug of the command line */

/*
 * /dev/kmsg and syslog(2). Positions are bytes since boot; a record is a line, "<priority>[seconds] text\n". Any context.
 */
size_t log_read(u64 *pos, char *buf, size_t size);	/* copies out from *pos, or from the oldest byte held; advances *pos; returns bytes */
u64 log_end(void);					/* behind the last whole record */
u64 log_record(u64 pos, u64 *number);	/* the first record at or behind pos of which all is held; its number since boot, unless NULL */
void log_clear(void);
u64 log_cleared(void);					/* the first record since log_clear(), or that is held */
void log_user(u8 priority, const char *text, size_t n);	/* a record from user space: 8 * facility + level. May wake readers */
struct wait_queue *log_wait(void);

/* Kernel symbols (kallsyms): name and offset of an address, or NULL. Made at build time from kernel.elf. */
const char *symbol_lookup(unsigned long addr, unsigned long *offset);
unsigned long symbol_address(const char *name);
/* Iterate for /proc/kallsyms: false past the end. */
bool symbol_at(size_t index, unsigned long *addr, char *type, const char **name);

#endif
