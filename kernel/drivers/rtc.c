/*
 * The CMOS clock (Motorola MC146818A data sheet): sets the wall clock at start-up, and /dev/rtc0 reads and sets it.
 *
 * The clock runs in UTC. A date is read twice until both readings agree, so no update tears it; a chip that never
 * leaves its update (none is there) is given up after a bounded time. cmos_lock serialises the index port.
 */
#include <abi/capability.h>
#include <abi/errno.h>
#include <abi/ioctl.h>
#include <arch/io.h>
#include <arch/uaccess.h>
#include <core/init.h>
#include <core/printk.h>
#include <core/spinlock.h>
#include <core/string.h>
#include <core/time.h>
#include <drivers/rtc.h>
#include <fs/chrdev.h>
#include <fs/seq_file.h>
#include <fs/sysfs.h>
#include <sched/cred.h>

#define CMOS_INDEX 0x70
#define CMOS_DATA 0x71
#define REG_SECONDS 0
#define REG_MINUTES 2
#define REG_HOURS 4
#define REG_DAY 7
#define REG_MONTH 8
#define REG_YEAR 9
#define REG_A 10
#define REG_B 11
#define REG_CENTURY 0x32	/* by convention of PC firmware */
#define A_UPDATE 0x80
#define B_24_HOURS 0x02
#define B_BINARY 0x04
#define B_SET 0x80
#define HOUR_PM 0x80

struct reading { u8 second, minute, hour, day, month, year, century, status_b; };

static DEFINE_SPINLOCK(cmos_lock, RANK_DEVICE);

static u8 cmos_read(u8 reg)
{
	outb(CMOS_INDEX, reg);
	return inb(CMOS_DATA);
}

static void cmos_write(u8 reg, u8 v)
{
	outb(CMOS_INDEX, reg);
	outb(CMOS_DATA, v);
}

static bool read_once(struct reading *r)
{
	unsigned spins = 100000;

	while ((cmos_read(REG_A) & A_UPDATE) && --spins)
		;
	*r = (struct reading){
		.second = cmos_read(REG_SECONDS), .minute = cmos_read(REG_MINUTES), .hour = cmos_read(REG_HOURS),
		.day = cmos_read(REG_DAY), .month = cmos_read(REG_MONTH), .year = cmos_read(REG_YEAR),
		.century = cmos_read(REG_CENTURY), .status_b = cmos_read(REG_B),
	};
	return spins != 0;
}

static u8 from_bcd(u8 v) { return (u8)((v >> 4) * 10 + (v & 15)); }
static u8 to_bcd(u8 v) { return (u8)(v / 10 << 4 | v % 10); }

/* ---- dates ---- */

static const u8 month_days[12] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };

