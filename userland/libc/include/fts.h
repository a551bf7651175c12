/* Walks through trees of files, one entry at a time. */
#ifndef LIBC_FTS_H
#define LIBC_FTS_H

#include <sys/stat.h>
#include <sys/types.h>

#define FTS_COMFOLLOW 0x01		/* links that are arguments are followed */
#define FTS_LOGICAL 0x02		/* all links are */
#define FTS_NOCHDIR 0x04		/* the current folder stays */
#define FTS_NOSTAT 0x08			/* no status of what is no folder */
#define FTS_PHYSICAL 0x10
#define FTS_SEEDOT 0x20			/* . and .. too */
#define FTS_XDEV 0x40			/* stay in the filesystem */
#define FTS_WHITEOUT 0x80
#define FTS_OPTIONMASK 0xff
#define FTS_NAMEONLY 0x100		/* of fts_children() */
#define FTS_STOP 0x200

/* fts_info */
#define FTS_D 1				/* a folder, before what is in it */
#define FTS_DC 2			/* a folder that leads back to one above it */
#define FTS_DEFAULT 3
#define FTS_DNR 4			/* a folder that cannot be read */
#define FTS_DOT 5
#define FTS_DP 6			/* a folder, after what is in it */
#define FTS_ERR 7
#define FTS_F 8
#define FTS_INIT 9
#define FTS_NS 10			/* no status: fts_errno */
#define FTS_NSOK 11			/* no status was asked for */
#define FTS_SL 12
#define FTS_SLNONE 13			/* a link that leads nowhere */
#define FTS_W 14

/* fts_set() */
#define FTS_AGAIN 1
#define FTS_FOLLOW 2
#define FTS_NOINSTR 3
#define FTS_SKIP 4

#define FTS_ROOTPARENTLEVEL -1
#define FTS_ROOTLEVEL 0

typedef struct _ftsent {
	struct _ftsent *fts_cycle, *fts_parent, *fts_link;
	long fts_number;		/* these two are the program's */
	void *fts_pointer;
	char *fts_accpath;		/* by which it is reached from the current folder */
	char *fts_path;			/* from the argument on */
	int fts_errno, fts_symfd;
	unsigned fts_pathlen, fts_namelen;
	ino_t fts_ino;
	dev_t fts_dev;
	nlink_t fts_nlink;
	int fts_level;
	unsigned short fts_info, fts_flags, fts_instr;
	struct stat *fts_statp;
	char *fts_name;
} FTSENT;

typedef struct {
	FTSENT *fts_cur, *fts_child;
	dev_t fts_dev;			/* of the argument that is walked through */
	int fts_rfd;			/* the folder to come back to, or -1 */
	int (*fts_compar)(const FTSENT **, const FTSENT **);
	int fts_options;
} FTS;

/* Arguments end with NULL. NULL with errno. */
FTS *fts_open(char *const *paths, int options, int (*compare)(const FTSENT **, const FTSENT **));
/* The next one; NULL with errno 0 at the end. Valid until the next call, a folder's until it was returned again. */
FTSENT *fts_read(FTS *walk);
/* What is in the folder that was read last: options are 0 or FTS_NAMEONLY. */
FTSENT *fts_children(FTS *walk, int options);
int fts_set(FTS *walk, FTSENT *entry, int instruction);
int fts_close(FTS *walk);

#endif
