/* The largest file that may be written, in units of 512 bytes. */
#ifndef LIBC_ULIMIT_H
#define LIBC_ULIMIT_H

#define UL_GETFSIZE 1
#define UL_SETFSIZE 2

long ulimit(int command, ...);

#endif
