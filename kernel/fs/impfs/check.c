/*
 * Nothing but compile-time checks: the tables of the host's tools, from which the generated header is made, against
 * the format as the kernel's compiler lays it out.
 */
#include <gen/impfs_asserts.h>
