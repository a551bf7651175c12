/*
 * Names of AF_UNIX sockets. A path is found by the inode that it leads to, an abstract name by its bytes and the socket's
 * type. A socket gets a name once and keeps it; a path's name in the tree stays behind when the socket is gone.
 */
#include "unix.h"
#include <core/random.h>
#include <mm/kmalloc.h>
#include <sched/task.h>

#define BUCKETS 256u
#define PATH_AT ((int)offsetof(struct abi_sockaddr_un, sun_path))

static struct hlist_head names[BUCKETS], inodes[BUCKETS];	/* unix_lock */

static struct hlist_head *name_bucket(const struct abi_sockaddr_un *name, int len, int type)
{
	return &names[(name_hash(name->sun_path, (u32)(len - PATH_AT)) ^ (u32)type) % BUCKETS];
}

static struct hlist_head *inode_bucket(const struct inode *inode)
{
	return &inodes[((unsigned long)inode >> 5) % BUCKETS];
}

int unix_check_addr(const struct abi_sockaddr *addr, int len)
{
	if (len <= PATH_AT || len > (int)sizeof(struct abi_sockaddr_un) || addr->sa_family != AF_UNIX)
		return -EINVAL;
	return 0;
}

/* A path as text, ended; the address's own bytes need not be. */
static void path_text(char *to, const struct abi_sockaddr *addr, int len)
{
	int n = len - PATH_AT;

	memcpy(to, ((const struct abi_sockaddr_un *)addr)->sun_path, (size_t)n);
	to[n] = 0;
}

/* ---- addresses ---- */

static struct unix_addr *addr_new(const void *name, int len)
{
	struct unix_addr *a = kmalloc(sizeof(*a), GFP_KERNEL);

	if (!a)
		return NULL;
	atomic_set(&a->count, 1);
	a->len = len;
	memset(&a->name, 0, sizeof(a->name));
	memcpy(&a->name, name, (size_t)len);
	return a;
}

void unix_addr_put(struct unix_addr *a)
{
	if (atomic_dec_and_test(&a->count))
		kfree(a);
}

struct unix_addr *unix_addr_get(struct unix_sock *u)
{
	struct unix_addr *a = READ_ONCE(u->addr);

	if (a)
		atomic_inc(&a->count);
	return a;
}

int unix_addr_copy(struct abi_sockaddr *to, const struct unix_addr *a)
{
	to->sa_family = AF_UNIX;
	if (!a)
		return PATH_AT;
	memcpy(to, &a->name, (size_t)min(a->len, (int)sizeof(a->name)));
	if (a->len > (int)sizeof(a->name))	/* a path of the full 108 bytes and its end */
		((char *)to)[sizeof(a->name)] = 0;
	return a->len;
}

int unix_getname(struct socket *s, struct abi_sockaddr *addr, bool peer)
{
	struct unix_sock *u = unix_sk(s), *of = u;
	int len;

	if (peer) {
		of = unix_peer_get(u);
		if (!of)
			return -ENOTCONN;
	}
	len = unix_addr_copy(addr, READ_ONCE(of->addr));
	if (peer)
		unix_put(of);
	return len;
}

/* ---- binding ---- */

/* unix_lock held. */
static struct unix_sock *find_name(const struct abi_sockaddr_un *name, int len, int type)
{
	struct unix_sock *u;

	hlist_for_each_entry(u, name_bucket(name, len, type), bound)
		if (u->s.type == type && u->addr->len == len && memcmp(&u->addr->name, name, (size_t)len) == 0)
			return u;
	return NULL;
}

static int bind_abstract(struct unix_sock *u, const struct abi_sockaddr *addr, int len)
{
	const struct abi_sockaddr_un *name = (const struct abi_sockaddr_un *)addr;
	struct unix_addr *a = addr_new(addr, len);
	int error = 0;

	if (!a)
		return -ENOMEM;
	spin_lock(&unix_lock);
	if (find_name(name, len, u->s.type)) {
		error = -EADDRINUSE;
	} else {
		u->addr = a;
		hlist_add_head(&u->bound, name_bucket(name, len, u->s.type));
	}
	spin_unlock(&unix_lock);
	if (error)
		unix_addr_put(a);
	return error;
}

