/*
 * Hardware interrupts through the two 8259A controllers. Lines are masked until somebody requests them; handlers
 * may share a line. Level-triggered lines (PCI) stay asserted until a handler has served its device, so the end of
 * interrupt is sent after the handlers.
 *
 * Intel 8259A data sheet; ELCR at 0x4d0 (82371 data sheet).
 */
#include <arch/arch.h>
#include <arch/entry.h>
#include <arch/io.h>
#include <core/irq.h>
#include <core/percpu.h>
#include <core/printk.h>
#include <core/random.h>
#include <core/spinlock.h>
#include <mm/kmalloc.h>
#include <abi/errno.h>

#define PIC1 0x20
#define PIC2 0xa0
#define ICW1_INIT 0x11
#define ICW4_8086 0x01
#define OCW2_EOI 0x20
#define OCW3_READ_ISR 0x0b

struct action {
	irq_handler_t handler;
	const char *name;
	void *arg;
	struct action *next;
};

/* Locks: l irq_lock for writing; the dispatcher reads with interrupts off */
static DEFINE_SPINLOCK(irq_lock, RANK_DEVICE);
static struct line {
	struct action *actions;		/* l */
	u64 count;
	unsigned unhandled;
} lines[16];
static u16 mask = 0xffff & ~BIT(2);	/* l */

static void mask_write(void)
{
	outb(PIC1 + 1, (u8)mask);
	outb(PIC2 + 1, (u8)(mask >> 8));
}

void irq_init(void)
{
	outb(PIC1, ICW1_INIT);
	outb(PIC2, ICW1_INIT);
	outb(PIC1 + 1, VECTOR_IRQ0);
	outb(PIC2 + 1, VECTOR_IRQ0 + 8);
	outb(PIC1 + 1, 1 << 2);
	outb(PIC2 + 1, 2);
	outb(PIC1 + 1, ICW4_8086);
	outb(PIC2 + 1, ICW4_8086);
	mask_write();
}

/* Lines 7 and 15 also report glitches: then the in-service bit is not set. */
static bool spurious(unsigned irq)
{
	u16 port = irq < 8 ? PIC1 : PIC2;

	if (irq != 7 && irq != 15)
		return false;
	outb(port, OCW3_READ_ISR);
	if (inb(port) & 0x80)
		return false;
	if (irq == 15)
		outb(PIC1, OCW2_EOI);
	return true;
}

void irq_dispatch(struct pt_regs *regs)
{
	unsigned irq = ~(unsigned)regs->orig_ax;
	struct line *l = &lines[irq];
	struct action *a;
	bool handled = false;

	if (spurious(irq))
		return;
	this_cpu()->irq_from_user = user_mode(regs);
	this_cpu()->preempt_count += IRQ_UNIT;
	this_cpu()->interrupts++;
	l->count++;
	for (a = l->actions; a; a = a->next)
		handled |= a->handler(irq, a->arg);
	random_add_interrupt(irq);
	if (unlikely(!handled) && ++l->unhandled == 1000) {
		printk(KERN_ERR "irq %u: nobody cared, line disabled\n", irq);
		mask |= (u16)BIT(irq);
		mask_write();
	} else if (handled) {
		l->unhandled = 0;
	}
	if (irq >= 8)
		outb(PIC2, OCW2_EOI);
	outb(PIC1, OCW2_EOI);
	this_cpu()->preempt_count -= IRQ_UNIT;
}

int irq_request(unsigned irq, irq_handler_t handler, const char *name, void *arg)
{
	struct action *a;
	unsigned long flags;

	if (irq >= 16 || irq == 2 || !handler)
		return -EINVAL;
	a = kmalloc(sizeof(*a), GFP_KERNEL);
	if (!a)
		return -ENOMEM;
	*a = (struct action){ handler, name, arg, NULL };
	spin_lock_irqsave(&irq_lock, flags);
	a->next = lines[irq].actions;
	lines[irq].actions = a;
	lines[irq].unhandled = 0;
	mask &= (u16)~BIT(irq);
	mask_write();
	spin_unlock_irqrestore(&irq_lock, flags);
	return 0;
}

void irq_free(unsigned irq, void *arg)
{
	struct action **at, *a = NULL;
	unsigned long flags;

	if (irq >= 16)
		return;
	spin_lock_irqsave(&irq_lock, flags);
	for (at = &lines[irq].actions; *at; at = &(*at)->next) {
		if ((*at)->arg == arg) {
			a = *at;
			*at = a->next;
			break;
		}
	}
	if (!lines[irq].actions) {
		mask |= (u16)BIT(irq);
		mask_write();
	}
	spin_unlock_irqrestore(&irq_lock, flags);
	kfree(a);
}

const char *irq_describe(unsigned irq, u64 *count)
{
	if (irq >= 16 || !lines[irq].actions)
		return NULL;
	*count = lines[irq].count;
	return lines[irq].actions->name;
}
