/* Processor features and privileged registers. */
#ifndef ARCH_CPU_H
#define ARCH_CPU_H

#include <core/types.h>

struct cpu_features {
	char vendor[13];
	char model_name[49];
	u32 signature;			/* CPUID 1 EAX */
	u32 f1_edx, f1_ecx, f7_ebx, f7_ecx, f81_edx;
	bool nx, pge, sep, fxsr, sse, avx, tsc, smep, smap, umip, rdrand, rdseed, apic, tsc_invariant, sse42;
	u32 family, model, stepping, max_leaf, tsc_khz;
};
extern struct cpu_features cpu_features;

static inline void cpuid(u32 leaf, u32 sub, u32 *a, u32 *b, u32 *c, u32 *d)
{
	__asm__ volatile("cpuid" : "=a"(*a), "=b"(*b), "=c"(*c), "=d"(*d) : "a"(leaf), "c"(sub));
}
static inline u64 rdtsc(void) { u64 t; __asm__ volatile("rdtsc" : "=A"(t)); return t; }
static inline u64 rdmsr(u32 m) { u64 v; __asm__ volatile("rdmsr" : "=A"(v) : "c"(m)); return v; }
static inline void wrmsr(u32 m, u64 v) { __asm__ volatile("wrmsr" :: "c"(m), "A"(v) : "memory"); }
static inline unsigned long read_cr0(void) { unsigned long v; __asm__ volatile("movl %%cr0,%0" : "=r"(v)); return v; }
static inline void write_cr0(unsigned long v) { __asm__ volatile("movl %0,%%cr0" :: "r"(v) : "memory"); }
static inline unsigned long read_cr2(void) { unsigned long v; __asm__ volatile("movl %%cr2,%0" : "=r"(v)); return v; }
static inline unsigned long read_cr3(void) { unsigned long v; __asm__ volatile("movl %%cr3,%0" : "=r"(v)); return v; }
static inline void write_cr3(unsigned long v) { __asm__ volatile("movl %0,%%cr3" :: "r"(v) : "memory"); }
static inline unsigned long read_cr4(void) { unsigned long v; __asm__ volatile("movl %%cr4,%0" : "=r"(v)); return v; }
static inline void write_cr4(unsigned long v) { __asm__ volatile("movl %0,%%cr4" :: "r"(v) : "memory"); }
static inline void cpu_pause(void) { __asm__ volatile("pause" ::: "memory"); }
static inline void tlb_flush_page(unsigned long a) { __asm__ volatile("invlpg (%0)" :: "r"(a) : "memory"); }
static inline void tlb_flush_user(void) { write_cr3(read_cr3()); }
void tlb_flush_all(void);		/* global entries too */

/* Interrupts on and wait for one, without a window between. Called with interrupts off; returns with them on. */
static inline void cpu_idle_wait(void) { __asm__ volatile("sti; hlt" ::: "memory"); }

#endif
