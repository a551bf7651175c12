/* Angles brought near zero. */
#ifndef LIBC_INTERNAL_ANGLE_H
#define LIBC_INTERNAL_ANGLE_H

/*
 * x = quadrant * pi / 2 + *r + *tail, with |*r| at most about pi / 4, and the tail what *r lacks. x is finite.
 * Returns the quadrant modulo 4.
 */
int __angle(long double x, long double *r, long double *tail);
/* Of such a remainder. */
long double __sin_near(long double r, long double tail);
long double __cos_near(long double r, long double tail);

#endif
