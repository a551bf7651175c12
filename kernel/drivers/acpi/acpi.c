/*
 * The least of ACPI (specification 6.4): find the FADT and the \_S5 package of the DSDT, switch off, reset, and turn
 * the power button into Ctrl-Alt-Del's signal.
 *
 *   RSDP (signature in the EBDA or the BIOS area) -> RSDT -> FADT -> DSDT, searched for the name _S5_
 *
 * Tables are the firmware's: signatures, lengths and checksums are checked, and everything that is needed is copied
 * once at start-up. There is no AML interpreter: \_S5 is a constant package on all machines.
 */
#include <abi/errno.h>
#include <arch/io.h>
#include <core/init.h>
#include <core/irq.h>
#include <core/printk.h>
#include <core/string.h>
#include <core/time.h>
#include <drivers/power.h>
#include <mm/kmalloc.h>
#include <mm/page.h>

struct rsdp {
	char signature[8];		/* "RSD PTR " */
	u8 checksum, oem[6], revision;
	u32 rsdt;
} __packed;
_Static_assert(sizeof(struct rsdp) == 20, "RSDP");

struct table_header {
	char signature[4];
	u32 length;
	u8 revision, checksum;
	char oem[6], oem_table[8];
	u32 oem_revision, creator, creator_revision;
} __packed;
_Static_assert(sizeof(struct table_header) == 36, "table header");

struct address {
	u8 space, width, offset, size;
	u64 address;
} __packed;

struct fadt {
	struct table_header header;
	u32 facs, dsdt;
	u8 reserved, profile;
	u16 sci_interrupt;
	u32 smi_command;
	u8 acpi_enable, acpi_disable, s4bios, pstate;
	u32 pm1a_event, pm1b_event, pm1a_control, pm1b_control, pm2_control, pm_timer, gpe0, gpe1;
	u8 pm1_event_length, pm1_control_length, pm2_length, pm_timer_length, gpe0_length, gpe1_length, gpe1_base, cst;
	u16 c2_latency, c3_latency, flush_size, flush_stride;
	u8 duty_offset, duty_width, day_alarm, month_alarm, century;
	u16 boot_flags;
	u8 reserved2;
	u32 flags;
	struct address reset;
	u8 reset_value;
} __packed;
_Static_assert(offsetof(struct fadt, flags) == 112 && offsetof(struct fadt, reset_value) == 128, "FADT");

#define FADT_RESET_SUPPORTED (1u << 10)
#define FADT_POWER_BUTTON_IN_AML (1u << 4)
#define PM1_POWER_BUTTON (1u << 8)
#define PM1_SCI_ENABLE 1u
#define PM1_SLEEP_ENABLE (1u << 13)
#define SPACE_MEMORY 0
#define SPACE_IO 1
#define SPACE_PCI 2
#define MAX_TABLE (1u << 20)

static struct fadt fadt;		/* zero: no ACPI */
static bool have_s5;
static u8 s5_a, s5_b;			/* sleep types for PM1a and PM1b */

static bool sums_to_zero(const void *p, size_t n)
{
	const u8 *b = p;
	u8 sum = 0;

	while (n--)
		sum = (u8)(sum + *b++);
	return !sum;
}

/* ---- tables ---- */

/* Candidates stand on 16-byte boundaries in the first MiB, which the direct map always has. */
static const struct rsdp *scan(u32 from, u32 bytes)
{
	for (u32 at = from; at + sizeof(struct rsdp) <= from + bytes; at += 16) {
		const struct rsdp *r = phys_to_virt(at);

		if (!memcmp(r->signature, "RSD PTR ", 8) && sums_to_zero(r, sizeof(*r)))
			return r;
	}
	return NULL;
}

static const struct rsdp *find_rsdp(void)
{
	u32 ebda = (u32)*(const u16 *)phys_to_virt(0x40e) << 4;
	const struct rsdp *r = NULL;

	if (ebda >= 0x80000 && ebda < 0xa0000)
		r = scan(ebda, 1024);
	return r ? r : scan(0xe0000, 0x20000);
}

/* A copy of the table at phys if it is sound; kvfree() it. NULL otherwise. */
static struct table_header *copy_table(phys_t phys, const char *signature)
{
	struct table_header *head = ioremap(phys, sizeof(*head)), *copy = NULL;
	void __iomem *all;
	u32 length;

	if (!head)
		return NULL;
	length = head->length;
	if (memcmp(head->signature, signature, 4) || length < sizeof(*head) || length > MAX_TABLE)
		length = 0;
	iounmap(head);
	all = length ? ioremap(phys, length) : NULL;
	if (!all)
		return NULL;
	copy = kvmalloc(length, GFP_KERNEL);
	if (copy)
		memcpy(copy, all, length);
	iounmap(all);
	if (copy && !sums_to_zero(copy, length)) {
		pr_warn("acpi: table %.4s has a bad checksum\n", signature);
		kvfree(copy);
		copy = NULL;
	}
	return copy;
}

