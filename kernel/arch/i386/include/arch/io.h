/* Port and memory-mapped input and output. */
#ifndef ARCH_IO_H
#define ARCH_IO_H

#include <core/types.h>

static inline u8 inb(u16 p) { u8 v; __asm__ volatile("inb %1,%0" : "=a"(v) : "Nd"(p)); return v; }
static inline u16 inw(u16 p) { u16 v; __asm__ volatile("inw %1,%0" : "=a"(v) : "Nd"(p)); return v; }
static inline u32 inl(u16 p) { u32 v; __asm__ volatile("inl %1,%0" : "=a"(v) : "Nd"(p)); return v; }
static inline void outb(u16 p, u8 v) { __asm__ volatile("outb %0,%1" :: "a"(v), "Nd"(p)); }
static inline void outw(u16 p, u16 v) { __asm__ volatile("outw %0,%1" :: "a"(v), "Nd"(p)); }
static inline void outl(u16 p, u32 v) { __asm__ volatile("outl %0,%1" :: "a"(v), "Nd"(p)); }
static inline void insw(u16 p, void *b, u32 n) { __asm__ volatile("rep insw" : "+D"(b), "+c"(n) : "d"(p) : "memory"); }
static inline void outsw(u16 p, const void *b, u32 n) { __asm__ volatile("rep outsw" : "+S"(b), "+c"(n) : "d"(p) : "memory"); }

static inline u8 read8(const volatile void __iomem *a) { return *(const volatile u8 *)a; }
static inline u16 read16(const volatile void __iomem *a) { return *(const volatile u16 *)a; }
static inline u32 read32(const volatile void __iomem *a) { return *(const volatile u32 *)a; }
static inline void write8(volatile void __iomem *a, u8 v) { *(volatile u8 *)a = v; }
static inline void write16(volatile void __iomem *a, u16 v) { *(volatile u16 *)a = v; }
static inline void write32(volatile void __iomem *a, u32 v) { *(volatile u32 *)a = v; }

#endif
