/*
 * The vector registers for a moment, to move memory by: 16 bytes an instruction.
 *
 * They may hold a task's state: then the ones used here are put aside; if nobody's (CR0.TS set), they are free and TS is
 * set again afterwards. Preemption is off meanwhile, so a task switch sees neither state half-way; nothing in between
 * may sleep or take a page fault that is served. Interrupts, which may come in the middle of it, do without.
 */
#ifndef VECTORS_H
#define VECTORS_H

#include <core/types.h>

struct vectors { u8 xmm[4][16]; };

extern bool vectors_usable;	/* there is SSE */

/* Takes xmm0, or xmm0 to xmm3 if `all`. True: the registers were somebody's and are in *v. */
bool vectors_begin(struct vectors *v, bool all);
void vectors_end(const struct vectors *v, bool all, bool saved);

#endif
