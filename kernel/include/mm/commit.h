/*
 * Promises of memory: private writable mappings, and tmpfs files made to be mapped, are counted when they are made, not
 * when they are touched. /proc/sys/vm/overcommit_memory says what is refused: 0 what is larger than all there is, 1 nothing,
 * 2 what would make the sum of promises larger than commit_limit().
 */
#ifndef MM_COMMIT_H
#define MM_COMMIT_H

#include <core/atomic.h>
#include <core/types.h>

enum { OVERCOMMIT_GUESS, OVERCOMMIT_ALWAYS, OVERCOMMIT_NEVER };
extern int overcommit_mode, overcommit_ratio, overcommit_kbytes;
extern atomic_t committed;			/* pages promised */

unsigned long commit_limit(void);		/* pages */
bool commit_allows(unsigned long pages);	/* may so many more be promised? */
static inline void commit_add(long pages) { atomic_add((int)pages, &committed); }

#endif