static int bind_path(struct unix_sock *u, const struct abi_sockaddr *addr, int len)
{
	char text[sizeof(((struct abi_sockaddr_un *)0)->sun_path) + 1];
	struct unix_addr *a;
	struct path path;
	int error;

	path_text(text, addr, len);
	/* The name is reported with its end, which need not have fitted. */
	a = addr_new(addr, min(PATH_AT + (int)strlen(text), (int)sizeof(struct abi_sockaddr_un)));
	if (!a)
		return -ENOMEM;
	a->len = PATH_AT + (int)strlen(text) + 1;
	error = vfs_make_socket(text, 0777, &path);
	if (error) {
		unix_addr_put(a);
		return error == -EEXIST ? -EADDRINUSE : error;
	}
	spin_lock(&unix_lock);
	u->path = path;
	u->addr = a;
	hlist_add_head(&u->bound, inode_bucket(path.dentry->inode));
	spin_unlock(&unix_lock);
	return 0;
}

/* A name nobody has: five hexadecimal digits. */
static int autobind_locked(struct unix_sock *u)
{
	static u32 next;		/* bind_lock of any socket: a name taken meanwhile is tried again */
	struct abi_sockaddr_un name = { .sun_family = AF_UNIX };
	int error = -EADDRINUSE;

	if (!next)
		next = random_u32();
	for (u32 tries = 0; error == -EADDRINUSE && tries <= 0xfffff; tries++) {
		scnprintf(name.sun_path + 1, sizeof(name.sun_path) - 1, "%05x", next++ & 0xfffff);
		error = bind_abstract(u, (const struct abi_sockaddr *)&name, PATH_AT + 6);
	}
	return error == -EADDRINUSE ? -ENOSPC : error;
}

int unix_autobind(struct unix_sock *u)
{
	int error = 0;

	if (READ_ONCE(u->addr))
		return 0;
	if (mutex_lock_interruptible(&u->bind_lock))
		return -EINTR;
	if (!u->addr)
		error = autobind_locked(u);
	mutex_unlock(&u->bind_lock);
	return error;
}

int unix_bind(struct socket *s, const struct abi_sockaddr *addr, int len)
{
	struct unix_sock *u = unix_sk(s);
	bool automatic = len == PATH_AT && addr->sa_family == AF_UNIX;
	int error = automatic ? 0 : unix_check_addr(addr, len);

	if (error)
		return error;
	if (mutex_lock_interruptible(&u->bind_lock))
		return -EINTR;
	if (u->addr)
		error = automatic ? 0 : -EINVAL;
	else if (automatic)
		error = autobind_locked(u);
	else if (addr->sa_data[0])
		error = bind_path(u, addr, len);
	else
		error = bind_abstract(u, addr, len);
	mutex_unlock(&u->bind_lock);
	return error;
}

void unix_unbind(struct unix_sock *u)
{
	hlist_del_init(&u->bound);
}

/* ---- finding ---- */

static struct unix_sock *find_path(const struct abi_sockaddr *addr, int len, int type)
{
	char text[sizeof(((struct abi_sockaddr_un *)0)->sun_path) + 1];
	struct unix_sock *u, *found = NULL;
	struct inode *inode;
	struct path path;
	int error;

	path_text(text, addr, len);
	error = kern_path(text, LOOKUP_FOLLOW, &path);
	if (error)
		return ERR_PTR(error);
	inode = path.dentry->inode;
	error = inode_permission(inode, MAY_WRITE);
	if (!error && !S_ISSOCK(inode->mode))
		error = -ECONNREFUSED;
	if (!error) {
		spin_lock(&unix_lock);
		hlist_for_each_entry(u, inode_bucket(inode), bound)
			if (u->path.dentry && u->path.dentry->inode == inode) {
				found = unix_get(u);
				break;
			}
		spin_unlock(&unix_lock);
		error = !found ? -ECONNREFUSED : found->s.type != type ? -EPROTOTYPE : 0;
	}
	path_put(&path);
	if (error && found)
		unix_put(found);
	return error ? ERR_PTR(error) : found;
}

struct unix_sock *unix_find(const struct abi_sockaddr *addr, int len, int type)
{
	struct unix_sock *u;

	if (addr->sa_data[0])
		return find_path(addr, len, type);
	spin_lock(&unix_lock);
	u = find_name((const struct abi_sockaddr_un *)addr, len, type);
	if (u)
		unix_get(u);
	spin_unlock(&unix_lock);
	return u ? u : ERR_PTR(-ECONNREFUSED);
}
