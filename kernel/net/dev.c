/*
 * Network interfaces as ioctl(2) on any socket shows them. There is one, `lo`: its flags, address and size can be read and
 * set; packets do not pass it until a family that sends packets is there.
 */
#include <arch/uaccess.h>
#include <core/init.h>
#include <fs/seq_file.h>
#include <net/socket.h>
#include <sched/task.h>
#include <abi/capability.h>
#include <abi/ioctl.h>

/* Locks: d dev_lock */
static struct {
	s16 flags;			/* d */
	u32 addr, mask;			/* d network order */
	s32 mtu;			/* d */
} lo = { .flags = IFF_LOOPBACK, .mtu = 65536 };
static DEFINE_SPINLOCK(dev_lock, RANK_SOCKET);
#define LO_INDEX	1
#define LO_QUEUE	1000

static void set_in(struct abi_ifreq *r, u32 addr)
{
	memset(&r->ifr_in, 0, sizeof(r->ifr_in));
	r->ifr_in.sin_family = AF_INET;
	r->ifr_in.sin_addr = addr;
}

static long get(struct abi_ifreq *r, unsigned cmd)
{
	switch (cmd) {
	case SIOCGIFFLAGS:
		r->ifr_flags = lo.flags | (lo.flags & IFF_UP ? IFF_RUNNING : 0);
		return 0;
	case SIOCGIFADDR:
	case SIOCGIFDSTADDR:
	case SIOCGIFNETMASK:
	case SIOCGIFBRDADDR:
		if (!lo.addr)
			return -EADDRNOTAVAIL;
		set_in(r, cmd == SIOCGIFNETMASK ? lo.mask : cmd == SIOCGIFBRDADDR ? 0 : lo.addr);
		return 0;
	case SIOCGIFMTU:
		r->ifr_value = lo.mtu;
		return 0;
	case SIOCGIFMETRIC:
		r->ifr_value = 0;
		return 0;
	case SIOCGIFINDEX:
		r->ifr_value = LO_INDEX;
		return 0;
	case SIOCGIFTXQLEN:
		r->ifr_value = LO_QUEUE;
		return 0;
	case SIOCGIFHWADDR:
		memset(&r->ifr_addr, 0, sizeof(r->ifr_addr));
		r->ifr_addr.sa_family = ARPHRD_LOOPBACK;
		return 0;
	}
	return -ENOTTY;
}

static long set(const struct abi_ifreq *r, unsigned cmd)
{
	switch (cmd) {
	case SIOCSIFFLAGS:
		lo.flags = (s16)((lo.flags & ~IFF_UP) | (r->ifr_flags & IFF_UP));
		return 0;
	case SIOCSIFADDR:
	case SIOCSIFNETMASK:
		if (r->ifr_in.sin_family != AF_INET)
			return -EINVAL;
		if (cmd == SIOCSIFNETMASK) {
			lo.mask = r->ifr_in.sin_addr;
		} else {
			lo.addr = r->ifr_in.sin_addr;
			lo.mask = 0xff;		/* 255.0.0.0 */
		}
		return 0;
	case SIOCSIFMTU:
		if (r->ifr_value < 68)
			return -EINVAL;
		lo.mtu = r->ifr_value;
		return 0;
	}
	return -ENOTTY;
}

/* The interfaces that have an address. */
static long list(void __user *arg)
{
	struct abi_ifconf c;
	struct abi_ifreq r = { .ifr_name = "lo" };
	u32 addr;

	if (copy_from_user(&c, arg, sizeof(c)))
		return -EFAULT;
	spin_lock(&dev_lock);
	addr = lo.addr;
	spin_unlock(&dev_lock);
	set_in(&r, addr);
	if (!c.ifc_req) {
		c.ifc_len = addr ? sizeof(r) : 0;
	} else if (c.ifc_len < 0) {
		return -EINVAL;
	} else if (!addr || c.ifc_len < (int)sizeof(r)) {
		c.ifc_len = 0;
	} else {
		if (copy_to_user((void *)c.ifc_req, &r, sizeof(r)))
			return -EFAULT;
		c.ifc_len = sizeof(r);
	}
	return copy_to_user(arg, &c, sizeof(c)) ? -EFAULT : 0;
}

long socket_ioctl(struct socket *s, unsigned cmd, unsigned long arg)
{
	void __user *user = (void *)arg;
	struct abi_ifreq r;
	bool sets;
	long ret = s->ops->ioctl ? s->ops->ioctl(s, cmd, arg) : -ENOTTY;

	if (ret != -ENOTTY || cmd < SIOCGIFNAME || cmd > SIOCGIFTXQLEN)
		return ret;
	if (cmd == SIOCGIFCONF)
		return list(user);
	sets = cmd == SIOCSIFFLAGS || cmd == SIOCSIFADDR || cmd == SIOCSIFNETMASK || cmd == SIOCSIFMTU;
	if (copy_from_user(&r, user, sizeof(r)))
		return -EFAULT;
	if (cmd == SIOCGIFNAME) {
		if (r.ifr_value != LO_INDEX)
			return -ENODEV;
		memset(r.ifr_name, 0, sizeof(r.ifr_name));
		memcpy(r.ifr_name, "lo", 2);
		return copy_to_user(user, &r, sizeof(r)) ? -EFAULT : 0;
	}
	if (sets && !capable(CAP_NET_ADMIN))
		return -EPERM;
	r.ifr_name[IFNAMSIZ - 1] = 0;
	if (strcmp(r.ifr_name, "lo") != 0)
		return -ENODEV;
	spin_lock(&dev_lock);
	ret = sets ? set(&r, cmd) : get(&r, cmd);
	spin_unlock(&dev_lock);
	if (!ret && !sets && copy_to_user(user, &r, sizeof(r)))
		ret = -EFAULT;
	return ret;
}

static int show_dev(struct seq_file *m, void *v)
{
	(void)v;
	seq_puts(m, "Inter-|   Receive                                                |  Transmit\n"
		    " face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed\n"
		    "    lo:       0       0    0    0    0     0          0         0        0       0    0    0    0     0       0          0\n");
	return 0;
}

static int __init dev_init(void)
{
	return proc_create_single("net/dev", 0444, show_dev, NULL);
}
late_initcall(dev_init);
