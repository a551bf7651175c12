/*
 * VGA text mode as the firmware left it (mode 3, usually 80x25): memory at 0xb8000, cursor by the CRT controller (IBM
 * VGA technical reference). Callers hold screen_lock.
 */
#include <arch/io.h>
#include <core/string.h>
#include <drivers/vt.h>
#include <mm/page.h>

#define TEXT_MEMORY 0xb8000
#define CRTC_INDEX 0x3d4
#define CRTC_DATA 0x3d5
#define CRTC_CURSOR_START 10
#define CRTC_START_HIGH 12
#define CRTC_START_LOW 13
#define CRTC_CURSOR_HIGH 14
#define CRTC_CURSOR_LOW 15
#define CURSOR_OFF 0x20
#define BDA_COLUMNS 0x44a	/* BIOS data area: what the mode is */
#define BDA_ROWS 0x484
#define BDA_MODE 0x449

static void crtc(u8 reg, u8 v)
{
	outb(CRTC_INDEX, reg);
	outb(CRTC_DATA, v);
}

static u16 *text(void)
{
	return phys_to_virt(TEXT_MEMORY);
}

/* Memory that keeps what is written to it. */
static bool answers(void)
{
	volatile u16 *cell = text();
	u16 was = *cell;
	bool ok;

	*cell = 0x5aa5;
	ok = *cell == 0x5aa5;
	*cell = 0xa55a;
	ok = ok && *cell == 0xa55a;
	*cell = was;
	return ok;
}

bool vga_init(unsigned *rows, unsigned *cols)
{
	u8 mode = *(const u8 *)phys_to_virt(BDA_MODE) & 0x7f;

	*cols = *(const u16 *)phys_to_virt(BDA_COLUMNS);
	*rows = *(const u8 *)phys_to_virt(BDA_ROWS) + 1u;
	if (mode > 3 || *cols < 40 || *cols > VT_MAX_COLS || *rows < 20 || *rows > 60) {
		*cols = 80;
		*rows = 25;
	}
	if (!answers())
		return false;
	crtc(CRTC_START_HIGH, 0);
	crtc(CRTC_START_LOW, 0);
	return true;
}

void vga_show(const struct screen *s, unsigned first, unsigned last)
{
	size_t from = first * s->cols, n = (last - first + 1) * s->cols;

	memcpy(text() + from, s->cells + from, n * sizeof(u16));
}

void vga_cursor(const struct screen *s)
{
	unsigned at = s->c.y * s->cols + s->c.x;
	u8 start;

	outb(CRTC_INDEX, CRTC_CURSOR_START);
	start = inb(CRTC_DATA) & (u8)~CURSOR_OFF;
	outb(CRTC_DATA, s->show_cursor ? start : start | CURSOR_OFF);
	if (s->show_cursor) {
		crtc(CRTC_CURSOR_HIGH, (u8)(at >> 8));
		crtc(CRTC_CURSOR_LOW, (u8)at);
	}
}
