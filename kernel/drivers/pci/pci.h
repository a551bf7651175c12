/* Between pci.c and pci_sysfs.c. */
#ifndef DRIVERS_PCI_INTERNAL_H
#define DRIVERS_PCI_INTERNAL_H

#include <drivers/pci.h>
#include <fs/sysfs.h>

extern const struct sysfs_attr pci_attrs[];
extern const unsigned pci_nattrs;
void pci_uevent(struct seq_file *m, const struct device *d);

#endif
