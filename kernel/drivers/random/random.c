/*
 * The random generator.
 *
 *   sources --> pool (BLAKE2s) --reseed--> key (32 bytes) --ChaCha20--> output
 *
 * Invariant: the key is replaced by the first half of the first block of each use before anything is handed out, so
 * that output already given cannot be computed from memory seen later. The pool's credit counts up to 256 bits; the
 * first time it gets there the generator is ready, for ever. Later credit reseeds the key, at most once a minute.
 * Lock: RANK_RANDOM, irqsave; blocks of a large request are made outside it from a key of their own.
 */
#include <core/random.h>
#include <core/init.h>
#include <core/irqflags.h>
#include <core/printk.h>
#include <core/string.h>
#include <core/time.h>
#include <core/wait.h>
#include <arch/cpu.h>
#include <drivers/crypto.h>

#define FULL 256u			/* bits */
#define RESEED_INTERVAL (60 * NSEC_PER_SEC)
#define BATCH 96u			/* words */
#define FAST_EVENTS 64u			/* interrupts that together count as one bit */

/* Locks: all lock */
static DEFINE_SPINLOCK(lock, RANK_RANDOM);
static struct blake2s pool;
static bool pool_started;
static unsigned credit;
static u8 key[32];
static bool ready;
static nsec_t reseed_at;
static u32 batch[BATCH];
static unsigned batch_left;
static u32 fast[4];			/* interrupt jitter, not yet in the pool; interrupts off */
static unsigned fast_count;
static DEFINE_WAIT_QUEUE(ready_wait);

/* ---- the pool; lock held ---- */

static void pool_put(const void *data, size_t n)
{
	if (!pool_started) {
		blake2s_init(&pool, NULL, 0);
		pool_started = true;
	}
	blake2s_update(&pool, data, n);
}

/* The pool's digest becomes part of the key and of the next pool. */
static void reseed_locked(void)
{
	struct blake2s s;
	u8 digest[BLAKE2S_HASH];
	u64 tsc = cpu_features.tsc ? rdtsc() : 0;

	pool_put(&tsc, sizeof(tsc));
	blake2s_final(&pool, digest);
	blake2s_init(&s, digest, sizeof(digest));
	blake2s_update(&s, key, sizeof(key));
	blake2s_final(&s, key);
	blake2s_init(&pool, digest, sizeof(digest));
	batch_left = 0;
	credit = 0;
	reseed_at = ktime_get() + RESEED_INTERVAL;
	wipe(digest, sizeof(digest));
}

/* True if the generator became ready just now. */
static bool credit_bits(unsigned bits)
{
	credit = min(credit + min(bits, FULL), FULL);
	if (credit < FULL || (ready && ktime_get() < reseed_at))
		return false;
	reseed_locked();
	if (ready)
		return false;
	WRITE_ONCE(ready, true);
	return true;
}

void random_add(const void *data, size_t n, unsigned entropy_bits)
{
	u64 tsc = cpu_features.tsc ? rdtsc() : 0;
	unsigned long flags;
	bool now_ready;

	spin_lock_irqsave(&lock, flags);
	pool_put(data, n);
	pool_put(&tsc, sizeof(tsc));
	now_ready = credit_bits(entropy_bits);
	spin_unlock_irqrestore(&lock, flags);
	if (now_ready)
		wake_up_all(&ready_wait);
}

void random_reseed(void)
{
	unsigned long flags;

	spin_lock_irqsave(&lock, flags);
	reseed_locked();
	spin_unlock_irqrestore(&lock, flags);
}

int random_entropy(void)
{
	return ready ? (int)FULL : (int)READ_ONCE(credit);
}

static inline u32 rol(u32 v, int n) { return v << n | v >> (32 - n); }

/* Interrupts are off. A few additions and rotations; the pool only sees every 64th. */
void random_add_interrupt(unsigned irq)
{
	u64 tsc = cpu_features.tsc ? rdtsc() : 0;

	fast[0] += (u32)tsc ^ irq;
	fast[1] = rol(fast[1] ^ fast[0], 13) + (u32)(tsc >> 32);
	fast[2] = rol(fast[2] + fast[1], 7) ^ fast[3];
	fast[3] = rol(fast[3] ^ fast[2], 17) + fast[0];
	if (++fast_count < FAST_EVENTS)
		return;
	fast_count = 0;
	random_add(fast, sizeof(fast), 1);
}

/* ---- output ---- */

