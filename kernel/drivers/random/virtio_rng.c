/*
 * virtio entropy device (virtio 1.1, section 5.4) on PCI: the host's random bytes for the generator.
 *
 * One buffer at a time is with the device; when it comes back it goes to the pool, and after REFILL the device is asked
 * again. Both transports: legacy (ports, BAR 0) and modern (capabilities in memory). The device writes to the ring and
 * the buffer only; lengths that it claims are clipped.
 */
#include <abi/errno.h>
#include <arch/io.h>
#include <core/init.h>
#include <core/irq.h>
#include <core/printk.h>
#include <core/random.h>
#include <core/string.h>
#include <core/time.h>
#include <drivers/crypto.h>
#include <drivers/pci.h>
#include <mm/kmalloc.h>
#include <mm/page.h>

#define VENDOR 0x1af4
#define DEVICE_LEGACY 0x1005
#define DEVICE_MODERN 0x1044
#define REFILL (60 * NSEC_PER_SEC)
#define BUFFER 64u

#define STATUS_ACKNOWLEDGE 1
#define STATUS_DRIVER 2
#define STATUS_DRIVER_OK 4
#define STATUS_FEATURES_OK 8
#define STATUS_FAILED 128

/* Legacy header in BAR 0. */
#define L_GUEST_FEATURES 4
#define L_QUEUE_PFN 8
#define L_QUEUE_SIZE 12
#define L_QUEUE_SELECT 14
#define L_QUEUE_NOTIFY 16
#define L_STATUS 18
#define L_ISR 19

/* Modern common configuration. */
#define M_DRIVER_FEATURE_SELECT 8
#define M_DRIVER_FEATURE 12
#define M_STATUS 20
#define M_QUEUE_SELECT 22
#define M_QUEUE_SIZE 24
#define M_QUEUE_ENABLE 28
#define M_QUEUE_NOTIFY_OFF 30
#define M_QUEUE_DESC 32
#define M_QUEUE_DRIVER 40
#define M_QUEUE_DEVICE 48
#define CAP_COMMON 1
#define CAP_NOTIFY 2
#define CAP_ISR 3

struct vring_desc { u64 address; u32 len; u16 flags, next; };
#define DESC_WRITE 2
struct vring_avail { u16 flags, idx, ring[]; };
struct vring_used { u16 flags, idx; struct { u32 id, len; } ring[]; };
_Static_assert(sizeof(struct vring_desc) == 16, "descriptor");

struct rng {
	u16 port;			/* legacy; 0: modern */
	u8 __iomem *common, *notify, *isr;
	u16 queue_size, seen;		/* seen: used entries taken */
	void *ring;			/* 2^order pages */
	unsigned order;
	struct vring_desc *desc;
	struct vring_avail *avail;
	volatile struct vring_used *used;
	u8 *buffer;
	struct timer refill;
};

/* Interrupts off, or before the device runs. */
static void ask(struct rng *r)
{
	r->desc[0] = (struct vring_desc){ .address = virt_to_phys(r->buffer), .len = BUFFER, .flags = DESC_WRITE };
	r->avail->ring[r->avail->idx % r->queue_size] = 0;
	barrier();		/* x86 keeps stores in order; the compiler must too */
	WRITE_ONCE(r->avail->idx, r->avail->idx + 1);
	barrier();
	if (r->port)
		outw((u16)(r->port + L_QUEUE_NOTIFY), 0);
	else
		write16(r->notify, 0);
}

static void refill(struct timer *t)
{
	ask(container_of(t, struct rng, refill));
}

static bool rng_interrupt(unsigned irq, void *arg)
{
	struct rng *r = arg;
	u8 isr = r->port ? inb((u16)(r->port + L_ISR)) : read8(r->isr);	/* reading acknowledges */
	u32 len;

	(void)irq;
	if (!isr)
		return false;
	if (r->used->idx == r->seen)
		return true;
	len = min(r->used->ring[r->seen % r->queue_size].len, BUFFER);
	r->seen++;
	random_add(r->buffer, len, len * 8);
	wipe(r->buffer, BUFFER);
	timer_arm(&r->refill, ktime_get() + REFILL);
	return true;
}

/* Memory for a ring of n entries in the legacy layout, which serves the modern transport too. */
static int ring_alloc(struct rng *r, u16 n)
{
	size_t first = n * sizeof(struct vring_desc) + 6 + 2 * n, all;

	if (!n || n > 1024 || (n & (n - 1)))
		return -ENODEV;
	first = ALIGN_UP(first, PAGE_SIZE);
	all = first + 6 + 8 * n + BUFFER;
	while ((PAGE_SIZE << r->order) < all)
		r->order++;
	r->ring = pages_alloc(GFP_KERNEL | GFP_ZERO, r->order);
	if (!r->ring)
		return -ENOMEM;
	r->queue_size = n;
	r->desc = r->ring;
	r->avail = (struct vring_avail *)(r->desc + n);
	r->used = (struct vring_used *)((u8 *)r->ring + first);
	r->buffer = (u8 *)r->ring + ALIGN_UP(first + 6 + 8 * n, 8u);
	if (r->buffer + BUFFER > (u8 *)r->ring + (PAGE_SIZE << r->order))
		return -ENOMEM;
	return 0;
}

static int start_legacy(struct rng *r)
{
	int ret;

	outb((u16)(r->port + L_STATUS), 0);
	outb((u16)(r->port + L_STATUS), STATUS_ACKNOWLEDGE | STATUS_DRIVER);
	outl((u16)(r->port + L_GUEST_FEATURES), 0);
	outw((u16)(r->port + L_QUEUE_SELECT), 0);
	ret = ring_alloc(r, inw((u16)(r->port + L_QUEUE_SIZE)));
	if (ret)
		return ret;
	outl((u16)(r->port + L_QUEUE_PFN), (u32)(virt_to_phys(r->ring) >> PAGE_SHIFT));
	outb((u16)(r->port + L_STATUS), STATUS_ACKNOWLEDGE | STATUS_DRIVER | STATUS_DRIVER_OK);
	return 0;
}

