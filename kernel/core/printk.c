/*
 * The kernel log. A ring of bytes, each record "<level>[seconds] text\n" as /dev/kmsg's readers know it from
 * dmesg; consoles get the text of messages below console_loglevel, without the level.
 *
 * Any context: everything runs with interrupts off under log_lock; a message from within a console's write() is
 * logged but not printed. A message from within vprintk() itself, of a fault that it met, goes past the lock: nobody
 * else can be inside, and this is the last the machine will say. Readers wait on log_wait(), woken by a timer-free flag at the next safe moment.
 */
#include <core/printk.h>
#include <core/clock.h>
#include <core/init.h>
#include <core/percpu.h>
#include <core/spinlock.h>
#include <core/string.h>
#include <core/time.h>
#include <core/wait.h>

#define LOG_SIZE LOG_BUFFER_SIZE

/* Locks: l log_lock (irqsave) */
static DEFINE_SPINLOCK(log_lock, RANK_CONSOLE);
static char ring[LOG_SIZE];		/* l */
static u64 ring_end;			/* l bytes ever written */
static struct console *consoles;	/* l */
static bool at_line_start = true;	/* l */
static bool printing;			/* l */
static u8 line_level;			/* l of the line being continued */
int console_loglevel = 7;
static DEFINE_WAIT_QUEUE(readers);

static void ring_put(const char *s, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		ring[(ring_end + i) % LOG_SIZE] = s[i];
	ring_end += n;
}

static void console_put(const char *s, size_t n, u8 level)
{
	struct console *c;

	if (printing || level >= console_loglevel)
		return;
	printing = true;
	for (c = consoles; c; c = c->next)
		if (c->enabled)
			c->write(s, n);
	printing = false;
}

/* One message, already formatted; may hold several lines or a part of one. */
static void log_text(u8 level, const char *s, size_t n)
{
	char head[40];
	size_t part;
	int h;

	while (n) {
		const char *nl = memchr(s, '\n', n);

		part = nl ? (size_t)(nl - s) + 1 : n;
		if (at_line_start) {
			u64 t = clock_read();
			u32 us = div_u64_rem(&t, 1000000000u) / 1000;

			line_level = level;
			h = scnprintf(head, sizeof(head), "<%u>[%5llu.%06u] ", level, t, us);
			ring_put(head, (size_t)h);
			console_put(head + 3, (size_t)h - 3, line_level);
		}
		ring_put(s, part);
		console_put(s, part, line_level);
		at_line_start = nl != NULL;
		s += part;
		n -= part;
	}
}

/* The fault of a message, whose holder of the lock is below us on the stack. Interrupts are off. */
static int log_nested(u8 level, const char *fmt, va_list ap)
{
	static char text[256];
	static unsigned depth;
	int n = 0;

	if (depth < 2) {	/* a fault in the report of a fault is enough */
		depth++;
		n = min(vsnprintf(text, sizeof(text), fmt, ap), (int)sizeof(text) - 1);
		printing = false;
		log_text(level, text, (size_t)n);
		depth--;
	}
	return n;
}

int vprintk(const char *fmt, va_list ap)
{
	static char text[1024];		/* under log_lock */
	static bool inside;
	unsigned long flags;
	u8 level = 6;
	int n;

	if (fmt[0] == KERN_SOH[0] && fmt[1] >= '0' && fmt[1] <= '7') {
		level = (u8)(fmt[1] - '0');
		fmt += 2;
	}
	if (unlikely(READ_ONCE(inside) && irqs_disabled()))
		return log_nested(level, fmt, ap);
	spin_lock_irqsave(&log_lock, flags);
	WRITE_ONCE(inside, true);
	n = vsnprintf(text, sizeof(text), fmt, ap);
	n = min(n, (int)sizeof(text) - 1);
	log_text(level, text, (size_t)n);
	WRITE_ONCE(inside, false);
	spin_unlock_irqrestore(&log_lock, flags);
	if (wait_queue_active(&readers) && !in_interrupt() && !irqs_disabled() && !this_cpu()->preempt_count)
		wake_up_all(&readers);
	return n;
}

int printk(const char *fmt, ...)
{
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vprintk(fmt, ap);
	va_end(ap);
	return n;
}

void console_register(struct console *c)
{
	unsigned long flags;
	u64 at;
	u8 level = 6;
	bool start = true;

	spin_lock_irqsave(&log_lock, flags);
	c->enabled = true;
	c->next = consoles;
	consoles = c;
	for (at = ring_end > LOG_SIZE ? ring_end - LOG_SIZE : 0; at < ring_end; at++) {
		char ch = ring[at % LOG_SIZE];

		if (start && ch == '<' && at + 2 < ring_end) {
			level = (u8)(ring[(at + 1) % LOG_SIZE] - '0');
			at += 2;
			start = false;
			continue;
		}
		start = ch == '\n';
		if (level < console_loglevel)
			c->write(&ch, 1);
	}
	spin_unlock_irqrestore(&log_lock, flags);
}

size_t log_read(u64 *pos, char *buf, size_t size)
{
	unsigned long flags;
	size_t n, i;

	spin_lock_irqsave(&log_lock, flags);
	if (*pos + LOG_SIZE < ring_end)
		*pos = ring_end - LOG_SIZE;
	n = (size_t)min((u64)size, ring_end - *pos);
	for (i = 0; i < n; i++)
		buf[i] = ring[(*pos + i) % LOG_SIZE];
	*pos += n;
	spin_unlock_irqrestore(&log_lock, flags);
	return n;
}

static u64 locked_end(void)
{
	unsigned long flags;
	u64 end;

	spin_lock_irqsave(&log_lock, flags);
	end = ring_end;
	spin_unlock_irqrestore(&log_lock, flags);
	return end;
}

u64 log_end(void) { return locked_end(); }

u64 log_start(void)
{
	u64 end = locked_end();

	return end > LOG_SIZE ? end - LOG_SIZE : 0;
}

struct wait_queue *log_wait(void) { return &readers; }

/* Before the first message, so that a quiet start is quiet from the beginning. */
void __init log_init(void)
{
	char value[8];
	unsigned long level;

	if (cmdline_get("loglevel", value, sizeof(value)) && !kstrtoul(value, 10, &level) && level <= 8)
		console_loglevel = (int)level;
	else if (cmdline_has("quiet"))
		console_loglevel = 4;
	else if (cmdline_has("debug"))
		console_loglevel = 8;
}
