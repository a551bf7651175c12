/* Nothing here: every declaration is visible, whatever a program asks for. */
#ifndef LIBC_FEATURES_H
#define LIBC_FEATURES_H

#define _POSIX_C_SOURCE_ALWAYS 1

#endif
