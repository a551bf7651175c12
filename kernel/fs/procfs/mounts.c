/* /proc/PID/mounts and mountinfo: the mounts that a process can reach from its root, in the order they were made. */
#include "proc.h"
#include <fs/internal.h>
#include <mm/kmalloc.h>
#include <abi/mount.h>

static const char space[] = " \t\n\\#";

static void options(struct seq_file *m, const struct mount *mnt)
{
	static const struct {
		unsigned flag;
		const char *text;
	} names[] = {
		{ MNT_NOSUID, ",nosuid" }, { MNT_NODEV, ",nodev" }, { MNT_NOEXEC, ",noexec" }, { MNT_NOATIME, ",noatime" },
		{ MNT_NODIRATIME, ",nodiratime" }, { MNT_RELATIME, ",relatime" }, { MNT_NOSYMFOLLOW, ",nosymfollow" },
	};

	for (unsigned i = 0; i < ARRAY_SIZE(names); i++)
		if (mnt->flags & names[i].flag)
			seq_puts(m, names[i].text);
}

static void super_options(struct seq_file *m, struct super_block *sb)
{
	if (sb->flags & MS_SYNCHRONOUS)
		seq_puts(m, ",sync");
	if (sb->op && sb->op->show_options)
		sb->op->show_options(m, sb);
}

/* Where m is mounted, below `root`; NULL if it is not reachable. In buf of PATH_MAX. */
static char *place(const struct mount *m, const struct path *root, char *buf)
{
	struct path p = { (struct mount *)m, m->root };
	bool unreachable = false;
	char *text = d_path_from(&p, root, buf, PATH_MAX, &unreachable);

	return IS_ERR(text) || unreachable ? NULL : text;
}

static int each(struct seq_file *m, void (*show)(struct seq_file *m, struct mount *mnt, const char *where, const struct path *root))
{
	char *buf = kmalloc(PATH_MAX, GFP_KERNEL);
	struct path root;
	struct mount *mnt;

	if (!buf)
		return -ENOMEM;
	if (path_root(&root)) {
		kfree(buf);
		return -ENOENT;
	}
	mutex_lock(&mount_mutex);
	list_for_each_entry(mnt, &mount_list, all_link) {
		char *where = place(mnt, &root, buf);

		if (where)
			show(m, mnt, where, &root);
	}
	mutex_unlock(&mount_mutex);
	path_put(&root);
	kfree(buf);
	return 0;
}

static void line_mounts(struct seq_file *m, struct mount *mnt, const char *where, const struct path *root)
{
	(void)root;
	seq_escape(m, mnt->source, space);
	seq_putc(m, ' ');
	seq_escape(m, where, space);
	seq_printf(m, " %s %s", mnt->sb->type->name, (mnt->flags & MNT_RDONLY) || (mnt->sb->flags & MS_RDONLY) ? "ro" : "rw");
	options(m, mnt);
	super_options(m, mnt->sb);
	seq_puts(m, " 0 0\n");
}

static void line_mountinfo(struct seq_file *m, struct mount *mnt, const char *where, const struct path *root)
{
	struct path inner = { mnt, mnt->root }, base = { mnt, mnt->sb->root };
	char *buf = kmalloc(PATH_MAX, GFP_KERNEL), *from = NULL;

	(void)root;
	if (buf) {
		/* The part of the filesystem that is mounted: names up to its own root. */
		struct mount alone = *mnt;

		alone.root = mnt->sb->root;
		alone.parent = &alone;
		inner.mnt = base.mnt = &alone;
		from = d_path_from(&inner, &base, buf, PATH_MAX, NULL);
	}
	seq_printf(m, "%d %d %u:%u ", mnt->id, mnt->parent->id, MAJOR(mnt->sb->dev), MINOR(mnt->sb->dev));
	seq_escape(m, IS_ERR_OR_NULL(from) ? "/" : from, space);
	kfree(buf);
	seq_putc(m, ' ');
	seq_escape(m, where, space);
	seq_puts(m, mnt->flags & MNT_RDONLY ? " ro" : " rw");
	options(m, mnt);
	seq_printf(m, " - %s ", mnt->sb->type->name);
	seq_escape(m, mnt->source, space);
	seq_puts(m, mnt->sb->flags & MS_RDONLY ? " ro" : " rw");
	super_options(m, mnt->sb);
	seq_putc(m, '\n');
}

int proc_show_mounts(struct seq_file *m, struct task *t)
{
	(void)t;
	return each(m, line_mounts);
}

int proc_show_mountinfo(struct seq_file *m, struct task *t)
{
	(void)t;
	return each(m, line_mountinfo);
}
