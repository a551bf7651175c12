/* inotify: the events of files and directories, in order; renames by cookie; ends of watches; merging; overflow; limits. */
#include "../../guest/testing.h"
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/inotify.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>

#define DIR "/tmp/inotify"

static int in;

/* The next event has this mask and name. */
static struct inotify_event *next(void)
{
	static union {
		struct inotify_event e;
		char raw[4096];
	} buf;
	static ssize_t have;
	static char *at;
	struct inotify_event *e;

	if (have <= 0) {
		have = read(in, buf.raw, sizeof(buf.raw));
		at = buf.raw;
		if (have <= 0)
			return NULL;
	}
	e = (struct inotify_event *)at;
	at += sizeof(*e) + e->len;
	have -= (ssize_t)(sizeof(*e) + e->len);
	return e;
}

static void expect(unsigned mask, const char *name, const char *what)
{
	struct inotify_event *e = next();

	if (!e) {
		OK(0, "%s: no event", what);
		return;
	}
	OK(e->mask == mask && !strcmp(e->len ? e->name : "", name), "%s: %x %s", what, e->mask, e->len ? e->name : "");
}

static void none(const char *what)
{
	struct inotify_event *e = next();

	OK(!e, "%s: nothing more, got %x", what, e ? e->mask : 0);
}

static void directory(void)
{
	int fd, wd, cookie;
	struct inotify_event *e;

	wd = inotify_add_watch(in, DIR, IN_ALL_EVENTS);
	IS(wd, 1);
	fd = open(DIR "/a", O_CREAT | O_RDWR, 0600);
	expect(IN_CREATE, "a", "open makes it");
	expect(IN_OPEN, "a", "and opens");
	write(fd, "x", 1);
	write(fd, "y", 1);
	expect(IN_MODIFY, "a", "two writes are one event");
	close(fd);
	expect(IN_CLOSE_WRITE, "a", "close");
	fd = open(DIR "/a", O_RDONLY);
	read(fd, &cookie, 1);
	close(fd);
	expect(IN_OPEN, "a", "open to read");
	expect(IN_ACCESS, "a", "read");
	expect(IN_CLOSE_NOWRITE, "a", "close");
	chmod(DIR "/a", 0640);
	expect(IN_ATTRIB, "a", "chmod");
	truncate(DIR "/a", 100);
	expect(IN_MODIFY, "a", "truncate");
	rename(DIR "/a", DIR "/b");
	e = next();
	OK(e && e->mask == IN_MOVED_FROM && !strcmp(e->name, "a") && e->cookie, "moved from");
	cookie = e ? (int)e->cookie : 0;
	e = next();
	OK(e && e->mask == IN_MOVED_TO && !strcmp(e->name, "b") && (int)e->cookie == cookie, "moved to, by the same cookie");
	mkdir(DIR "/d", 0755);
	expect(IN_CREATE | IN_ISDIR, "d", "mkdir");
	rmdir(DIR "/d");
	expect(IN_DELETE | IN_ISDIR, "d", "rmdir");
	symlink("b", DIR "/s");
	expect(IN_CREATE, "s", "symlink");
	unlink(DIR "/s");
	expect(IN_DELETE, "s", "unlink");
	none("directory");
	IS(inotify_rm_watch(in, wd), 0);
	expect(IN_IGNORED, "", "removed");
	ERRNO(inotify_rm_watch(in, wd), EINVAL);
}

