/*
 * Compares the structures of kernel/abi with Linux's own i386 headers: sizes and offsets, at compile
 * time. Where Linux keeps a structure inside the kernel, the size is stated by hand.
 */
#include <stddef.h>
#include "linux-all.h"
/* Linux's headers name some members by macros */
#undef sa_handler
#undef st_atime
#undef st_mtime
#undef st_ctime
#include "abi-all-but-elf.h"

#define SIZE(ours, theirs) \
	_Static_assert(sizeof(ours) == sizeof(theirs), "sizeof " #ours)
#define SIZE_IS(ours, size) _Static_assert(sizeof(ours) == (size), "sizeof " #ours)
#define AT(ours, theirs, member) MEMBER(ours, member, theirs, member)
#define MEMBER(ours, a, theirs, b) \
	_Static_assert(offsetof(ours, a) == offsetof(theirs, b) && \
		       sizeof(((ours *)0)->a) == sizeof(((theirs *)0)->b), #ours "." #a)

SIZE(struct abi_flock, struct flock);
SIZE(struct abi_flock64, struct flock64);
AT(struct abi_flock64, struct flock64, l_pid);
SIZE(struct abi_f_owner_ex, struct f_owner_ex);
SIZE(struct abi_open_how, struct open_how);
SIZE(struct abi_old_stat, struct __old_kernel_stat);
MEMBER(struct abi_old_stat, st_size, struct __old_kernel_stat, st_size);
SIZE(struct abi_stat, struct stat);
MEMBER(struct abi_stat, st_rdev, struct stat, st_rdev);
MEMBER(struct abi_stat, st_ctime_nsec, struct stat, st_ctime_nsec);
SIZE(struct abi_stat64, struct stat64);
AT(struct abi_stat64, struct stat64, __st_ino);
AT(struct abi_stat64, struct stat64, st_mode);
AT(struct abi_stat64, struct stat64, st_rdev);
AT(struct abi_stat64, struct stat64, st_size);
AT(struct abi_stat64, struct stat64, st_blksize);
AT(struct abi_stat64, struct stat64, st_blocks);
AT(struct abi_stat64, struct stat64, st_atime);
AT(struct abi_stat64, struct stat64, st_ctime_nsec);
AT(struct abi_stat64, struct stat64, st_ino);
SIZE(struct abi_statx, struct statx);
AT(struct abi_statx, struct statx, stx_mode);
AT(struct abi_statx, struct statx, stx_attributes_mask);
AT(struct abi_statx, struct statx, stx_mtime);
AT(struct abi_statx, struct statx, stx_dev_minor);
AT(struct abi_statx, struct statx, stx_mnt_id);
SIZE(struct abi_statfs, struct statfs);
AT(struct abi_statfs, struct statfs, f_namelen);
SIZE(struct abi_statfs64, struct statfs64);
AT(struct abi_statfs64, struct statfs64, f_ffree);
AT(struct abi_statfs64, struct statfs64, f_flags);
MEMBER(struct abi_dirent64, d_type, struct { __u64 a; __s64 b; __u16 c; __u8 d; }, d);
SIZE(struct abi_timeval, struct __kernel_old_timeval);
SIZE(struct abi_timespec32, struct timespec);
SIZE(struct abi_timespec64, struct __kernel_timespec);
SIZE(struct abi_itimerval, struct itimerval);
SIZE(struct abi_itimerspec32, struct itimerspec);
SIZE(struct abi_itimerspec64, struct __kernel_itimerspec);
SIZE(struct abi_utimbuf, struct utimbuf);
SIZE(struct abi_tms, struct tms);
SIZE(struct abi_timex32, struct timex);
MEMBER(struct abi_timex32, tai, struct timex, tai);
SIZE(struct abi_timex, struct __kernel_timex);
AT(struct abi_timex, struct __kernel_timex, constant);
AT(struct abi_timex, struct __kernel_timex, tick);
AT(struct abi_timex, struct __kernel_timex, stabil);
AT(struct abi_timex, struct __kernel_timex, tai);
SIZE(struct abi_signalfd_siginfo, struct signalfd_siginfo);
AT(struct abi_signalfd_siginfo, struct signalfd_siginfo, ssi_ptr);
AT(struct abi_signalfd_siginfo, struct signalfd_siginfo, ssi_arch);
SIZE(struct abi_inotify_event, struct inotify_event);
SIZE_IS(struct abi_sigset, 8);
SIZE(struct abi_old_sigaction, struct sigaction);
SIZE_IS(struct abi_sigaction, 20);
SIZE(struct abi_stack_t, stack_t);
SIZE(struct abi_siginfo, siginfo_t);
MEMBER(struct abi_siginfo, _sifields._kill._uid, siginfo_t, _sifields._kill._uid);
MEMBER(struct abi_siginfo, _sifields._timer._sigval, siginfo_t, _sifields._timer._sigval);
MEMBER(struct abi_siginfo, _sifields._rt._sigval, siginfo_t, _sifields._rt._sigval);
MEMBER(struct abi_siginfo, _sifields._sigchld._stime, siginfo_t, _sifields._sigchld._stime);
MEMBER(struct abi_siginfo, _sifields._sigsys._arch, siginfo_t, _sifields._sigsys._arch);
SIZE(struct abi_sigevent, struct sigevent);
SIZE(struct abi_fpstate, struct _fpstate_32);
AT(struct abi_fpstate, struct _fpstate_32, magic);
AT(struct abi_fpstate, struct _fpstate_32, _fxsr_env);
AT(struct abi_fpstate, struct _fpstate_32, mxcsr);
AT(struct abi_fpstate, struct _fpstate_32, _xmm);
SIZE(struct abi_sigcontext, struct sigcontext);
MEMBER(struct abi_sigcontext, edi, struct sigcontext, edi);
MEMBER(struct abi_sigcontext, eip, struct sigcontext, eip);
MEMBER(struct abi_sigcontext, fpstate, struct sigcontext, fpstate);
MEMBER(struct abi_sigcontext, cr2, struct sigcontext, cr2);
MEMBER(struct abi_ucontext, uc_mcontext, struct ucontext, uc_mcontext);
_Static_assert(offsetof(struct abi_ucontext, uc_sigmask) == offsetof(struct ucontext, uc_sigmask), "uc_sigmask");
SIZE(struct abi_mmap_arg_struct, struct { __u32 a[6]; });
SIZE(struct abi_pollfd, struct pollfd);
SIZE_IS(struct abi_epoll_event, 12);
SIZE(struct abi_fd_set, __kernel_fd_set);
SIZE(struct abi_fstrim_range, struct fstrim_range);
SIZE(struct abi_hd_geometry, struct hd_geometry);
SIZE(struct abi_rand_pool_info, struct rand_pool_info);
SIZE(struct abi_rtc_time, struct rtc_time);
SIZE(struct abi_vt_stat, struct vt_stat);
SIZE(struct abi_vt_mode, struct vt_mode);
SIZE(struct abi_termios, struct termios);
SIZE(struct abi_termios2, struct termios2);
AT(struct abi_termios2, struct termios2, c_ospeed);
SIZE(struct abi_termio, struct termio);
SIZE(struct abi_winsize, struct winsize);
SIZE(struct abi_rlimit, struct rlimit);
SIZE(struct abi_rlimit64, struct rlimit64);
SIZE(struct abi_rusage, struct rusage);
SIZE(struct abi_clone_args, struct clone_args);
SIZE(struct abi_sched_attr, struct sched_attr);
SIZE(struct abi_robust_list_head, struct robust_list_head);
SIZE(struct abi_utsname, struct new_utsname);
SIZE(struct abi_old_utsname, struct old_utsname);
SIZE(struct abi_oldold_utsname, struct oldold_utsname);
SIZE(struct abi_sysinfo, struct sysinfo);
AT(struct abi_sysinfo, struct sysinfo, mem_unit);
SIZE(struct abi_user_desc, struct user_desc);
SIZE(struct abi_iovec, struct iovec);
SIZE(struct abi_cap_user_header, struct __user_cap_header_struct);
SIZE(struct abi_cap_user_data, struct __user_cap_data_struct);
SIZE(struct abi_user_regs, struct pt_regs);
SIZE_IS(struct abi_sockaddr, 16);
SIZE(struct abi_sockaddr_un, struct sockaddr_un);
SIZE_IS(struct abi_sockaddr_in, 16);
SIZE_IS(struct abi_msghdr, 28);
SIZE_IS(struct abi_cmsghdr, 12);
SIZE_IS(struct abi_ucred, 12);
