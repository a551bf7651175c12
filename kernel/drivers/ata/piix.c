/*
 * PCI IDE controllers with bus-master DMA (PIIX3, PIIX4 and their kin): channels at the legacy ports and interrupts 14
 * and 15, or at the addresses and the interrupt that PCI gives them (PCI IDE Controller Specification 1.0).
 *
 * Transfer modes are as the firmware set them. Disks are named sda, sdb, … in the order in which they are found.
 */
#include "ata.h"
#include <abi/errno.h>
#include <core/init.h>
#include <core/irq.h>
#include <core/printk.h>
#include <core/string.h>
#include <drivers/pci.h>
#include <mm/kmalloc.h>

#define CLASS_IDE 0x010100
#define NATIVE(channel) (1u << ((channel) * 2))	/* programming interface */
#define TIMEOUT_MS 15000

static unsigned channels, disks;	/* probe runs under the model's lock */

static int add_drive(struct ata_drive *d)
{
	struct disk *disk = &d->disk;

	if (disks == 16) {
		pr_err("%s: more than 16 disks: no device number\n", d->channel->name);
		return -ENOSPC;
	}
	snprintf(disk->name, sizeof(disk->name), "sd%c", 'a' + disks);
	disk->driver = "sd";
	disk->dev = MKDEV(8, disks * 16);
	disk->minors = 16;
	disk->timeout_ms = TIMEOUT_MS;
	disk->ops = &ata_disk_ops;
	disk->private = d;
	disk->parent = d->place;
	disks++;
	pr_info("%s: %s on %s, %llu MiB, %s, write cache %s\n", disk->name, disk->model, d->channel->name,
		disk->sectors / 2048, d->lba48 ? "LBA48" : "LBA28", disk->write_cache ? "on" : "off");
	return disk_add(disk);
}

/* What programs ask about a disk as a device, as of one on a SCSI bus. */
static void show_drive(struct ata_drive *d, const char *controller)
{
	const char *const texts[][2] = {
		{ "model", d->disk.model }, { "rev", d->firmware }, { "vendor", "ATA     " }, { "type", "0" }, { "state", "running" },
	};
	char path[SYSFS_PATH], text[64];
	int ret = 0;

	scnprintf(d->place, sizeof(d->place), "%s/%s/dev%s.%u", controller, d->channel->name, d->channel->name + 3, d->unit);
	for (unsigned i = 0; i < ARRAY_SIZE(texts) && !ret; i++) {
		scnprintf(path, sizeof(path), "%s/%s", d->place, texts[i][0]);
		scnprintf(text, sizeof(text), "%s\n", texts[i][1]);
		ret = sysfs_text(path, text);
	}
	if (ret)
		pr_err("%s: not all of it is in /sys: %d\n", d->channel->name, ret);
}

static struct ata_channel *channel_create(u16 command, u16 control, u16 bm, u8 irq)
{
	struct ata_channel *c = kzalloc(sizeof(*c), GFP_KERNEL);

	if (!c)
		return NULL;
	c->prd = pages_alloc(GFP_KERNEL | GFP_ZERO, 0);
	if (!c->prd) {
		kfree(c);
		return NULL;
	}
	snprintf(c->name, sizeof(c->name), "ata%u", ++channels);
	c->command = command;
	c->control = control;
	c->bm = bm;
	c->irq = irq;
	spin_lock_init(&c->lock, RANK_DEVICE);
	work_init(&c->recovery, ata_recover);
	timer_init(&c->prod, ata_prod);
	for (u8 i = 0; i < 2; i++) {
		c->drive[i].channel = c;
		c->drive[i].unit = i;
	}
	return c;
}

static void channel_destroy(struct ata_channel *c)
{
	pages_free(c->prd, 0);
	kfree(c);
}

/* A channel without a disk is given back: *out NULL. */
static int channel_probe(const char *place, u16 command, u16 control, u16 bm, u8 irq, struct ata_channel **out)
{
	struct ata_channel *c = channel_create(command, control, bm, irq);
	int ret;

	*out = NULL;
	if (!c)
		return -ENOMEM;
	for (unsigned i = 0; i < 2; i++)
		c->drive[i].present = ata_identify(&c->drive[i]) == 0;
	if (!c->drive[0].present && !c->drive[1].present) {
		channel_destroy(c);
		return 0;
	}
	ret = irq_request(irq, ata_interrupt, c->name, c);
	if (ret) {
		channel_destroy(c);
		return ret;
	}
	outb(c->control, 0);
	for (unsigned i = 0; i < 2; i++) {
		if (!c->drive[i].present)
			continue;
		show_drive(&c->drive[i], place);
		/* A disk that cannot be added was named with the reason; the other one may work. */
		if (add_drive(&c->drive[i]))
			c->drive[i].present = false;
	}
	*out = c;
	return 0;
}

static int piix_probe(struct device *dev)
{
	struct pci_device *p = to_pci_device(dev);
	struct ata_channel **found;
	char place[SYSFS_PATH];
	int ret = 0;

	if (!p->bar[4].size || !p->bar[4].io) {
		pr_warn("%s: IDE controller without bus-master DMA: not used\n", dev->name);
		return -ENODEV;
	}
	found = kcalloc(2, sizeof(*found), GFP_KERNEL);
	if (!found)
		return -ENOMEM;
	pci_enable(p);
	pci_write16(p, PCI_COMMAND, pci_read16(p, PCI_COMMAND) | PCI_COMMAND_IO);
	pci_set_master(p, true);
	device_path(dev, place, sizeof(place));
	for (unsigned i = 0; i < 2 && !ret; i++) {
		u16 bm = (u16)(p->bar[4].start + 8 * i);

		if (!(p->class & NATIVE(i)))
			ret = channel_probe(place, i ? 0x170 : 0x1f0, i ? 0x376 : 0x3f6, bm, i ? 15 : 14, &found[i]);
		else if (p->bar[2 * i].size && p->bar[2 * i + 1].size)
			ret = channel_probe(place, (u16)p->bar[2 * i].start, (u16)(p->bar[2 * i + 1].start + 2), bm, p->irq, &found[i]);
	}
	dev->driver_data = found;
	if (!found[0] && !found[1]) {
		kfree(found);
		dev->driver_data = NULL;
		return ret ? ret : -ENODEV;
	}
	return 0;
}

static void piix_shutdown(struct device *dev)
{
	struct ata_channel **found = dev->driver_data;

	for (unsigned i = 0; i < 4; i++) {
		struct ata_drive *d = found[i / 2] ? &found[i / 2]->drive[i % 2] : NULL;

		if (d && d->present && bdev_flush(d->disk.whole))
			pr_err("%s: its cache could not be written\n", d->disk.name);
	}
}

static const struct pci_id piix_ids[] = {
	{ PCI_ANY, PCI_ANY, CLASS_IDE, 0xffff00, 0 },
	{ 0 },
};

static struct driver piix_driver = {
	.name = "ata_piix",
	.bus = &pci_bus,
	.id_table = piix_ids,
	.probe = piix_probe,
	.shutdown = piix_shutdown,
};

static int __init piix_init(void)
{
	return driver_register(&piix_driver);
}
device_initcall(piix_init);
