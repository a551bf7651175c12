/*
 * PCI bus: enumeration by configuration mechanism 1, resources, matching.
 *
 * Invariant: the device list is made once, at start-up, in order of bus, slot and function; addresses and interrupt
 * lines are the firmware's. Configuration cycles take two port accesses and are serialised by config_lock (irqsave).
 */
#include "pci.h"
#include <abi/errno.h>
#include <arch/io.h>
#include <core/atomic.h>
#include <core/init.h>
#include <core/printk.h>
#include <core/spinlock.h>
#include <core/string.h>
#include <mm/kmalloc.h>

#define CONFIG_ADDRESS 0xcf8
#define CONFIG_DATA 0xcfc

static DEFINE_SPINLOCK(config_lock, RANK_DEVICE);

static u32 config_address(u8 bus, u8 slot, u8 function, unsigned offset)
{
	return 0x80000000u | (u32)bus << 16 | (u32)(slot & 31) << 11 | (u32)(function & 7) << 8 | (offset & 0xfc);
}

static u32 config_read(u8 bus, u8 slot, u8 function, unsigned offset)
{
	unsigned long flags;
	u32 v;

	spin_lock_irqsave(&config_lock, flags);
	outl(CONFIG_ADDRESS, config_address(bus, slot, function, offset));
	v = inl(CONFIG_DATA);
	spin_unlock_irqrestore(&config_lock, flags);
	return v;
}

u32 pci_read32(const struct pci_device *p, unsigned offset) { return config_read(p->bus, p->slot, p->function, offset); }
u16 pci_read16(const struct pci_device *p, unsigned offset) { return (u16)(pci_read32(p, offset) >> (offset & 2) * 8); }
u8 pci_read8(const struct pci_device *p, unsigned offset) { return (u8)(pci_read32(p, offset) >> (offset & 3) * 8); }

void pci_write32(const struct pci_device *p, unsigned offset, u32 v)
{
	unsigned long flags;

	spin_lock_irqsave(&config_lock, flags);
	outl(CONFIG_ADDRESS, config_address(p->bus, p->slot, p->function, offset));
	outl(CONFIG_DATA, v);
	spin_unlock_irqrestore(&config_lock, flags);
}

/* Narrow writes are narrow on the bus: neighbours like the status register have write-one-to-clear bits. */
void pci_write16(const struct pci_device *p, unsigned offset, u16 v)
{
	unsigned long flags;

	spin_lock_irqsave(&config_lock, flags);
	outl(CONFIG_ADDRESS, config_address(p->bus, p->slot, p->function, offset));
	outw((u16)(CONFIG_DATA + (offset & 2)), v);
	spin_unlock_irqrestore(&config_lock, flags);
}

void pci_write8(const struct pci_device *p, unsigned offset, u8 v)
{
	unsigned long flags;

	spin_lock_irqsave(&config_lock, flags);
	outl(CONFIG_ADDRESS, config_address(p->bus, p->slot, p->function, offset));
	outb((u16)(CONFIG_DATA + (offset & 3)), v);
	spin_unlock_irqrestore(&config_lock, flags);
}

void pci_enable(struct pci_device *p)
{
	u16 command = pci_read16(p, PCI_COMMAND);

	for (unsigned i = 0; i < ARRAY_SIZE(p->bar); i++) {
		if (p->bar[i].size)
			command |= p->bar[i].io ? PCI_COMMAND_IO : PCI_COMMAND_MEMORY;
	}
	pci_write16(p, PCI_COMMAND, command & (u16)~PCI_COMMAND_INTX_OFF);
}

void pci_set_master(struct pci_device *p, bool on)
{
	u16 command = pci_read16(p, PCI_COMMAND);

	pci_write16(p, PCI_COMMAND, on ? command | PCI_COMMAND_MASTER : command & (u16)~PCI_COMMAND_MASTER);
}

