/* The mqueue filesystem: queues as files, made, looked at, opened, changed and removed either way. */
#define _GNU_SOURCE
#include "../../guest/testing.h"
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/inotify.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#define PLACE	"/tmp/queues-mounted"
#define MQ_OPEN(...)	(int)syscall(SYS_mq_open, __VA_ARGS__)
#define MQ_UNLINK(name)	syscall(SYS_mq_unlink, name)
#ifdef SYS_mq_timedsend_time64
#define SEND	SYS_mq_timedsend_time64
#define RECEIVE	SYS_mq_timedreceive_time64
#else
#define SEND	SYS_mq_timedsend
#define RECEIVE	SYS_mq_timedreceive
#endif

static int listed(const char *name)
{
	DIR *d = opendir(PLACE);
	struct dirent *e;
	int n = 0;

	while (d && (e = readdir(d)))
		n += strcmp(e->d_name, name) == 0;
	if (d)
		closedir(d);
	return n;
}

/* As nobody: the call's errno, or 0. */
#define NOBODY(call) ({ \
	int status_ = -1; \
	pid_t pid_ = fork(); \
	if (pid_ == 0) { \
		if (setgid(65534) || setuid(65534)) \
			_exit(255); \
		_exit((call) == -1 ? errno : 0); \
	} \
	waitpid(pid_, &status_, 0); \
	status_ >> 8; \
})

static void as_files(void)
{
	struct stat st;
	char text[128] = "";
	int q = MQ_OPEN("first", O_RDWR | O_CREAT | O_EXCL, 0640, NULL), fd;

	OK(q >= 0 && listed("first"), "a queue is a file");
	OK(stat("first", &st) == 0 && S_ISREG(st.st_mode) && (st.st_mode & 0777) == 0640 && st.st_size == 80, "of mode and size");
	IS(syscall(SEND, q, "four", 4, 3, NULL), 0);
	fd = open("first", O_RDONLY);
	IS(read(fd, text, 0), 0);
	OK(read(fd, text, sizeof(text) - 1) > 0, "it reads");
	OK(strstr(text, "QSIZE:4          NOTIFY:0     SIGNO:0     NOTIFY_PID:0") == text, "as: %s", text);
	IS(syscall(RECEIVE, fd, text, 8192, NULL, NULL), 4);
	ERRNO(syscall(SEND, fd, "x", 1, 0, NULL), EBADF);
	ERRNO(write(q, "x", 1), EINVAL);
	close(fd);
	ERRNO(open("none", O_RDONLY), ENOENT);
	ERRNO(mkdir("folder", 0700), EPERM);
	ERRNO(link("first", "second"), EPERM);
	ERRNO(rename("first", "second"), EPERM);
	IS(chmod("first", 0600), 0);
	IS(NOBODY(open("first", O_RDONLY)), EACCES);
	IS(NOBODY(MQ_OPEN("first", O_RDONLY, 0, NULL)), EACCES);
	IS(NOBODY(unlink("first")), EPERM);
	IS(NOBODY(MQ_UNLINK("first")), EPERM);
	IS(chown("first", 65534, 65534), 0);
	IS(NOBODY(MQ_OPEN("first", O_RDWR, 0, NULL) < 0 ? -1 : 0), 0);
	IS(NOBODY(unlink("first")), 0);
	OK(!listed("first"), "removed by its owner");
	ERRNO(MQ_OPEN("first", O_RDWR, 0, NULL), ENOENT);
	IS(syscall(SEND, q, "kept", 4, 0, NULL), 0);
	IS(syscall(RECEIVE, q, text, 8192, NULL, NULL), 4);
	close(q);
}

static void by_hand(void)
{
	struct stat st;
	char text[8192];
	int fd = open("made", O_RDWR | O_CREAT, 0600), q;

	OK(fd >= 0, "touched");
	IS(syscall(SEND, fd, "hello", 5, 0, NULL), 0);
	q = MQ_OPEN("made", O_RDONLY, 0, NULL);
	IS(syscall(RECEIVE, q, text, sizeof(text), NULL, NULL), 5);
	ERRNO(MQ_OPEN("made", O_RDWR | O_CREAT | O_EXCL, 0600, NULL), EEXIST);
	IS(fstat(fd, &st), 0);
	IS(st.st_nlink, 1);
	IS(MQ_UNLINK("made"), 0);
	IS(fstat(fd, &st), 0);
	IS(st.st_nlink, 0);
	OK(!listed("made"), "gone");
	ERRNO(unlink("made"), ENOENT);
	close(q);
	close(fd);
	int watch = inotify_init1(IN_NONBLOCK);
	inotify_add_watch(watch, ".", IN_CREATE | IN_DELETE);
	close(MQ_OPEN("seen", O_RDWR | O_CREAT, 0600, NULL));
	MQ_UNLINK("seen");
	OK(read(watch, text, sizeof(text)) > 32, "comings and goings are told");
	close(watch);
}

static void again(void)
{
	struct statfs fs;
	struct stat st;
	int q = MQ_OPEN("lasting", O_RDWR | O_CREAT, 0600, NULL);

	OK(statfs(".", &fs) == 0 && fs.f_type == 0x19800202, "its magic");
	OK(stat(".", &st) == 0 && (st.st_mode & 07777) == 01777, "a sticky directory");
	(void)!chdir("/");
	IS(umount(PLACE), 0);
	OK(stat(PLACE "/lasting", &st) == -1, "not seen");
	IS(mount("none", PLACE, "mqueue", 0, NULL), 0);
	IS(stat(PLACE "/lasting", &st), 0);
	IS(unlink(PLACE "/lasting"), 0);
	close(q);
}

int main(void)
{
	mkdir(PLACE, 0755);
	chmod(PLACE, 0755);
	BAIL_UNLESS(mount("none", PLACE, "mqueue", 0, NULL) == 0 && chdir(PLACE) == 0, "mounted");
	unlink("first");
	unlink("made");
	unlink("lasting");
	as_files();
	by_hand();
	again();
	IS(umount(PLACE), 0);
	rmdir(PLACE);
	return test_done();
}
