/*
 * Clock source and one-shot event device.
 *
 * Time is the TSC, measured against the PIT at start-up. Events come from the local APIC's timer, or from the PIT's
 * channel 0 in one-shot mode where there is no APIC. Without a TSC the PIT counts alone (at most 55 ms between
 * reads, so it then keeps an event armed).
 *
 * Intel 8254 data sheet; Intel SDM vol. 3, 10.5.4 (APIC timer), 17.17 (TSC).
 */
#include <arch/arch.h>
#include <arch/cpu.h>
#include <arch/entry.h>
#include <arch/io.h>
#include <core/clock.h>
#include <core/irq.h>
#include <core/irqflags.h>
#include <core/percpu.h>
#include <core/printk.h>
#include <core/time.h>
#include <mm/kmalloc.h>

#define PIT_HZ		1193182u
#define PIT_CH0		0x40
#define PIT_CH2		0x42
#define PIT_MODE	0x43
#define PORT_B		0x61
#define CALIBRATE_PIT_TICKS 11932u	/* 10 ms */

#define MSR_APIC_BASE	0x1b
#define APIC_SPURIOUS	0xf0
#define APIC_EOI	0xb0
#define APIC_LVT_TIMER	0x320
#define APIC_LVT_LINT0	0x350
#define APIC_LVT_LINT1	0x360
#define APIC_TIMER_INIT	0x380
#define APIC_TIMER_NOW	0x390
#define APIC_TIMER_DIV	0x3e0

static void __iomem *apic;
static u32 apic_khz;
static u64 tsc_base;
static u32 tsc_mult;		/* ns = cycles * mult >> shift */
static u32 tsc_shift;

/* 64 by 32 bits, then a shift: 96 bits in between. */
static u64 scale(u64 v, u32 mult, u32 shift)
{
	u64 low = (u64)(u32)v * mult, high = (v >> 32) * mult;

	return (low >> shift) + (high << (32 - shift));
}

nsec_t clock_read(void)
{
	return scale(rdtsc() - tsc_base, tsc_mult, tsc_shift);
}

void clock_source(u64 *base, u32 *mult, u32 *shift)
{
	*base = tsc_base;
	*mult = tsc_mult;
	*shift = tsc_shift;
}

/* One moment on all counters: PIT channel 2, TSC and APIC timer, read close together. */
struct moment {
	u64 tsc;
	u32 pit, apic;
	u64 window;		/* TSC cycles that the reading took: how far apart they may be */
};

static void read_moment(struct moment *m)
{
	u64 before = rdtsc(), after;

	outb(PIT_MODE, 0x80);		/* latch channel 2 */
	m->pit = inb(PIT_CH2);
	m->pit |= (u32)inb(PIT_CH2) << 8;
	m->apic = apic ? read32(apic + APIC_TIMER_NOW) : 0;
	after = rdtsc();
	m->tsc = before + (after - before) / 2;
	m->window = after - before;
}

/* The tightest of several readings: an interruption (firmware, a host that runs something else) widens its own only. */
static void read_best(struct moment *best)
{
	struct moment m;
	unsigned i;

	read_moment(best);
	for (i = 0; i < 8; i++) {
		read_moment(&m);
		if (m.window < best->window)
			*best = m;
	}
}

/* Cycles of the TSC and ticks of the APIC timer in `pit` periods of PIT_HZ. */
static void calibrate(u64 *tsc_ticks, u32 *apic_ticks, u32 *pit_ticks)
{
	struct moment from, to, now;

	outb(PORT_B, (inb(PORT_B) & ~0x02) | 0x01);
	outb(PIT_MODE, 0xb0);		/* channel 2, low then high byte, mode 0: counts down once */
	if (apic)
		write32(apic + APIC_TIMER_INIT, 0xffffffff);
	outb(PIT_CH2, 0xff);
	outb(PIT_CH2, 0xff);
	read_best(&from);
	do {
		read_moment(&now);
	} while (from.pit - now.pit < CALIBRATE_PIT_TICKS && now.pit <= from.pit);
	read_best(&to);
	*pit_ticks = from.pit - to.pit;
	*tsc_ticks = to.tsc - from.tsc;
	*apic_ticks = from.apic - to.apic;
}