u8 pci_find_capability(const struct pci_device *p, u8 id, u8 after)
{
	u8 at;

	if (!(pci_read16(p, PCI_STATUS) & PCI_STATUS_CAP_LIST))
		return 0;
	at = after ? pci_read8(p, after + 1u) : pci_read8(p, PCI_CAP_POINTER);
	/* 48 capabilities fill the space: a longer chain is a loop. */
	for (int i = 0; i < 48 && (at & 0xfc) >= 0x40; i++) {
		at &= 0xfc;
		if (pci_read8(p, at) == id)
			return at;
		at = pci_read8(p, at + 1u);
	}
	return 0;
}

/* ---- enumeration ---- */

static u32 probe_bar(struct pci_device *p, unsigned offset, u32 ones)
{
	u32 was = pci_read32(p, offset), size;

	pci_write32(p, offset, ones);
	size = pci_read32(p, offset);
	pci_write32(p, offset, was);
	return size;
}

/* Bit 0 switches its decoding on: it stays off. */
static void read_rom(struct pci_device *p, unsigned offset)
{
	u32 size = probe_bar(p, offset, 0xfffff800) & 0xfffff800;

	if (!size)
		return;
	p->rom.start = pci_read32(p, offset) & 0xfffff800;
	p->rom.size = (u32)-size;
}

/* Decoding is off meanwhile, or all-ones addresses would answer. */
static void read_bars(struct pci_device *p)
{
	unsigned count = (p->header_type & 0x7f) == 0 ? 6 : (p->header_type & 0x7f) == 1 ? 2 : 0;
	u16 command = pci_read16(p, PCI_COMMAND);

	pci_write16(p, PCI_COMMAND, command & (u16)~(PCI_COMMAND_IO | PCI_COMMAND_MEMORY));
	for (unsigned i = 0; i < count; i++) {
		unsigned offset = PCI_BAR0 + 4 * i;
		u32 base = pci_read32(p, offset), size = probe_bar(p, offset, ~0u);
		struct pci_resource *r = &p->bar[i];

		if (!size || size == ~0u)
			continue;
		if (base & 1) {
			r->io = true;
			r->start = base & 0xfffc;
			r->size = (u16)-(size & 0xfffc);
			continue;
		}
		r->prefetch = base & 8;
		r->start = base & ~0xfu;
		r->size = (u32)-(size & ~0xfu);
		if ((base & 6) == 4 && i + 1 < count) {
			u32 high = probe_bar(p, offset + 4, ~0u);

			r->wide = true;
			r->start |= (u64)pci_read32(p, offset + 4) << 32;
			r->size = -((u64)high << 32 | (size & ~0xfu));
			i++;
		}
	}
	if (count)
		read_rom(p, count == 6 ? PCI_ROM : PCI_ROM_BRIDGE);
	pci_write16(p, PCI_COMMAND, command);
}

/* The bridge that leads to a bus; NULL: the host's. */
static struct device *bridge_to(u8 bus)
{
	struct pci_device *p = NULL;

	while (bus && (p = pci_next(p))) {
		if ((p->header_type & 0x7f) == 1 && pci_read8(p, PCI_SECONDARY_BUS) == bus)
			return &p->dev;
	}
	return NULL;
}

static struct pci_device *read_function(u8 bus, u8 slot, u8 function)
{
	u32 id = config_read(bus, slot, function, PCI_VENDOR_ID);
	struct pci_device *p;

