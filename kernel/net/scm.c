/*
 * Control records of messages: descriptors (SCM_RIGHTS) and credentials (SCM_CREDENTIALS).
 *
 * Closing a file that was in flight may close a socket with further files in its queue, and so on, as deep as somebody
 * cares to build. A task that is closing such files keeps a list on its stack; whatever comes up meanwhile goes to the
 * end of that list, so the kernel stack stays as it is.
 */
#include <arch/uaccess.h>
#include <fs/fdtable.h>
#include <mm/kmalloc.h>
#include <net/socket.h>
#include <sched/pid.h>
#include <sched/signal.h>
#include <sched/task.h>
#include <abi/capability.h>

#define CONTROL_MAX 20480u		/* bytes of control records in one message */

struct drain {
	struct list_head link, pending;	/* drain_lock */
	struct task *task;
};
static DEFINE_SPINLOCK(drain_lock, RANK_UNIX);
static LIST_HEAD(drains);

static struct drain *drain_of_current(void)
{
	struct drain *d;

	list_for_each_entry(d, &drains, link)
		if (d->task == current)
			return d;
	return NULL;
}

void scm_files_put(struct scm_files *f)
{
	struct drain mine, *d;

	spin_lock(&drain_lock);
	d = drain_of_current();
	if (d) {
		list_add_tail(&f->link, &d->pending);
		spin_unlock(&drain_lock);
		return;
	}
	mine.task = current;
	list_init(&mine.pending);
	list_add(&mine.link, &drains);
	list_add(&f->link, &mine.pending);
	while (!list_empty(&mine.pending)) {
		f = list_first_entry(&mine.pending, struct scm_files, link);
		list_del(&f->link);
		spin_unlock(&drain_lock);
		for (u32 i = 0; i < f->n; i++)
			file_put(f->file[i]);
		kfree(f);
		spin_lock(&drain_lock);
	}
	list_del(&mine.link);
	spin_unlock(&drain_lock);
}

struct scm_files *scm_files_dup(const struct scm_files *f)
{
	struct scm_files *copy = kmalloc(sizeof(*copy), GFP_KERNEL);

	if (!copy)
		return NULL;
	copy->n = f->n;
	copy->user = NULL;
	for (u32 i = 0; i < f->n; i++)
		copy->file[i] = file_get(f->file[i]);
	return copy;
}

void scm_drop(struct scm *scm)
{
	if (scm->files)
		scm_files_put(scm->files);
	if (scm->pid)
		pid_put(scm->pid);
	scm->files = NULL;
	scm->pid = NULL;
}

void scm_set_current(struct scm *scm)
{
	scm->pid = pid_get(current_tgid());
	scm->uid = current_cred()->uid;
	scm->gid = current_cred()->gid;
}

/* ---- sending ---- */

static int take_files(struct scm *scm, const u32 *fds, u32 n)
{
	struct scm_files *f = scm->files;

	if (!n)
		return 0;
	if (n > SCM_MAX_FD - (f ? f->n : 0))
		return -EINVAL;
	if (!f) {
		f = kmalloc(sizeof(*f), GFP_KERNEL);
		if (!f)
			return -ENOMEM;
		f->n = 0;
		f->user = NULL;
		scm->files = f;
	}
	for (u32 i = 0; i < n; i++) {
		struct file *file = fd_get_raw(fds[i]);

		if (!file)
			return -EBADF;
		f->file[f->n++] = file;
	}
	return 0;
}

static int take_creds(struct scm *scm, const struct abi_ucred *u)
{
	const struct cred *c = current_cred();
	struct pid *pid;

	if (u->uid == (u32)-1 || u->gid == (u32)-1)
		return -EINVAL;
	if (u->pid != current->tgid && !capable(CAP_SYS_ADMIN))
		return -EPERM;
	if (u->uid != c->uid && u->uid != c->euid && u->uid != c->suid && !capable(CAP_SETUID))
		return -EPERM;
	if (u->gid != c->gid && u->gid != c->egid && u->gid != c->sgid && !capable(CAP_SETGID))
		return -EPERM;
	pid = pid_find_get(u->pid);
	if (!pid)
		return -ESRCH;
	if (scm->pid)
		pid_put(scm->pid);
	scm->pid = pid;
	scm->uid = u->uid;
	scm->gid = u->gid;
	return 0;
}

