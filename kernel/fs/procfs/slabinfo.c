/* /proc/slabinfo, version 2.1: a line for each cache of kernel objects. */
#include "proc.h"
#include <core/init.h>
#include <mm/kmalloc.h>

static int show(struct seq_file *m, void *v)
{
	struct slab_stat s;

	(void)v;
	seq_puts(m, "slabinfo - version: 2.1\n# name            <active_objs> <num_objs> <objsize> <objperslab> <pagesperslab> : tunables <limit> "
		 "<batchcount> <sharedfactor> : slabdata <active_slabs> <num_slabs> <sharedavail>\n");
	for (unsigned i = 0; slab_stat(i, &s); i++) {
		char name[32];
		unsigned n;

		/* Readers split at spaces. */
		strscpy(name, s.name, sizeof(name));
		for (n = 0; name[n]; n++)
			if (name[n] == ' ')
				name[n] = '_';
		seq_printf(m, "%-17s %6lu %6lu %6u %4u %4u : tunables    0    0    0 : slabdata %6lu %6lu      0\n", name, s.active, s.total,
			   s.size, s.per_slab, s.pages_per_slab, s.slabs, s.slabs);
	}
	return 0;
}

static int __init slabinfo_init(void)
{
	return proc_create_single("slabinfo", 0400, show, NULL);
}
late_initcall(slabinfo_init);
