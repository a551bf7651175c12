/* The auxiliary vector. */
#ifndef LIBC_SYS_AUXV_H
#define LIBC_SYS_AUXV_H

#include <abi/elf.h>

unsigned long getauxval(unsigned long type);

#endif
