/* Virtual consoles: which is in front, and who decides when it changes. */
#ifndef LIBC_SYS_VT_H
#define LIBC_SYS_VT_H

#include <abi/ioctl.h>

#define MIN_NR_CONSOLES 1
#define MAX_NR_CONSOLES 63
#define VT_AUTO 0
#define VT_PROCESS 1
#define VT_ACKACQ 2

struct vt_stat {
	unsigned short v_active;	/* number of the console in front, from 1 */
	unsigned short v_signal;
	unsigned short v_state;		/* bit n: console n is open */
};

struct vt_mode {
	char mode;
	char waitv;
	short relsig;
	short acqsig;
	short frsig;
};

#endif
