/* select and pselect6: bit n of the array of 32-bit words is descriptor n */
#ifndef ABI_SELECT_H
#define ABI_SELECT_H

#include <abi/int.h>

#define FD_SETSIZE	1024

struct abi_fd_set {
	__u32 fds_bits[FD_SETSIZE / 32];
};

/* The argument block of the old select (82) */
struct abi_sel_arg_struct {
	__u32 n;
	__u32 inp;
	__u32 outp;
	__u32 exp;
	__u32 tvp;
};

/* The sixth argument of pselect6 */
struct abi_sigset_argpack {
	__u32 p;
	__u32 size;
};

#endif
