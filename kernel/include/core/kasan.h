/*
 * Address sanitizer (sanitize variant): one shadow byte for 8 bytes of kernel memory says how many of them may be
 * touched (0: all, 1 to 7: the first ones, KASAN_*: none, and why). The compiler checks every access; the allocators
 * say what is whose. All calls are empty in other variants.
 */
#ifndef CORE_KASAN_H
#define CORE_KASAN_H

#include <core/types.h>

#define KASAN_FREE_FRAME	0xff	/* in the frame allocator */
#define KASAN_FREE_OBJECT	0xfb	/* freed, or never handed out */
#define KASAN_RED_ZONE		0xfc	/* behind an object */

#ifdef CONFIG_KASAN
void kasan_init(void);		/* frames work; before the first object */
/* addr is a multiple of 8. Direct map only: other addresses are ignored. */
void kasan_poison(const void *addr, size_t size, u8 why);	/* size a multiple of 8 */
void kasan_allow(const void *addr, size_t size);		/* the rest of the last 8 bytes becomes a red zone */
/* For copies that the compiler does not see into. */
void kasan_check(const void *addr, size_t size, bool write);
#else
#define kasan_init()			((void)0)
#define kasan_poison(addr, size, why)	((void)0)
#define kasan_allow(addr, size)		((void)0)
#define kasan_check(addr, size, write)	((void)0)
#endif

#endif
