/* What memory management has done since start-up, for /proc/vmstat. Any context. */
#ifndef MM_VMSTAT_H
#define MM_VMSTAT_H

#include <core/atomic.h>

enum vm_event {
	PSWPIN, PSWPOUT, PGFAULT, PGMAJFAULT, SWAP_RA, SWAP_RA_HIT, PGSCAN_KSWAPD, PGSCAN_DIRECT, PGSTEAL_KSWAPD, PGSTEAL_DIRECT,
	PGACTIVATE, PGDEACTIVATE, PGREFILL, PAGEOUTRUN, ALLOCSTALL, OOM_KILL, PGLAZYFREE, PGLAZYFREED, DROP_PAGECACHE, DROP_SLAB, VM_EVENTS
};
extern atomic_t vm_events[VM_EVENTS];
static inline void vm_event(enum vm_event e, int n) { atomic_add(n, &vm_events[e]); }

#endif