	if ((id & 0xffff) == 0xffff || (id & 0xffff) == 0)
		return NULL;
	p = kzalloc(sizeof(*p), GFP_KERNEL);
	if (!p) {
		pr_err("pci: no memory for %02x:%02x.%u\n", bus, slot, function);
		return NULL;
	}
	p->bus = bus;
	p->slot = slot;
	p->function = function;
	p->vendor = (u16)id;
	p->device = (u16)(id >> 16);
	p->class = pci_read32(p, PCI_REVISION) >> 8;
	p->revision = pci_read8(p, PCI_REVISION);
	p->header_type = pci_read8(p, PCI_HEADER_TYPE);
	p->irq_pin = pci_read8(p, PCI_INTERRUPT_PIN);
	if (p->irq_pin) {
		p->irq = pci_read8(p, PCI_INTERRUPT_LINE);
		if (p->irq == 0xff)
			p->irq = 0;
	}
	if ((p->header_type & 0x7f) == 0) {
		p->subsystem_vendor = pci_read16(p, PCI_SUBSYSTEM_VENDOR);
		p->subsystem_device = pci_read16(p, PCI_SUBSYSTEM_ID);
	}
	read_bars(p);
	snprintf(p->dev.name, sizeof(p->dev.name), "0000:%02x:%02x.%u", bus, slot, function);
	p->dev.bus = &pci_bus;
	p->dev.parent = bridge_to(bus);
	return p;
}

/* Buses that are known but not searched yet: bit n of the set is bus n. */
struct bus_set {
	unsigned long todo[8], seen[8];
};

static void add_bus(struct bus_set *s, u8 bus)
{
	if (!test_and_set_bit(bus, &s->seen[bus / 32]))
		set_bit(bus, &s->todo[bus / 32]);
}

static void scan_slot(struct bus_set *s, u8 bus, u8 slot)
{
	unsigned functions = 1;

	for (u8 f = 0; f < functions; f++) {
		struct pci_device *p = read_function(bus, slot, f);

		if (!p) {
			if (!f)
				return;
			continue;
		}
		if (!f && (p->header_type & 0x80))
			functions = 8;
		if ((p->header_type & 0x7f) == 1)
			add_bus(s, pci_read8(p, PCI_SECONDARY_BUS));
		pr_info("pci %s: %04x:%04x class %06x interrupt %u\n", p->dev.name, p->vendor, p->device, p->class, p->irq);
		if (device_add(&p->dev))
			kfree(p);
	}
}

/* ---- bus ---- */

const struct pci_id *pci_match(const struct pci_device *p, const struct pci_id *ids)
{
	for (; ids->vendor; ids++) {
		if ((ids->vendor == PCI_ANY || ids->vendor == p->vendor) && (ids->device == PCI_ANY || ids->device == p->device) &&
		    !((p->class ^ ids->class) & ids->class_mask))
			return ids;
	}
	return NULL;
}

static bool match(const struct device *d, const struct driver *drv)
{
	return pci_match(to_pci_device(d), drv->id_table) != NULL;
}

struct bus pci_bus = { .name = "pci", .root = "pci0000:00", .match = match, .attrs = pci_attrs, .uevent = pci_uevent };

struct pci_device *pci_next(struct pci_device *after)
{
	struct list_head *next = after ? after->dev.link.next : pci_bus.devices.next;

	return next == &pci_bus.devices ? NULL : to_pci_device(list_entry(next, struct device, link));
}

static bool mechanism_present(void)
{
	u32 was = inl(CONFIG_ADDRESS);
	bool there;

	outl(CONFIG_ADDRESS, 0x80000000u);
	there = inl(CONFIG_ADDRESS) == 0x80000000u;
	outl(CONFIG_ADDRESS, was);
	return there;
}

static int __init pci_init(void)
{
	struct bus_set *s;
	int ret;

	pci_bus.nattrs = pci_nattrs;
	ret = bus_register(&pci_bus);

	if (ret)
		return ret;
	if (!mechanism_present()) {
		pr_info("pci: no PCI bus\n");
		return 0;
	}
	s = kzalloc(sizeof(*s), GFP_KERNEL);
	if (!s)
		return -ENOMEM;
	add_bus(s, 0);
	for (unsigned bus = 0; bus < 256; bus++) {
		if (!test_and_clear_bit(bus, &s->todo[bus / 32]))
			continue;
		for (u8 slot = 0; slot < 32; slot++)
			scan_slot(s, (u8)bus, slot);
	}
	kfree(s);
	return 0;
}
bus_initcall(pci_init);
