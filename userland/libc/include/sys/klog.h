/* The kernel's log. */
#ifndef LIBC_SYS_KLOG_H
#define LIBC_SYS_KLOG_H

int klogctl(int action, char *buffer, int length);

#endif