static void write64(u8 __iomem *at, u64 v)
{
	write32(at, (u32)v);
	write32(at + 4, (u32)(v >> 32));
}

static int start_modern(struct rng *r, u32 notify_multiplier)
{
	u8 status = STATUS_ACKNOWLEDGE | STATUS_DRIVER;
	int ret;

	write8(r->common + M_STATUS, 0);
	write8(r->common + M_STATUS, status);
	write32(r->common + M_DRIVER_FEATURE_SELECT, 0);
	write32(r->common + M_DRIVER_FEATURE, 0);
	write32(r->common + M_DRIVER_FEATURE_SELECT, 1);
	write32(r->common + M_DRIVER_FEATURE, 1);	/* bit 32: VIRTIO_F_VERSION_1 */
	status |= STATUS_FEATURES_OK;
	write8(r->common + M_STATUS, status);
	if (!(read8(r->common + M_STATUS) & STATUS_FEATURES_OK))
		return -ENODEV;
	write16(r->common + M_QUEUE_SELECT, 0);
	ret = ring_alloc(r, read16(r->common + M_QUEUE_SIZE));
	if (ret)
		return ret;
	write64(r->common + M_QUEUE_DESC, virt_to_phys(r->desc));
	write64(r->common + M_QUEUE_DRIVER, virt_to_phys(r->avail));
	write64(r->common + M_QUEUE_DEVICE, virt_to_phys((void *)r->used));
	r->notify += read16(r->common + M_QUEUE_NOTIFY_OFF) * notify_multiplier;
	write16(r->common + M_QUEUE_ENABLE, 1);
	write8(r->common + M_STATUS, status | STATUS_DRIVER_OK);
	return 0;
}

/* Maps one structure that a capability describes; NULL if it makes no sense. */
static u8 __iomem *map_capability(struct pci_device *p, u8 cap)
{
	u8 bar = pci_read8(p, cap + 4u);
	u32 offset = pci_read32(p, cap + 8u), length = pci_read32(p, cap + 12u);

	if (bar > 5 || p->bar[bar].io || !length || (u64)offset + length > p->bar[bar].size)
		return NULL;
	return ioremap(p->bar[bar].start + offset, length);
}

static int setup_modern(struct pci_device *p, struct rng *r)
{
	u32 multiplier = 0;

	for (u8 cap = pci_find_capability(p, PCI_CAP_ID_VENDOR, 0); cap; cap = pci_find_capability(p, PCI_CAP_ID_VENDOR, cap)) {
		switch (pci_read8(p, cap + 3u)) {
		case CAP_COMMON:
			if (!r->common)
				r->common = map_capability(p, cap);
			break;
		case CAP_NOTIFY:
			if (!r->notify) {
				r->notify = map_capability(p, cap);
				multiplier = pci_read32(p, cap + 16u);
			}
			break;
		case CAP_ISR:
			if (!r->isr)
				r->isr = map_capability(p, cap);
			break;
		}
	}
	if (!r->common || !r->notify || !r->isr)
		return -ENODEV;
	return start_modern(r, multiplier);
}

static void rng_free(struct rng *r)
{
	if (r->ring)
		pages_free(r->ring, r->order);
	if (r->common)
		iounmap(r->common);
	if (r->isr)
		iounmap(r->isr);
	kfree(r);
}

static int rng_probe(struct device *dev)
{
	struct pci_device *p = to_pci_device(dev);
	struct rng *r;
	int ret;

	if (!p->irq)
		return -ENODEV;
	r = kzalloc(sizeof(*r), GFP_KERNEL);
	if (!r)
		return -ENOMEM;
	timer_init(&r->refill, refill);
	pci_enable(p);
	pci_set_master(p, true);
	if (p->device == DEVICE_LEGACY && p->bar[0].io && p->bar[0].size) {
		r->port = (u16)p->bar[0].start;
		ret = start_legacy(r);
	} else {
		ret = setup_modern(p, r);
	}
	if (!ret)
		ret = irq_request(p->irq, rng_interrupt, "virtio-rng", r);
	if (ret) {
		pci_set_master(p, false);
		rng_free(r);
		return ret;
	}
	dev->driver_data = r;
	ask(r);
	return 0;
}

static void rng_shutdown(struct device *dev)
{
	struct rng *r = dev->driver_data;

	timer_cancel(&r->refill);
	if (r->port)
		outb((u16)(r->port + L_STATUS), 0);
	else
		write8(r->common + M_STATUS, 0);
}

static void rng_remove(struct device *dev)
{
	struct pci_device *p = to_pci_device(dev);

	rng_shutdown(dev);
	irq_free(p->irq, dev->driver_data);
	pci_set_master(p, false);
	rng_free(dev->driver_data);
}

static const struct pci_id rng_ids[] = {
	{ VENDOR, DEVICE_LEGACY, 0, 0, 0 },
	{ VENDOR, DEVICE_MODERN, 0, 0, 0 },
	{ 0 },
};

static struct driver rng_driver = {
	.name = "virtio-rng",
	.bus = &pci_bus,
	.id_table = rng_ids,
	.probe = rng_probe,
	.remove = rng_remove,
	.shutdown = rng_shutdown,
};

static int __init rng_init(void)
{
	return driver_register(&rng_driver);
}
device_initcall(rng_init);