static void file(void)
{
	int wd = inotify_add_watch(in, DIR "/b", IN_ATTRIB | IN_DELETE_SELF | IN_MOVE_SELF), fd;

	OK(wd > 1, "numbers go on: %d", wd);
	rename(DIR "/b", DIR "/c");
	expect(IN_MOVE_SELF, "", "it moved");
	IS(inotify_add_watch(in, DIR "/c", IN_MODIFY | IN_MASK_ADD), wd);
	ERRNO(inotify_add_watch(in, DIR "/c", IN_MODIFY | IN_MASK_CREATE), EEXIST);
	link(DIR "/c", DIR "/c2");
	expect(IN_ATTRIB, "", "a second name");
	unlink(DIR "/c2");
	expect(IN_ATTRIB, "", "and away");
	fd = open(DIR "/c", O_WRONLY);
	unlink(DIR "/c");
	expect(IN_ATTRIB, "", "unlinked, still open");
	none("open");
	close(fd);
	expect(IN_DELETE_SELF, "", "gone with the last descriptor");
	expect(IN_IGNORED, "", "and so the watch");
	fd = open(DIR "/once", O_CREAT | O_WRONLY, 0600);
	OK(inotify_add_watch(in, DIR "/once", IN_MODIFY | IN_ONESHOT) > wd, "one-shot");
	write(fd, "x", 1);
	write(fd, "x", 1);
	close(fd);
	expect(IN_MODIFY, "", "once");
	expect(IN_IGNORED, "", "ended");
	none("once");
	unlink(DIR "/once");
}

static void mounts(void)
{
	mkdir(DIR "/m", 0755);
	if (mount("none", DIR "/m", "tmpfs", 0, NULL) == 0) {
		close(open(DIR "/m/f", O_CREAT | O_WRONLY, 0600));
		OK(inotify_add_watch(in, DIR "/m/f", IN_MODIFY) > 0, "in a filesystem that goes");
		IS(umount(DIR "/m"), 0);
		expect(IN_UNMOUNT, "", "unmounted");
		expect(IN_IGNORED, "", "ended");
	}
	rmdir(DIR "/m");
}

static void limits(void)
{
	struct pollfd p = { in, POLLIN, 0 };
	struct inotify_event *e;
	char small[sizeof(struct inotify_event)];
	int n = 0, status, other;

	ERRNO(inotify_init1(1), EINVAL);
	ERRNO(inotify_add_watch(in, DIR, 0), EINVAL);
	ERRNO(inotify_add_watch(in, DIR "/none", IN_OPEN), ENOENT);
	ERRNO(inotify_add_watch(in, (char *)4, IN_OPEN), EFAULT);
	ERRNO(inotify_add_watch(0, DIR, IN_OPEN), EINVAL);
	ERRNO(inotify_add_watch(999, DIR, IN_OPEN), EBADF);
	ERRNO(inotify_add_watch(in, "/etc/passwd", IN_OPEN | IN_ONLYDIR), ENOTDIR);
	IS(poll(&p, 1, 0), 0);
	inotify_add_watch(in, DIR, IN_CREATE | IN_DELETE);
	close(open(DIR "/long-name-of-a-file", O_CREAT | O_WRONLY, 0600));
	IS(poll(&p, 1, 0), 1);
	ERRNO(read(in, small, sizeof(small)), EINVAL);
	IS(ioctl(in, FIONREAD, &n), 0);
	IS(n, 16 + 32);
	while (next())
		;
	for (int i = 0; i < 10000; i++) {
		close(open(DIR "/x", O_CREAT | O_WRONLY, 0600));
		unlink(DIR "/x");
	}
	n = 0;
	while ((e = next()))
		n++, status = (int)e->mask;
	OK(n == 16385 && status == IN_Q_OVERFLOW, "%d events and the overflow", n - 1);
	unlink(DIR "/long-name-of-a-file");
	while (next())
		;
	if (fork() == 0) {
		if (setuid(4321))
			_exit(1);
		for (n = 0; n < 1000 && (other = inotify_init()) >= 0; n++)
			;
		_exit(n == 128 && errno == EMFILE ? 0 : 2);
	}
	wait(&status);
	IS(status, 0);
}

int main(void)
{
	rmdir(DIR);
	mkdir(DIR, 0755);
	in = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
	BAIL_UNLESS(in >= 0, "inotify_init1");
	directory();
	file();
	mounts();
	limits();
	close(in);
	IS(rmdir(DIR), 0);
	return test_done();
}
