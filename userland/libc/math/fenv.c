/*
 * The floating-point environment: the x87's, and, for programs compiled to use it, that of SSE (mxcsr), where the
 * processor has one.
 */
#include <fenv.h>
#include <sys/auxv.h>

#define DEFAULT_CONTROL 0x37f
#define DEFAULT_MXCSR 0x1f80u
#define HWCAP_SSE (1u << 25)

static int has_sse(void)
{
	return (getauxval(AT_HWCAP) & HWCAP_SSE) != 0;
}

static unsigned get_mxcsr(void)
{
	unsigned value = DEFAULT_MXCSR;

	if (has_sse())
		__asm__ volatile("stmxcsr %0" : "=m"(value));
	return value;
}

static void set_mxcsr(unsigned value)
{
	if (has_sse())
		__asm__ volatile("ldmxcsr %0" : : "m"(value));
}

static unsigned short get_status(void)
{
	unsigned short status;

	__asm__ volatile("fnstsw %0" : "=a"(status));
	return status;
}

static unsigned short get_control(void)
{
	unsigned short control;

	__asm__ volatile("fnstcw %0" : "=m"(control));
	return control;
}

static void set_control(unsigned short control)
{
	__asm__ volatile("fldcw %0" : : "m"(control));
}

/* fnstenv masks all exceptions: the control word is put back. */
static void get_x87(fenv_t *environment)
{
	__asm__ volatile("fnstenv %0\n\tfldcw %0" : "=m"(*environment));
}

static void set_x87(const fenv_t *environment)
{
	__asm__ volatile("fldenv %0" : : "m"(*environment));
}

static void set_flags(unsigned clear, unsigned set)
{
	fenv_t environment;

	get_x87(&environment);
	environment.__status = (unsigned short)((environment.__status & ~clear) | set);
	set_x87(&environment);
}

int feclearexcept(int exceptions)
{
	set_flags((unsigned)exceptions & FE_ALL_EXCEPT, 0);
	set_mxcsr(get_mxcsr() & ~((unsigned)exceptions & FE_ALL_EXCEPT));
	return 0;
}

int fetestexcept(int exceptions)
{
	return (int)((get_status() | get_mxcsr()) & (unsigned)exceptions & FE_ALL_EXCEPT);
}

int fegetexceptflag(fexcept_t *flags, int exceptions)
{
	*flags = (fexcept_t)fetestexcept(exceptions);
	return 0;
}

int fesetexceptflag(const fexcept_t *flags, int exceptions)
{
	unsigned which = (unsigned)exceptions & FE_ALL_EXCEPT;

	set_flags(which, *flags & which);
	set_mxcsr(get_mxcsr() & ~which);
	return 0;
}

/* One that is not masked is to strike: the wait does it. */
int feraiseexcept(int exceptions)
{
	set_flags(0, (unsigned)exceptions & FE_ALL_EXCEPT);
	__asm__ volatile("fwait");
	return 0;
}

int fegetround(void)
{
	return get_control() & FE_TOWARDZERO;
}

int fesetround(int direction)
{
	if (direction & ~FE_TOWARDZERO)
		return -1;
	set_control((unsigned short)((get_control() & ~FE_TOWARDZERO) | direction));
	set_mxcsr((get_mxcsr() & ~0x6000u) | (unsigned)direction << 3);
	return 0;
}

int fegetenv(fenv_t *environment)
{
	get_x87(environment);
	environment->__mxcsr = get_mxcsr();
	return 0;
}

int feholdexcept(fenv_t *environment)
{
	fegetenv(environment);
	feclearexcept(FE_ALL_EXCEPT);
	set_control(get_control() | FE_ALL_EXCEPT | __FE_DENORM);
	set_mxcsr(get_mxcsr() | 0x1f80u);
	return 0;
}

int fesetenv(const fenv_t *environment)
{
	fenv_t fresh;

	if (environment == FE_DFL_ENV) {
		get_x87(&fresh);
		fresh.__control = DEFAULT_CONTROL;
		fresh.__status &= (unsigned short)~FE_ALL_EXCEPT;
		fresh.__mxcsr = DEFAULT_MXCSR;
		environment = &fresh;
	}
	set_x87(environment);
	set_mxcsr(environment->__mxcsr);
	return 0;
}

int feupdateenv(const fenv_t *environment)
{
	int raised = fetestexcept(FE_ALL_EXCEPT);

	fesetenv(environment);
	return feraiseexcept(raised);
}

int fegetexcept(void)
{
	return ~get_control() & FE_ALL_EXCEPT;
}

int feenableexcept(int exceptions)
{
	int before = fegetexcept();

	set_control((unsigned short)(get_control() & ~(exceptions & FE_ALL_EXCEPT)));
	set_mxcsr(get_mxcsr() & ~((unsigned)(exceptions & FE_ALL_EXCEPT) << 7));
	return before;
}

int fedisableexcept(int exceptions)
{
	int before = fegetexcept();

	set_control((unsigned short)(get_control() | (exceptions & FE_ALL_EXCEPT)));
	set_mxcsr(get_mxcsr() | (unsigned)(exceptions & FE_ALL_EXCEPT) << 7);
	return before;
}