static void apic_init(void)
{
	u64 base;

	if (!cpu_features.apic)
		return;
	base = rdmsr(MSR_APIC_BASE);
	wrmsr(MSR_APIC_BASE, base | BIT(11));
	apic = ioremap(base & 0xffffff000ull, PAGE_SIZE);
	if (!apic)
		return;
	write32(apic + APIC_SPURIOUS, BIT(8) | VECTOR_SPURIOUS);
	write32(apic + APIC_LVT_LINT0, 0x700);		/* the 8259s */
	write32(apic + APIC_LVT_LINT1, 0x400);		/* NMI */
	write32(apic + APIC_TIMER_DIV, 0xb);		/* by 1 */
	write32(apic + APIC_LVT_TIMER, BIT(16) | VECTOR_LAPIC_TIMER);
}

static bool pit_interrupt(unsigned irq __maybe_unused, void *arg __maybe_unused)
{
	timer_interrupt();
	return true;
}

void clock_init(void)
{
	u64 tsc_ticks;
	u32 apic_ticks, pit_ticks;

	if (!cpu_features.tsc)
		panic("this processor has no time-stamp counter; ImposOS needs one (Pentium or newer)");
	apic_init();
	do {
		calibrate(&tsc_ticks, &apic_ticks, &pit_ticks);
	} while (!pit_ticks || pit_ticks > 0xc000);	/* stopped so long that the counter went around */
	cpu_features.tsc_khz = (u32)div_u64(div_u64(tsc_ticks * (PIT_HZ / 4), pit_ticks), 250);
	if (!cpu_features.tsc_khz)
		panic("the time-stamp counter stands still");
	/* mult = 2^shift * 10^6 / kHz must fit 32 bits. */
	for (tsc_shift = 32; tsc_shift > 8; tsc_shift--) {
		u64 mult = div_u64((1000000ull << tsc_shift), cpu_features.tsc_khz);

		if (mult < 0xffffffffull) {
			tsc_mult = (u32)mult;
			break;
		}
	}
	tsc_base = rdtsc();
	if (apic) {
		apic_khz = (u32)div_u64(div_u64((u64)apic_ticks * (PIT_HZ / 4), pit_ticks), 250);
		write32(apic + APIC_LVT_TIMER, VECTOR_LAPIC_TIMER);
		write32(apic + APIC_TIMER_INIT, 0);
		outb(PIT_MODE, 0x30);		/* channel 0 stays silent */
	} else {
		outb(PIT_MODE, 0x30);
		if (irq_request(0, pit_interrupt, "timer", NULL))
			panic("the timer's interrupt is taken");
	}
	printk(KERN_INFO "clock: TSC %u.%03u MHz, events from the %s\n", cpu_features.tsc_khz / 1000,
	       cpu_features.tsc_khz % 1000, apic ? "local APIC" : "PIT");
}

void clock_event_set(u64 expires)
{
	u64 now = clock_read();
	u64 delta = expires > now ? expires - now : 0;
	u64 ticks;

	if (apic) {
		delta = min(delta, (u64)NSEC_PER_SEC);	/* an early interrupt only re-arms */
		ticks = div_u64(delta * apic_khz, 1000000);
		write32(apic + APIC_TIMER_INIT, (u32)min_t(u64, max_t(u64, ticks, 1), 0xffffffff));
	} else {
		delta = min(delta, 50 * (u64)NSEC_PER_MSEC);
		ticks = max_t(u64, div_u64(delta * PIT_HZ, (u32)NSEC_PER_SEC), 2);
		outb(PIT_MODE, 0x30);
		outb(PIT_CH0, (u8)ticks);
		outb(PIT_CH0, (u8)(ticks >> 8));
	}
}

void lapic_timer_interrupt(struct pt_regs *regs)
{
	this_cpu()->irq_from_user = user_mode(regs);
	this_cpu()->preempt_count += IRQ_UNIT;
	this_cpu()->interrupts++;
	write32(apic + APIC_EOI, 0);
	timer_interrupt();
	this_cpu()->preempt_count -= IRQ_UNIT;
}