/* 32 bytes of fresh key material; the generator's own key moves on. lock held. */
static void next_key(u8 out[32])
{
	struct chacha20 c;
	u8 block[64];

	chacha20_init(&c, key);
	chacha20_block(&c, block);
	memcpy(key, block, 32);
	memcpy(out, block + 32, 32);
	wipe(block, sizeof(block));
	wipe(&c, sizeof(c));
}

static void maybe_reseed(void)
{
	/* Before it is ready every use takes what there is: better than a constant. */
	if (!ready)
		reseed_locked();
	else if (credit >= FULL && ktime_get() >= reseed_at)
		reseed_locked();
}

void random_bytes(void *buf, size_t n)
{
	struct chacha20 c;
	u8 own[32], block[64], *p = buf;
	unsigned long flags;

	spin_lock_irqsave(&lock, flags);
	if (!ready) {
		unsigned had = credit;

		maybe_reseed();
		credit = had;	/* early use does not spend what is on its way to ready */
	} else {
		maybe_reseed();
	}
	next_key(own);
	spin_unlock_irqrestore(&lock, flags);
	if (n <= sizeof(own)) {
		memcpy(p, own, n);
		wipe(own, sizeof(own));
		return;
	}
	chacha20_init(&c, own);
	while (n) {
		size_t part = min_t(size_t, n, sizeof(block));

		chacha20_block(&c, block);
		memcpy(p, block, part);
		p += part;
		n -= part;
	}
	wipe(own, sizeof(own));
	wipe(block, sizeof(block));
	wipe(&c, sizeof(c));
}

u32 random_u32(void)
{
	unsigned long flags;
	u32 fresh[BATCH], v;

	spin_lock_irqsave(&lock, flags);
	if (batch_left) {
		v = batch[--batch_left];
		batch[batch_left] = 0;
		spin_unlock_irqrestore(&lock, flags);
		return v;
	}
	spin_unlock_irqrestore(&lock, flags);
	random_bytes(fresh, sizeof(fresh));
	v = fresh[BATCH - 1];
	spin_lock_irqsave(&lock, flags);
	if (ready) {
		memcpy(batch, fresh, sizeof(batch) - sizeof(u32));
		batch_left = BATCH - 1;
	}
	spin_unlock_irqrestore(&lock, flags);
	wipe(fresh, sizeof(fresh));
	return v;
}

/* ---- readiness ---- */

bool random_ready(void)
{
	return READ_ONCE(ready);
}

int random_wait_ready(void)
{
	u64 last = 0, tsc, gap, last_gap = 0;

	while (!random_ready()) {
		nsec_t left = NSEC_PER_MSEC;

		/* Woken when some source completes the seed; otherwise each sleep's length, down to the cycle, is one. */
		if (wait_event_interruptible_timeout(&ready_wait, random_ready(), &left))
			return -512 /* ERESTARTSYS */;
		tsc = cpu_features.tsc ? rdtsc() : ktime_get();
		gap = tsc - last;
		random_add(&tsc, sizeof(tsc), gap != last_gap ? 1 : 0);
		last = tsc;
		last_gap = gap;
	}
	return 0;
}

/* ---- seeding at start ---- */

/* The processor's generator; up to ten tries, as the manual advises. */
static bool cpu_random(u32 *v)
{
	bool ok = false;

	for (int i = 0; i < 10 && !ok; i++) {
		if (cpu_features.rdseed)
			__asm__ volatile("rdseed %0" : "=r"(*v), "=@ccc"(ok));
		if (!ok && cpu_features.rdrand)
			__asm__ volatile("rdrand %0" : "=r"(*v), "=@ccc"(ok));
	}
	return ok;
}

static int __init random_init(void)
{
	struct timespec64 now;
	char trust[8] = "1";
	u32 words[16];
	unsigned n = 0;

	ktime_get_real(&now);
	random_add(&now, sizeof(now), 0);
	random_add(&cpu_features, sizeof(cpu_features), 0);
	random_add(cmdline(), strlen(cmdline()), 0);
	while (n < ARRAY_SIZE(words) && cpu_random(&words[n]))
		n++;
	(void)cmdline_get("random.trust_cpu", trust, sizeof(trust));	/* absent: the default above stays */
	random_add(words, n * sizeof(u32), trust[0] == '0' || !strcmp(trust, "off") ? 0 : n * 16);
	wipe(words, sizeof(words));
	pr_info("random: %s\n", random_ready() ? "seeded by the processor" : "waits for entropy");
	return 0;
}
core_initcall(random_init);
