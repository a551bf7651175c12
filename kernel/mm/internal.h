/* Shared within mm/ only. */
#ifndef MM_INTERNAL_H
#define MM_INTERNAL_H

#include <mm/page.h>

extern bool mm_sleep_checks;		/* start-up is over: sleeping allocations are checked and may reclaim */
unsigned long mm_total_frames(void);
void page_wait_init(void);

#endif
