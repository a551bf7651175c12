/* The floating-point environment: that of the x87; the library does not compute by SSE. */
#ifndef LIBC_FENV_H
#define LIBC_FENV_H

#define FE_INVALID 0x01
#define __FE_DENORM 0x02
#define FE_DIVBYZERO 0x04
#define FE_OVERFLOW 0x08
#define FE_UNDERFLOW 0x10
#define FE_INEXACT 0x20
#define FE_ALL_EXCEPT (FE_INVALID | FE_DIVBYZERO | FE_OVERFLOW | FE_UNDERFLOW | FE_INEXACT)
#define FE_TONEAREST 0
#define FE_DOWNWARD 0x400
#define FE_UPWARD 0x800
#define FE_TOWARDZERO 0xc00

typedef unsigned short fexcept_t;

typedef struct {
	unsigned short __control, __unused1;
	unsigned short __status, __unused2;
	unsigned short __tags, __unused3;
	unsigned __pointers[4];
	unsigned __mxcsr;
} fenv_t;

#define FE_DFL_ENV ((const fenv_t *)-1)

int feclearexcept(int exceptions);
int fedisableexcept(int exceptions);
int feenableexcept(int exceptions);
int fegetenv(fenv_t *environment);
int fegetexcept(void);
int fegetexceptflag(fexcept_t *flags, int exceptions);
int fegetround(void);
int feholdexcept(fenv_t *environment);
int feraiseexcept(int exceptions);
int fesetenv(const fenv_t *environment);
int fesetexceptflag(const fexcept_t *flags, int exceptions);
int fesetround(int direction);
int fetestexcept(int exceptions);
int feupdateenv(const fenv_t *environment);

#endif
