/* Device numbers: 12 bits of major, 20 of minor, as the kernel encodes them. */
#ifndef LIBC_SYS_SYSMACROS_H
#define LIBC_SYS_SYSMACROS_H

#define major(d) ((unsigned)(((d) >> 8) & 0xfff))
#define minor(d) ((unsigned)(((d) & 0xff) | (((d) >> 12) & 0xfff00)))
#define makedev(major, minor) \
	((unsigned long long)(((minor) & 0xff) | (((major) & 0xfff) << 8) | \
	 ((unsigned long long)((minor) & ~0xffU) << 12)))

#endif
