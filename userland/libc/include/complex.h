/* Complex numbers. */
#ifndef LIBC_COMPLEX_H
#define LIBC_COMPLEX_H

#define complex _Complex
#define _Complex_I (__extension__ 1.0fi)
#define I _Complex_I
#define CMPLX(x, y) __builtin_complex((double)(x), (double)(y))
#define CMPLXF(x, y) __builtin_complex((float)(x), (float)(y))
#define CMPLXL(x, y) __builtin_complex((long double)(x), (long double)(y))

#define __COMPLEX1(name) \
	double complex name(double complex); \
	float complex name##f(float complex); \
	long double complex name##l(long double complex)
#define __COMPLEX_REAL(name) \
	double name(double complex); \
	float name##f(float complex); \
	long double name##l(long double complex)
__COMPLEX1(cacos);
__COMPLEX1(cacosh);
__COMPLEX1(casin);
__COMPLEX1(casinh);
__COMPLEX1(catan);
__COMPLEX1(catanh);
__COMPLEX1(ccos);
__COMPLEX1(ccosh);
__COMPLEX1(cexp);
__COMPLEX1(clog);
__COMPLEX1(conj);
__COMPLEX1(cproj);
__COMPLEX1(csin);
__COMPLEX1(csinh);
__COMPLEX1(csqrt);
__COMPLEX1(ctan);
__COMPLEX1(ctanh);
__COMPLEX_REAL(cabs);
__COMPLEX_REAL(carg);
__COMPLEX_REAL(cimag);
__COMPLEX_REAL(creal);
double complex cpow(double complex, double complex);
float complex cpowf(float complex, float complex);
long double complex cpowl(long double complex, long double complex);

#endif
