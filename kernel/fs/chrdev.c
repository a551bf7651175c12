/*
 * Character devices: who drives which numbers. Opening a device node looks up its number and hands the file to that
 * driver's operations. Registration is rare; the list is short and guarded by a spin lock.
 */
#include <fs/chrdev.h>
#include <fs/internal.h>
#include <fs/seq_file.h>
#include <fs/sysfs.h>

static LIST_HEAD(devices);
static DEFINE_SPINLOCK(lock, RANK_FS_STRUCT);

int chrdev_register(struct chrdev *c)
{
	struct chrdev *other;
	int error = 0;

	spin_lock(&lock);
	list_for_each_entry(other, &devices, link)
		if (MAJOR(other->first) == MAJOR(c->first) && MINOR(c->first) < MINOR(other->first) + other->count &&
		    MINOR(other->first) < MINOR(c->first) + c->count)
			error = -EBUSY;
	if (!error)
		list_add_tail(&c->link, &devices);
	spin_unlock(&lock);
	return error;
}

void chrdev_unregister(struct chrdev *c)
{
	spin_lock(&lock);
	list_del(&c->link);
	spin_unlock(&lock);
}

static const struct chrdev *find(dev_t dev)
{
	struct chrdev *c, *found = NULL;

	spin_lock(&lock);
	list_for_each_entry(c, &devices, link)
		if (MAJOR(dev) == MAJOR(c->first) && MINOR(dev) >= MINOR(c->first) && MINOR(dev) < MINOR(c->first) + c->count) {
			found = c;
			break;
		}
	spin_unlock(&lock);
	return found;
}

/* lock held. */
static bool shown_before(const struct chrdev *c)
{
	const struct chrdev *prev;

	list_for_each_entry(prev, &devices, link) {
		if (prev == c)
			return false;
		if (MAJOR(prev->first) == MAJOR(c->first) && strcmp(prev->name, c->name) == 0)
			return true;
	}
	return false;
}

void chrdev_show(struct seq_file *m)
{
	const struct chrdev *c;

	spin_lock(&lock);
	for (unsigned major = 0; major < 512; major++) {
		list_for_each_entry(c, &devices, link) {
			size_t len = strlen(c->name);

			/* Terminals with a folder of their own: "pts/" is the driver pts. */
			if (MAJOR(c->first) != major || shown_before(c))
				continue;
			seq_printf(m, "%3u ", major);
			seq_write(m, c->name, c->name[len - 1] == '/' ? len - 1 : len);
			seq_putc(m, '\n');
		}
	}
	spin_unlock(&lock);
}

static int chrdev_open(struct inode *inode, struct file *f)
{
	const struct chrdev *c = find(inode->rdev);

	if (!c)
		return -ENXIO;
	f->op = c->op;
	return c->op->open ? c->op->open(inode, f) : 0;
}

int chrdev_show_device(const char *class, const char *parent, const char *name, umode_t mode, dev_t dev)
{
	/* In /sys first: who finds the node may look there. */
	int error = sysfs_device_add(&(struct sysfs_device){ .class = class, .parent = parent, .name = name, .dev = dev });

	return error ? error : devfs_create(name, S_IFCHR | mode, dev);
}

void chrdev_hide_device(const char *class, const char *parent, const char *name, dev_t dev)
{
	devfs_remove(name);
	sysfs_device_remove(&(struct sysfs_device){ .class = class, .parent = parent, .name = name, .dev = dev });
}

const struct file_ops chrdev_open_ops = { .open = chrdev_open };

static int sock_open(struct inode *inode, struct file *f)
{
	(void)inode;
	(void)f;
	return -ENXIO;
}

const struct file_ops bad_sock_ops = { .open = sock_open };