static int take_record(struct scm *scm, const struct abi_cmsghdr *h)
{
	const void *data = h + 1;
	u32 len = h->cmsg_len - sizeof(*h);

	if (h->cmsg_level != SOL_SOCKET)
		return 0;		/* another protocol's */
	switch (h->cmsg_type) {
	case SCM_RIGHTS:
		return take_files(scm, data, len / sizeof(u32));
	case SCM_CREDENTIALS:
		return len == sizeof(struct abi_ucred) ? take_creds(scm, data) : -EINVAL;
	}
	return -EINVAL;
}

int scm_send(struct scm *scm, const void __user *control, u32 len)
{
	u8 *text;
	u32 at = 0;
	int error = 0;

	if (len > CONTROL_MAX)
		return -ENOBUFS;
	if (!len)
		return 0;
	text = kmalloc(len, GFP_KERNEL);
	if (!text)
		return -ENOBUFS;
	if (copy_from_user(text, control, len))
		error = -EFAULT;
	while (!error && len - at >= sizeof(struct abi_cmsghdr)) {
		const struct abi_cmsghdr *h = (const struct abi_cmsghdr *)(text + at);

		if (h->cmsg_len < sizeof(*h) || h->cmsg_len > len - at) {
			error = -EINVAL;
			break;
		}
		error = take_record(scm, h);
		if (ABI_CMSG_ALIGN(h->cmsg_len) >= len - at)
			break;
		at += ABI_CMSG_ALIGN(h->cmsg_len);
	}
	kfree(text);
	if (error)
		scm_drop(scm);
	return error;
}

/* ---- receiving ---- */

void sock_put_cmsg(struct sock_msg *m, int level, int type, const void *data, u32 len)
{
	struct abi_cmsghdr h = { ABI_CMSG_LEN(len), level, type };
	u32 space;

	if (!m->control || m->control_left < sizeof(h)) {
		m->flags |= MSG_CTRUNC;
		return;
	}
	if (h.cmsg_len > m->control_left) {
		m->flags |= MSG_CTRUNC;
		h.cmsg_len = m->control_left;
	}
	/* A bad pointer loses the record, not the message. */
	if (copy_to_user(m->control, &h, sizeof(h)) || copy_to_user((u8 *)m->control + sizeof(h), data, h.cmsg_len - sizeof(h)))
		return;
	space = min(ABI_CMSG_ALIGN(h.cmsg_len), m->control_left);
	m->control = (u8 *)m->control + space;
	m->control_left -= space;
	m->control_used += space;
}

/* Descriptors for as many files as the record has room for; the number made. */
static u32 install(struct sock_msg *m, struct scm_files *f, unsigned flags)
{
	u32 room = m->control && m->control_left > sizeof(struct abi_cmsghdr) ?
		   (m->control_left - sizeof(struct abi_cmsghdr)) / sizeof(u32) : 0;
	u32 __user *at = (u32 *)((u8 *)m->control + sizeof(struct abi_cmsghdr));
	u32 n;

	for (n = 0; n < f->n && n < room; n++) {
		int fd = fd_alloc(0, flags & MSG_CMSG_CLOEXEC ? O_CLOEXEC : 0);

		if (fd < 0)
			break;
		if (put_user((u32)fd, at + n)) {
			fd_release(fd);
			break;
		}
		fd_install(fd, file_get(f->file[n]));
	}
	return n;
}

static void receive_files(struct sock_msg *m, unsigned flags)
{
	u32 n = install(m, m->scm.files, flags);

	if (n) {
		struct abi_cmsghdr h = { ABI_CMSG_LEN(n * 4), SOL_SOCKET, SCM_RIGHTS };

		if (!copy_to_user(m->control, &h, sizeof(h))) {
			m->control = (u8 *)m->control + h.cmsg_len;
			m->control_left -= h.cmsg_len;
			m->control_used += h.cmsg_len;
		}
	}
	if (n < m->scm.files->n)
		m->flags |= MSG_CTRUNC;
}

void scm_receive(struct socket *s, struct sock_msg *m, unsigned flags)
{
	bool creds = READ_ONCE(s->options) & SOCK_OPT_PASSCRED;

	if (!m->control) {
		if (creds || m->scm.files)
			m->flags |= MSG_CTRUNC;
	} else {
		if (creds) {
			struct abi_ucred u = { pid_nr(m->scm.pid), m->scm.uid, m->scm.gid };

			if (!m->scm.pid)
				u.uid = u.gid = 65534;	/* sent before anybody asked: nobody */
			sock_put_cmsg(m, SOL_SOCKET, SCM_CREDENTIALS, &u, sizeof(u));
		}
		if (m->scm.files)
			receive_files(m, flags);
	}
	scm_drop(&m->scm);
}
