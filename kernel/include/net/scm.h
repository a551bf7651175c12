/*
 * What travels beside the bytes of a message: open files and the sender's identity. scm_send() makes it of the sender's
 * control records, a family carries it, scm_receive() turns it into the receiver's descriptors and records.
 */
#ifndef NET_SCM_H
#define NET_SCM_H

#include <core/list.h>
#include <core/types.h>

struct file;
struct pid;
struct socket;
struct sock_msg;
struct user;

#define SCM_MAX_FD 253u

struct scm_files {
	struct list_head link;		/* waiting to be closed */
	u32 n;
	struct user *user;		/* whose quota of descriptors in flight; NULL: not in flight */
	struct file *file[SCM_MAX_FD];	/* n of them are there */
};

struct scm {
	struct scm_files *files;	/* owned; NULL: none */
	struct pid *pid;		/* counted; NULL: no credentials */
	uid_t uid;
	gid_t gid;
};
static inline void scm_init(struct scm *scm)
{
	scm->files = NULL;
	scm->pid = NULL;
	scm->uid = (uid_t)-1;
	scm->gid = (gid_t)-1;
}
void scm_drop(struct scm *scm);
void scm_set_current(struct scm *scm);		/* credentials of current */
/* From `len` bytes of control records; 0, -EINVAL, -EBADF, -EPERM, -ESRCH, -ENOBUFS, -EFAULT, -ENOMEM. */
int scm_send(struct scm *scm, const void __user *control, u32 len);
/* Gives m->scm to current: descriptors are made, records written; what has no room is dropped with MSG_CTRUNC. */
void scm_receive(struct socket *s, struct sock_msg *m, unsigned flags);
struct scm_files *scm_files_dup(const struct scm_files *f);	/* NULL: out of memory */
/* Closes the files. One that is a socket with files in its own queue does not nest: see scm.c. */
void scm_files_put(struct scm_files *f);

#endif
