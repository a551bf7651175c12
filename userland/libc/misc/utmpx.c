/* The records of who is logged in. Readers and writers lock the file for as long as one record takes. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>
#include <utmpx.h>

_Static_assert(sizeof(struct utmpx) == 384, "the file's");

static char file[256] = UTMPX_FILE;
static struct utmpx current;
static int fd = -1;

static int open_file(void)
{
	if (fd < 0)
		fd = open(file, O_RDWR | O_CLOEXEC);
	if (fd < 0)
		fd = open(file, O_RDONLY | O_CLOEXEC);
	return fd < 0 ? -1 : 0;
}

int utmpxname(const char *path)
{
	endutxent();
	if (strlcpy(file, path, sizeof(file)) < sizeof(file))
		return 0;
	errno = ENAMETOOLONG;
	return -1;
}

void setutxent(void)
{
	if (!open_file())
		(void)lseek(fd, 0, SEEK_SET);	/* of a file it cannot fail */
}

void endutxent(void)
{
	if (fd >= 0)
		close(fd);
	fd = -1;
}

struct utmpx *getutxent(void)
{
	ssize_t got;

	if (open_file() < 0)
		return NULL;
	(void)flock(fd, LOCK_SH);		/* without locks a record may be half an old one */
	got = read(fd, &current, sizeof(current));
	(void)flock(fd, LOCK_UN);
	return got == sizeof(current) ? &current : NULL;
}

static int is_session(int type)
{
	return type >= INIT_PROCESS && type <= DEAD_PROCESS;
}

static int same_id(const struct utmpx *a, const struct utmpx *b)
{
	if (b->ut_type >= RUN_LVL && b->ut_type <= OLD_TIME)
		return a->ut_type == b->ut_type;
	return is_session(b->ut_type) && is_session(a->ut_type) && !strncmp(a->ut_id, b->ut_id, sizeof(a->ut_id));
}

struct utmpx *getutxid(const struct utmpx *id)
{
	struct utmpx wanted = *id, *entry;

	while ((entry = getutxent()) && !same_id(entry, &wanted))
		;
	return entry;
}

struct utmpx *getutxline(const struct utmpx *line)
{
	struct utmpx wanted = *line, *entry;

	while ((entry = getutxent()) && !((entry->ut_type == USER_PROCESS || entry->ut_type == LOGIN_PROCESS) &&
					  !strncmp(entry->ut_line, wanted.ut_line, sizeof(wanted.ut_line))))
		;
	return entry;
}

/* In the place of the record with the same id, or behind all. */
struct utmpx *pututxline(const struct utmpx *entry)
{
	struct utmpx wanted = *entry;
	off_t place;
	ssize_t wrote;

	setutxent();
	if (fd < 0)
		return NULL;
	if (getutxid(&wanted))
		place = lseek(fd, -(off_t)sizeof(current), SEEK_CUR);
	else
		place = lseek(fd, 0, SEEK_END);
	if (place < 0)
		return NULL;
	(void)flock(fd, LOCK_EX);
	wrote = pwrite(fd, &wanted, sizeof(wanted), place);
	(void)flock(fd, LOCK_UN);
	if (wrote != sizeof(wanted))
		return NULL;
	(void)lseek(fd, place + (off_t)sizeof(wanted), SEEK_SET);
	current = wanted;
	return &current;
}

void updwtmpx(const char *path, const struct utmpx *entry)
{
	int to = open(path, O_WRONLY | O_APPEND | O_CLOEXEC);

	if (to < 0)
		return;
	(void)!write(to, entry, sizeof(*entry));	/* a log's loss is nobody's error */
	close(to);
}
