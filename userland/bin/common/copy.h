/* Copying files of all kinds, for cp and for mv between filesystems. */
#ifndef BIN_COPY_H
#define BIN_COPY_H

struct copy_options {
	int recursive;
	int preserve;		/* modes, owners, times */
	int force;		/* remove a target that cannot be opened */
	int interactive;
	int no_clobber;
	int update;		/* only what is newer */
	int verbose;
	char follow;		/* links: 'P' never, 'H' those named, 'L' always */
};

/* Copies one file or tree. 0, or 1 after messages about everything that failed. */
int copy_tree(const char *from, const char *to, const struct copy_options *options);
/* Removes a tree; 0, or 1 after messages. */
int remove_tree(const char *path, int force, int interactive, int verbose);

#endif
