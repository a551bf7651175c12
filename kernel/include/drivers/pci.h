/*
 * PCI: devices found by configuration mechanism 1 (PCI Local Bus Specification 3.0, section 3.2.2.3.2), their
 * resources, and drivers. Configuration access from any context; the rest sleeps.
 */
#ifndef DRIVERS_PCI_H
#define DRIVERS_PCI_H

#include <core/device.h>

#define PCI_VENDOR_ID		0x00
#define PCI_DEVICE_ID		0x02
#define PCI_COMMAND		0x04
#define  PCI_COMMAND_IO		0x001
#define  PCI_COMMAND_MEMORY	0x002
#define  PCI_COMMAND_MASTER	0x004
#define  PCI_COMMAND_INTX_OFF	0x400
#define PCI_STATUS		0x06
#define  PCI_STATUS_CAP_LIST	0x10
#define PCI_REVISION		0x08
#define PCI_PROG_IF		0x09
#define PCI_SUBCLASS		0x0a
#define PCI_CLASS		0x0b
#define PCI_HEADER_TYPE		0x0e
#define PCI_BAR0		0x10
#define PCI_SECONDARY_BUS	0x19
#define PCI_SUBSYSTEM_VENDOR	0x2c
#define PCI_SUBSYSTEM_ID	0x2e
#define PCI_ROM			0x30
#define PCI_ROM_BRIDGE		0x38
#define PCI_CAP_POINTER		0x34
#define PCI_INTERRUPT_LINE	0x3c
#define PCI_INTERRUPT_PIN	0x3d
#define PCI_CAP_ID_PM		0x01
#define PCI_CAP_ID_VENDOR	0x09
#define PCI_ANY			0xffffu

struct pci_resource {
	phys_t start;			/* I/O port number, or physical address */
	u64 size;			/* 0: not there */
	bool io, prefetch, wide;	/* wide: 64 bits, the next region holds the upper half */
};

/* Immutable after enumeration, except dev. */
struct pci_device {
	struct device dev;		/* name "0000:00:01.1" */
	u8 bus, slot, function, header_type, irq;	/* irq: line, 0: none */
	u16 vendor, device, subsystem_vendor, subsystem_device;
	u32 class;			/* class << 16 | subclass << 8 | programming interface */
	u8 revision, irq_pin;
	struct pci_resource bar[6], rom;
};
#define to_pci_device(d) container_of(d, struct pci_device, dev)

/* A driver's id_table: an array of these, ended by one with vendor 0. PCI_ANY matches all; class under its mask. */
struct pci_id {
	u16 vendor, device;
	u32 class, class_mask;
	unsigned long data;
};
extern struct bus pci_bus;
const struct pci_id *pci_match(const struct pci_device *p, const struct pci_id *ids);	/* NULL */

u8 pci_read8(const struct pci_device *p, unsigned offset);
u16 pci_read16(const struct pci_device *p, unsigned offset);
u32 pci_read32(const struct pci_device *p, unsigned offset);
void pci_write8(const struct pci_device *p, unsigned offset, u8 v);
void pci_write16(const struct pci_device *p, unsigned offset, u16 v);
void pci_write32(const struct pci_device *p, unsigned offset, u32 v);

void pci_enable(struct pci_device *p);		/* decoding of its ports and memory */
void pci_set_master(struct pci_device *p, bool on);
/* Offset of the first capability with this id after offset `after` (0: from the start); 0: none. */
u8 pci_find_capability(const struct pci_device *p, u8 id, u8 after);
struct pci_device *pci_next(struct pci_device *after);	/* in order of bus, slot, function; NULL at the end */

#endif