static int find_fadt(void)
{
	const struct rsdp *r = find_rsdp();
	struct table_header *rsdt, *t = NULL;
	const u32 *entry;
	unsigned n;

	if (!r)
		return -ENODEV;
	rsdt = copy_table(r->rsdt, "RSDT");
	if (!rsdt)
		return -ENODEV;
	entry = (const u32 *)(rsdt + 1);
	n = (rsdt->length - sizeof(*rsdt)) / 4;
	for (unsigned i = 0; i < n && !t; i++)
		t = copy_table(entry[i], "FACP");
	kvfree(rsdt);
	if (!t)
		return -ENODEV;
	/* Revision 1 ends before the reset register: what is missing stays zero. */
	memcpy(&fadt, t, min_t(size_t, t->length, sizeof(fadt)));
	kvfree(t);
	return 0;
}

/* One small integer of AML at *p; false: something else. */
static bool aml_byte(const u8 **p, const u8 *end, u8 *v)
{
	if (*p >= end)
		return false;
	switch (*(*p)++) {
	case 0x00: *v = 0; return true;		/* ZeroOp */
	case 0x01: *v = 1; return true;		/* OneOp */
	case 0x0a:				/* BytePrefix */
		if (*p >= end)
			return false;
		*v = *(*p)++;
		return true;
	}
	return false;
}

/* NameOp "_S5_" PackageOp PkgLength NumElements, then integers. */
static bool parse_s5(const u8 *p, const u8 *end)
{
	if (p + 7 > end || memcmp(p, "_S5_", 4) || p[4] != 0x12)
		return false;
	if (p[-1] != 0x08 && !(p[-1] == '\\' && p[-2] == 0x08))
		return false;
	p += 5;
	p += 1 + (*p >> 6);	/* PkgLength: the two top bits say how many bytes follow */
	if (p >= end || *p++ < 2)
		return false;
	return aml_byte(&p, end, &s5_a) && aml_byte(&p, end, &s5_b);
}

static void find_s5(void)
{
	struct table_header *dsdt = copy_table(fadt.dsdt, "DSDT");
	const u8 *p, *end;

	if (!dsdt)
		return;
	p = (const u8 *)(dsdt + 1) + 2;
	end = (const u8 *)dsdt + dsdt->length;
	for (; p + 7 <= end && !have_s5; p++)
		have_s5 = parse_s5(p, end);
	kvfree(dsdt);
}

/* ---- actions ---- */

int acpi_power_off(void)
{
	if (!have_s5 || !fadt.pm1a_control)
		return -ENODEV;
	outw((u16)fadt.pm1a_control, (u16)((u32)s5_a << 10 | PM1_SLEEP_ENABLE));
	if (fadt.pm1b_control)
		outw((u16)fadt.pm1b_control, (u16)((u32)s5_b << 10 | PM1_SLEEP_ENABLE));
	udelay(10000);
	return 0;
}

int acpi_reset(void)
{
	if (!(fadt.flags & FADT_RESET_SUPPORTED) || fadt.reset.space != SPACE_IO || !fadt.reset.address)
		return -ENODEV;
	outb((u16)fadt.reset.address, fadt.reset_value);
	udelay(10000);
	return 0;
}

/* The status half of the event block is write-one-to-clear. Nothing but the button is enabled. */
static bool sci_interrupt(unsigned irq, void *arg)
{
	u16 port = (u16)fadt.pm1a_event, status = inw(port);

	(void)irq, (void)arg;
	if (!(status & PM1_POWER_BUTTON))
		return false;
	outw(port, PM1_POWER_BUTTON);
	pr_info("power button\n");
	power_button();
	return true;
}

static int enable_button(void)
{
	u16 event = (u16)fadt.pm1a_event, control = (u16)fadt.pm1a_control;
	int ret;

	if (!event || !control || (fadt.flags & FADT_POWER_BUTTON_IN_AML))
		return 0;
	if (!(inw(control) & PM1_SCI_ENABLE) && fadt.smi_command && fadt.acpi_enable) {
		outb((u16)fadt.smi_command, fadt.acpi_enable);
		for (int i = 0; i < 300 && !(inw(control) & PM1_SCI_ENABLE); i++)
			sleep_ns(NSEC_PER_MSEC);
		if (!(inw(control) & PM1_SCI_ENABLE))
			return -EIO;
	}
	outw(event, inw(event));
	ret = irq_request(fadt.sci_interrupt, sci_interrupt, "acpi", &fadt);
	if (!ret)
		outw((u16)(event + fadt.pm1_event_length / 2), PM1_POWER_BUTTON);
	return ret;
}

static int __init acpi_init(void)
{
	if (find_fadt()) {
		pr_info("acpi: not there\n");
		return 0;
	}
	find_s5();
	pr_info("acpi: power off %s, reset %s\n", have_s5 ? "by \\_S5" : "unknown",
		fadt.flags & FADT_RESET_SUPPORTED ? "by register" : "by keyboard controller");
	return enable_button();
}
device_initcall(acpi_init);