static bool leap(u32 year)
{
	return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static u32 days_in(u32 month, u32 year)
{
	return month_days[month] + (month == 1 && leap(year));
}

static bool valid(const struct abi_rtc_time *t)
{
	u32 year = (u32)t->tm_year + 1900;

	return t->tm_year >= 70 && t->tm_year < 300 && t->tm_mon >= 0 && t->tm_mon < 12 && t->tm_mday >= 1 &&
	       t->tm_mday <= (int)days_in((u32)t->tm_mon, year) && t->tm_hour >= 0 && t->tm_hour < 24 && t->tm_min >= 0 &&
	       t->tm_min < 60 && t->tm_sec >= 0 && t->tm_sec < 60;
}

/* Days from 1970-01-01 to the first of the year. */
static u32 days_before_year(u32 year)
{
	u32 y = year - 1;

	return 365 * (year - 1970) + (y / 4 - 1969 / 4) - (y / 100 - 1969 / 100) + (y / 400 - 1969 / 400);
}

static u32 day_of_year(const struct abi_rtc_time *t)
{
	u32 days = (u32)t->tm_mday - 1;

	for (u32 m = 0; m < (u32)t->tm_mon; m++)
		days += days_in(m, (u32)t->tm_year + 1900);
	return days;
}

static time64_t to_seconds(const struct abi_rtc_time *t)
{
	u32 days = days_before_year((u32)t->tm_year + 1900) + day_of_year(t);

	return (time64_t)days * 86400 + t->tm_hour * 3600 + t->tm_min * 60 + t->tm_sec;
}

static void from_seconds(time64_t s, struct abi_rtc_time *t)
{
	u64 days = (u64)s;
	u32 rest = div_u64_rem(&days, 86400), left = (u32)days, year = 1970;

	while (left >= 365u + leap(year))
		left -= 365u + leap(year++);
	*t = (struct abi_rtc_time){ .tm_year = (int)year - 1900, .tm_yday = (int)left, .tm_wday = (int)((u32)(days + 4) % 7) };
	while (left >= days_in((u32)t->tm_mon, year))
		left -= days_in((u32)t->tm_mon++, year);
	t->tm_mday = (int)left + 1;
	t->tm_hour = (int)(rest / 3600);
	t->tm_min = (int)(rest / 60 % 60);
	t->tm_sec = (int)(rest % 60);
}

/* ---- the chip ---- */

static void decode(const struct reading *r, struct abi_rtc_time *t)
{
	bool bcd = !(r->status_b & B_BINARY), pm = r->hour & HOUR_PM;
	u8 hour = r->hour & (u8)~HOUR_PM, century = from_bcd(r->century);
	u32 year = bcd ? from_bcd(r->year) : r->year;

	hour = bcd ? from_bcd(hour) : hour;
	if (!(r->status_b & B_24_HOURS))
		hour = (u8)(hour % 12 + (pm ? 12 : 0));
	if (century < 19 || century > 21)
		century = year < 70 ? 20 : 19;
	*t = (struct abi_rtc_time){
		.tm_sec = bcd ? from_bcd(r->second) : r->second, .tm_min = bcd ? from_bcd(r->minute) : r->minute, .tm_hour = hour,
		.tm_mday = bcd ? from_bcd(r->day) : r->day, .tm_mon = (bcd ? from_bcd(r->month) : r->month) - 1,
		.tm_year = (int)(century * 100 + year) - 1900,
	};
}

int rtc_read(struct timespec64 *ts)
{
	struct reading a, b;
	struct abi_rtc_time t;
	unsigned long flags;
	bool ok;
	int tries = 10;

	spin_lock_irqsave(&cmos_lock, flags);
	do {
		ok = read_once(&a) && read_once(&b);
	} while (ok && memcmp(&a, &b, sizeof(a)) && --tries);
	spin_unlock_irqrestore(&cmos_lock, flags);
	if (!ok || !tries)
		return -EIO;
	decode(&a, &t);
	if (!valid(&t))
		return -EINVAL;
	*ts = (struct timespec64){ .tv_sec = to_seconds(&t) };
	return 0;
}

int rtc_write(const struct timespec64 *ts)
{
	struct abi_rtc_time t;
	unsigned long flags;
	u8 b, v[7];
	static const u8 regs[7] = { REG_SECONDS, REG_MINUTES, REG_HOURS, REG_DAY, REG_MONTH, REG_YEAR, REG_CENTURY };

	if (ts->tv_sec < 0 || ts->tv_sec > 7258118399ll)	/* the end of 2199 */
		return -EINVAL;
	from_seconds(ts->tv_sec, &t);
	v[0] = (u8)t.tm_sec;
	v[1] = (u8)t.tm_min;
	v[2] = (u8)t.tm_hour;
	v[3] = (u8)t.tm_mday;
	v[4] = (u8)(t.tm_mon + 1);
	v[5] = (u8)(t.tm_year % 100);
	v[6] = (u8)((t.tm_year + 1900) / 100);
	spin_lock_irqsave(&cmos_lock, flags);
	b = cmos_read(REG_B);
	cmos_write(REG_B, b | B_SET);
	if (!(b & B_24_HOURS))
		v[2] = (u8)((t.tm_hour % 12 ? t.tm_hour % 12 : 12));
	for (unsigned i = 0; i < ARRAY_SIZE(regs); i++) {
		u8 value = b & B_BINARY && i != 6 ? v[i] : to_bcd(v[i]);

		if (i == 2 && !(b & B_24_HOURS) && t.tm_hour >= 12)
			value |= HOUR_PM;
		cmos_write(regs[i], value);
	}
	cmos_write(REG_B, b);
	spin_unlock_irqrestore(&cmos_lock, flags);
	return 0;
}

/* ---- /dev/rtc0 ---- */

static long rtc_ioctl(struct file *f, unsigned cmd, unsigned long arg)
{
	struct abi_rtc_time t;
	struct timespec64 ts;
	int ret;

	(void)f;
	switch (cmd) {
	case RTC_RD_TIME:
		ret = rtc_read(&ts);
		if (ret)
			return ret;
		from_seconds(ts.tv_sec, &t);
		return copy_to_user((void __user *)arg, &t, sizeof(t)) ? -EFAULT : 0;
	case RTC_SET_TIME:
		if (!capable(CAP_SYS_TIME))
			return -EACCES;
		if (copy_from_user(&t, (const void __user *)arg, sizeof(t)))
			return -EFAULT;
		if (!valid(&t))
			return -EINVAL;
		ts = (struct timespec64){ .tv_sec = to_seconds(&t) };
		return rtc_write(&ts);
	}
	return -ENOTTY;
}

static const struct file_ops rtc_ops = { .ioctl = rtc_ioctl, .llseek = no_llseek };
static struct chrdev rtc_dev = { .first = MKDEV(254, 0), .count = 1, .name = "rtc", .op = &rtc_ops };

/* ---- /sys/class/rtc/rtc0 ---- */

#define RTC_PLACE "devices/platform/rtc_cmos"

static int show_epoch(struct seq_file *m, void *object)
{
	struct timespec64 ts;
	int ret = rtc_read(&ts);

	(void)object;
	if (!ret)
		seq_printf(m, "%lld\n", ts.tv_sec);
	return ret;
}

static int read_fields(struct abi_rtc_time *t)
{
	struct timespec64 ts;
	int ret = rtc_read(&ts);

	if (!ret)
		from_seconds(ts.tv_sec, t);
	return ret;
}

static int show_date(struct seq_file *m, void *object)
{
	struct abi_rtc_time t;
	int ret = read_fields(&t);

	(void)object;
	if (!ret)
		seq_printf(m, "%04d-%02d-%02d\n", t.tm_year + 1900, t.tm_mon + 1, t.tm_mday);
	return ret;
}

static int show_time(struct seq_file *m, void *object)
{
	struct abi_rtc_time t;
	int ret = read_fields(&t);

	(void)object;
	if (!ret)
		seq_printf(m, "%02d:%02d:%02d\n", t.tm_hour, t.tm_min, t.tm_sec);
	return ret;
}

static int show_name(struct seq_file *m, void *object)
{
	(void)object;
	seq_puts(m, "rtc_cmos rtc_cmos\n");
	return 0;
}

static const struct sysfs_attr rtc_attrs[] = {
	{ .name = "name", .show = show_name },
	{ .name = "since_epoch", .show = show_epoch },
	{ .name = "date", .show = show_date },
	{ .name = "time", .show = show_time },
};

/* Early: files get times. */
static int __init rtc_init(void)
{
	struct timespec64 now;
	int ret = rtc_read(&now);

	if (ret) {
		pr_warn("rtc: no believable time: %d\n", ret);
		return 0;
	}
	ktime_set_real(&now);
	return 0;
}
core_initcall(rtc_init);

static int __init rtc_dev_init(void)
{
	int ret = chrdev_register(&rtc_dev);

	if (!ret)
		ret = chrdev_show_device("rtc", RTC_PLACE, "rtc0", 0600, rtc_dev.first);
	if (!ret)
		ret = sysfs_add(RTC_PLACE "/rtc/rtc0", rtc_attrs, ARRAY_SIZE(rtc_attrs), NULL);
	return ret ? ret : devfs_symlink("rtc", "rtc0");
}
device_initcall(rtc_dev_init);
