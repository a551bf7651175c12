/*
 * The kernel log. A ring of bytes, each record "<priority>[seconds] text\n" as readers of syslog(2) get
 * it, where the priority is 8 * facility + level; consoles get the text of messages below console_loglevel, without the level.
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
static u64 whole_end;			/* l those up to the end of the last whole record */
static u64 whole_count;			/* l whole records ever written */
static u64 cleared;			/* l where a reader begins who wants what is new */
static struct console *consoles;	/* l */
static bool at_line_start = true;	/* l */
static bool printing;			/* l */
static bool inside;			/* l somebody is writing */
static u8 line_level;			/* l of the line being continued */
int console_loglevel = 7;
static DEFINE_WAIT_QUEUE(readers);

static u64 oldest(void)
{
	return ring_end > LOG_SIZE ? ring_end - LOG_SIZE : 0;
}

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
static void log_text(u8 priority, const char *s, size_t n)
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
			size_t skip = priority < 10 ? 3 : priority < 100 ? 4 : 5;

			line_level = priority & 7;
			h = scnprintf(head, sizeof(head), "<%u>[%5llu.%06u] ", priority, t, us);
			ring_put(head, (size_t)h);
			console_put(head + skip, (size_t)h - skip, line_level);
		}
		ring_put(s, part);
		if (nl) {
			whole_end = ring_end;
			whole_count++;
		}
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

static void wake_readers(void)
{
	if (wait_queue_active(&readers) && !in_interrupt() && !irqs_disabled() && !this_cpu()->preempt_count)
		wake_up_all(&readers);
}

int vprintk(const char *fmt, va_list ap)
{
	static char text[1024];		/* under log_lock */
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
	wake_readers();
	return n;
}

void log_user(u8 priority, const char *text, size_t n)
{
	unsigned long flags;

	spin_lock_irqsave(&log_lock, flags);
	WRITE_ONCE(inside, true);
	if (!at_line_start)
		log_text(line_level, "\n", 1);
	log_text(priority, text, n);
	if (!n || !at_line_start)
		log_text(priority, "\n", 1);
	WRITE_ONCE(inside, false);
	spin_unlock_irqrestore(&log_lock, flags);
	wake_readers();
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
	bool start;

	spin_lock_irqsave(&log_lock, flags);
	c->enabled = true;
	c->next = consoles;
	consoles = c;
	start = ring_end <= LOG_SIZE;
	for (at = oldest(); at < ring_end; at++) {
		char ch = ring[at % LOG_SIZE];

		if (start && ch == '<') {
			unsigned priority = 0;

			while (++at < ring_end && (ch = ring[at % LOG_SIZE]) != '>')
				priority = priority * 10 + (unsigned)(ch - '0');
			level = priority & 7;
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
	*pos = max(*pos, oldest());
	n = (size_t)min((u64)size, whole_end > *pos ? whole_end - *pos : 0);
	for (i = 0; i < n; i++)
		buf[i] = ring[(*pos + i) % LOG_SIZE];
	*pos += n;
	spin_unlock_irqrestore(&log_lock, flags);
	return n;
}

u64 log_end(void)
{
	unsigned long flags;
	u64 end;

	spin_lock_irqsave(&log_lock, flags);
	end = whole_end;
	spin_unlock_irqrestore(&log_lock, flags);
	return end;
}

u64 log_record(u64 pos, u64 *number)
{
	unsigned long flags;
	u64 at, behind = 0;

	spin_lock_irqsave(&log_lock, flags);
	at = max(pos, oldest());
	/* Of the oldest byte nobody knows what was before it. */
	if (at && (at == oldest() || ring[(at - 1) % LOG_SIZE] != '\n'))
		while (at < whole_end && ring[at++ % LOG_SIZE] != '\n')
			;
	at = min(at, whole_end);
	if (number) {
		for (u64 i = at; i < whole_end; i++)
			behind += ring[i % LOG_SIZE] == '\n';
		*number = whole_count - behind;
	}
	spin_unlock_irqrestore(&log_lock, flags);
	return at;
}

void log_clear(void)
{
	unsigned long flags;

	spin_lock_irqsave(&log_lock, flags);
	cleared = whole_end;
	spin_unlock_irqrestore(&log_lock, flags);
}

u64 log_cleared(void)
{
	unsigned long flags;
	u64 at;

	spin_lock_irqsave(&log_lock, flags);
	at = cleared;
	spin_unlock_irqrestore(&log_lock, flags);
	return log_record(at, NULL);
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
