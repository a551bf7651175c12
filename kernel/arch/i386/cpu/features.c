/* What processor this is: Intel SDM vol. 2, CPUID. */
#include <arch/arch.h>
#include <arch/cpu.h>
#include <core/string.h>

struct cpu_features cpu_features __section(".data.ro_after_init");

void cpu_detect(void)
{
	struct cpu_features *f = &cpu_features;
	u32 a, b, c, d, max_ext;

	cpuid(0, 0, &f->max_leaf, &b, &c, &d);
	memcpy(f->vendor, &b, 4);
	memcpy(f->vendor + 4, &d, 4);
	memcpy(f->vendor + 8, &c, 4);
	cpuid(1, 0, &a, &b, &f->f1_ecx, &f->f1_edx);
	f->signature = a;
	f->family = (a >> 8) & 15;
	f->model = (a >> 4) & 15;
	f->stepping = a & 15;
	if (f->family == 15)
		f->family += (a >> 20) & 255;
	if (f->family >= 6)
		f->model += ((a >> 16) & 15) << 4;
	if (f->max_leaf >= 7)
		cpuid(7, 0, &a, &f->f7_ebx, &f->f7_ecx, &d);
	cpuid(0x80000000, 0, &max_ext, &b, &c, &d);
	if (max_ext >= 0x80000001)
		cpuid(0x80000001, 0, &a, &b, &c, &f->f81_edx);
	if (max_ext >= 0x80000004) {
		u32 *name = (u32 *)f->model_name, i;

		for (i = 0; i < 3; i++)
			cpuid(0x80000002 + i, 0, &name[4 * i], &name[4 * i + 1], &name[4 * i + 2], &name[4 * i + 3]);
	}
	if (max_ext >= 0x80000007) {
		cpuid(0x80000007, 0, &a, &b, &c, &d);
		f->tsc_invariant = d & BIT(8);
	}
	f->tsc = f->f1_edx & BIT(4);
	f->apic = f->f1_edx & BIT(9);
	f->sep = (f->f1_edx & BIT(11)) && !(f->family == 6 && f->model < 3 && f->stepping < 3);
	f->pge = f->f1_edx & BIT(13);
	f->fxsr = f->f1_edx & BIT(24);
	f->sse = f->f1_edx & BIT(25);
	f->rdrand = f->f1_ecx & BIT(30);
	f->smep = f->f7_ebx & BIT(7);
	f->rdseed = f->f7_ebx & BIT(18);
	f->smap = f->f7_ebx & BIT(20);
	f->umip = f->f7_ecx & BIT(2);
	f->nx = f->f81_edx & BIT(20);
	f->sse42 = f->f1_ecx & BIT(20);
	/* AVX is kept by XSAVE, in the place and size that everybody knows it by. */
	if (f->fxsr && f->sse && f->f1_ecx & BIT(26) && f->f1_ecx & BIT(28) && f->max_leaf >= 0xd) {
		cpuid(0xd, 2, &a, &b, &c, &d);
		f->avx = a == 256 && b == 576;
	}
}
