/* A PCI device's files in /sys, in the forms that pciutils and module loaders read. */
#include "pci.h"
#include <abi/errno.h>
#include <core/string.h>
#include <fs/seq_file.h>
#include <fs/sysfs.h>

#define CONFIG_SIZE 256
#define CONFIG_HEADER 64		/* what those may read who are no administrators */

/* Flags of a resource, as `resource` shows them. */
#define RES_FIXED	0x10u
#define RES_IO		0x100u
#define RES_MEM		0x200u
#define RES_PREFETCH	0x2000u
#define RES_READONLY	0x4000u
#define RES_SIZEALIGN	0x40000u
#define RES_MEM_64	0x100000u
#define RESOURCES	13		/* six regions, the ROM, six that belong to virtual functions */
#define BRIDGE_RESOURCES 17
#define ROM		6

static int show_vendor(struct seq_file *m, void *object)
{
	seq_printf(m, "0x%04x\n", to_pci_device((struct device *)object)->vendor);
	return 0;
}

static int show_device(struct seq_file *m, void *object)
{
	seq_printf(m, "0x%04x\n", to_pci_device((struct device *)object)->device);
	return 0;
}

static int show_subsystem_vendor(struct seq_file *m, void *object)
{
	seq_printf(m, "0x%04x\n", to_pci_device((struct device *)object)->subsystem_vendor);
	return 0;
}

static int show_subsystem_device(struct seq_file *m, void *object)
{
	seq_printf(m, "0x%04x\n", to_pci_device((struct device *)object)->subsystem_device);
	return 0;
}

static int show_class(struct seq_file *m, void *object)
{
	seq_printf(m, "0x%06x\n", to_pci_device((struct device *)object)->class);
	return 0;
}

static int show_revision(struct seq_file *m, void *object)
{
	seq_printf(m, "0x%02x\n", to_pci_device((struct device *)object)->revision);
	return 0;
}

static int show_irq(struct seq_file *m, void *object)
{
	seq_printf(m, "%u\n", to_pci_device((struct device *)object)->irq);
	return 0;
}

static int show_cpus(struct seq_file *m, void *object)
{
	(void)object;
	seq_puts(m, "1\n");
	return 0;
}

static int show_cpulist(struct seq_file *m, void *object)
{
	(void)object;
	seq_puts(m, "0\n");
	return 0;
}

static void modalias(struct seq_file *m, const struct pci_device *p)
{
	seq_printf(m, "pci:v%08Xd%08Xsv%08Xsd%08Xbc%02Xsc%02Xi%02X\n", p->vendor, p->device, p->subsystem_vendor, p->subsystem_device,
		   p->class >> 16, (p->class >> 8) & 0xff, p->class & 0xff);
}

static int show_modalias(struct seq_file *m, void *object)
{
	modalias(m, to_pci_device((struct device *)object));
	return 0;
}

void pci_uevent(struct seq_file *m, const struct device *d)
{
	const struct pci_device *p = to_pci_device(d);

	seq_printf(m, "PCI_CLASS=%X\nPCI_ID=%04X:%04X\nPCI_SUBSYS_ID=%04X:%04X\nPCI_SLOT_NAME=%s\nMODALIAS=", p->class, p->vendor,
		   p->device, p->subsystem_vendor, p->subsystem_device, d->name);
	modalias(m, p);
}

static void show_range(struct seq_file *m, u64 start, u64 size, u32 flags)
{
	seq_printf(m, "0x%016llx 0x%016llx 0x%016llx\n", start, size ? start + size - 1 : 0, (u64)flags);
}

/* An IDE channel that is not in native mode answers at the ports of the AT, whatever its registers say. */
static bool show_legacy_ide(struct seq_file *m, const struct pci_device *p, unsigned i)
{
	static const struct { u16 start, size; } ports[4] = { { 0x1f0, 8 }, { 0x3f6, 1 }, { 0x170, 8 }, { 0x376, 1 } };

	if (p->class >> 8 != 0x0101 || i >= ARRAY_SIZE(ports) || (p->class & (i < 2 ? 1 : 4)))
		return false;
	show_range(m, ports[i].start, ports[i].size, RES_IO | RES_FIXED);
	return true;
}

static u32 flags_of(const struct pci_resource *r)
{
	if (r->io)
		return RES_IO | RES_SIZEALIGN | 1;
	return RES_MEM | RES_SIZEALIGN | (r->prefetch ? RES_PREFETCH | 8 : 0) | (r->wide ? RES_MEM_64 | 4 : 0);
}

static int show_resource(struct seq_file *m, void *object)
{
	const struct pci_device *p = to_pci_device((struct device *)object);
	unsigned n = (p->header_type & 0x7f) == 1 ? BRIDGE_RESOURCES : RESOURCES;

	for (unsigned i = 0; i < n; i++) {
		if (show_legacy_ide(m, p, i))
			continue;
		if (i < ARRAY_SIZE(p->bar) && p->bar[i].size)
			show_range(m, p->bar[i].start, p->bar[i].size, flags_of(&p->bar[i]));
		else if (i == ROM && p->rom.size)
			show_range(m, p->rom.start, p->rom.size, RES_MEM | RES_PREFETCH | RES_READONLY | RES_SIZEALIGN);
		else
			show_range(m, 0, 0, 0);
	}
	return 0;
}

static ssize_t read_config(void *object, void *buf, size_t n, loff_t at, bool all)
{
	const struct pci_device *p = to_pci_device((struct device *)object);
	unsigned end = all ? CONFIG_SIZE : CONFIG_HEADER;
	u8 *out = buf;

	if (at < 0 || at >= end)
		return 0;
	n = min(n, (size_t)(end - at));
	for (size_t i = 0; i < n;) {
		unsigned offset = (unsigned)at + (unsigned)i;
		u32 v = pci_read32(p, offset) >> (offset & 3) * 8;

		for (unsigned k = offset & 3; k < 4 && i < n; k++, v >>= 8)
			out[i++] = (u8)v;
	}
	return (ssize_t)n;
}

const struct sysfs_attr pci_attrs[] = {
	{ .name = "vendor", .show = show_vendor },
	{ .name = "device", .show = show_device },
	{ .name = "subsystem_vendor", .show = show_subsystem_vendor },
	{ .name = "subsystem_device", .show = show_subsystem_device },
	{ .name = "class", .show = show_class },
	{ .name = "revision", .show = show_revision },
	{ .name = "irq", .show = show_irq },
	{ .name = "local_cpus", .show = show_cpus },
	{ .name = "local_cpulist", .show = show_cpulist },
	{ .name = "modalias", .show = show_modalias },
	{ .name = "resource", .show = show_resource },
	{ .name = "config", .read = read_config, .size = CONFIG_SIZE },
};
const unsigned pci_nattrs = ARRAY_SIZE(pci_attrs);
