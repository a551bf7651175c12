/* ELF, as the kernel loads it. */
#ifndef LIBC_ELF_H
#define LIBC_ELF_H

#include <stdint.h>
#include <abi/elf.h>

#endif
