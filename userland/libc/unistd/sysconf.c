/* Limits that are asked for at run time. */
#include <limits.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/sysinfo.h>
#include <unistd.h>
#include "libc.h"

static long limit(int resource)
{
	struct rlimit value;

	if (getrlimit(resource, &value) < 0 || value.rlim_cur == RLIM_INFINITY)
		return -1;
	return value.rlim_cur > LONG_MAX ? LONG_MAX : (long)value.rlim_cur;
}

static long pages(int available)
{
	struct sysinfo info;

	if (sysinfo(&info) < 0)
		return -1;
	return (long)((uint64_t)(available ? info.freeram : info.totalram) *
		      (info.mem_unit ? info.mem_unit : 1) / 4096);
}

int getpagesize(void)
{
	return 4096;
}

long sysconf(int name)
{
	switch (name) {
	case _SC_ARG_MAX:
		return ARG_MAX;
	case _SC_CHILD_MAX:
		return limit(RLIMIT_NPROC);
	case _SC_CLK_TCK:
		return 100;
	case _SC_NGROUPS_MAX:
		return NGROUPS_MAX;
	case _SC_OPEN_MAX:
		return limit(RLIMIT_NOFILE);
	case _SC_STREAM_MAX:
		return OPEN_MAX;
	case _SC_TZNAME_MAX:
		return TZNAME_MAX;
	case _SC_JOB_CONTROL:
	case _SC_SAVED_IDS:
		return 1;
	case _SC_VERSION:
		return _POSIX_VERSION;
	case _SC_PAGESIZE:
		return 4096;
	case _SC_LINE_MAX:
		return LINE_MAX;
	case _SC_IOV_MAX:
		return IOV_MAX;
	case _SC_GETPW_R_SIZE_MAX:
	case _SC_GETGR_R_SIZE_MAX:
		return 1024;
	case _SC_LOGIN_NAME_MAX:
		return LOGIN_NAME_MAX;
	case _SC_NPROCESSORS_CONF:
	case _SC_NPROCESSORS_ONLN:
		return get_nprocs();
	case _SC_PHYS_PAGES:
		return pages(0);
	case _SC_AVPHYS_PAGES:
		return pages(1);
	case _SC_SYMLOOP_MAX:
		return SYMLOOP_MAX;
	case _SC_HOST_NAME_MAX:
		return HOST_NAME_MAX;
	default:
		errno = EINVAL;
		return -1;
	}
}

static long path_limit(int name, const struct statfs *status)
{
	switch (name) {
	case _PC_LINK_MAX:
		return LINK_MAX;
	case _PC_MAX_CANON:
	case _PC_MAX_INPUT:
		return MAX_CANON;
	case _PC_NAME_MAX:
		return (long)status->f_namelen;
	case _PC_PATH_MAX:
		return PATH_MAX;
	case _PC_PIPE_BUF:
		return PIPE_BUF;
	case _PC_CHOWN_RESTRICTED:
	case _PC_NO_TRUNC:
		return 1;
	case _PC_VDISABLE:
		return 0;
	default:
		errno = EINVAL;
		return -1;
	}
}

long pathconf(const char *path, int name)
{
	struct statfs status;

	return statfs(path, &status) < 0 ? -1 : path_limit(name, &status);
}

long fpathconf(int fd, int name)
{
	struct statfs status;

	return fstatfs(fd, &status) < 0 ? -1 : path_limit(name, &status);
}

size_t confstr(int name, char *buffer, size_t size)
{
	static const char path[] = "/usr/bin:/bin";

	if (name != _CS_PATH) {
		errno = EINVAL;
		return 0;
	}
	if (buffer && size > 0)
		strlcpy(buffer, path, size);
	return sizeof(path);
}
