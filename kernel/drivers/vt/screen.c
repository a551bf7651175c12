/*
 * The contents of one text screen: cells, cursor, scrolling region, pen.
 *
 * Invariant: the cursor is inside the screen; 0 <= top < bottom <= rows; every change of a cell is within the dirty
 * rows until the hardware shows them. Callers hold screen_lock.
 */
#include <core/string.h>
#include <drivers/vt.h>

#define DEFAULT_FG 7
#define DEFAULT_BG 0

u8 screen_attribute(const struct screen *s)
{
	const struct vt_pen *p = &s->c.pen;
	u8 fg = p->fg > 15 ? DEFAULT_FG : p->fg, bg = p->bg > 7 ? DEFAULT_BG : p->bg;

	if (p->underline)
		fg = 3;		/* the text mode has no line: cyan stands for it */
	else if (p->dim)
		fg = 8;
	if (p->bold)
		fg |= 8;
	if (p->reverse != s->reverse_screen) {
		u8 was = fg;

		fg = (u8)(bg | (was & 8));
		bg = was & 7;
	}
	return (u8)(bg << 4 | fg | (p->blink ? 0x80 : 0));
}

u16 screen_blank(const struct screen *s)
{
	u8 bg = s->c.pen.bg > 7 ? DEFAULT_BG : s->c.pen.bg;

	return (u16)((s->reverse_screen ? DEFAULT_FG << 4 | bg : bg << 4 | DEFAULT_FG) << 8 | ' ');
}

void screen_touch(struct screen *s, unsigned first, unsigned last)
{
	s->dirty_first = min(s->dirty_first, first);
	s->dirty_last = s->dirty_first > s->dirty_last ? last : max(s->dirty_last, last);
}

void screen_fill(struct screen *s, unsigned from, unsigned n)
{
	u16 blank = screen_blank(s);

	if (!n)
		return;
	for (unsigned i = 0; i < n; i++)
		s->cells[from + i] = blank;
	screen_touch(s, from / s->cols, (from + n - 1) / s->cols);
}

void screen_init(struct screen *s, u16 *cells, unsigned rows, unsigned cols)
{
	memset(s, 0, sizeof(*s));
	s->cells = cells;
	s->rows = rows;
	s->cols = cols;
	s->dirty_first = rows;
	screen_reset(s);
}

static struct vt_pen default_pen(void)
{
	return (struct vt_pen){ .fg = 16, .bg = 8 };
}

void screen_reset(struct screen *s)
{
	s->c = (struct vt_cursor){ .pen = default_pen(), .graphics = { false, true } };
	s->saved = s->c;
	s->top = 0;
	s->bottom = s->rows;
	s->autowrap = s->show_cursor = s->utf8 = true;
	s->insert = s->newline = s->reverse_screen = s->wrap_pending = false;
	s->application_keys = s->application_keypad = false;
	for (unsigned i = 0; i < sizeof(s->tabs); i++)
		s->tabs[i] = 1;		/* every eighth column */
	s->state = VT_GROUND;
	s->continuation = 0;
	screen_fill(s, 0, s->rows * s->cols);
}

void screen_scroll_up(struct screen *s, unsigned top, unsigned n)
{
	unsigned height = s->bottom - top;

	if (top >= s->bottom)
		return;
	n = min(n, height);
	memmove(s->cells + top * s->cols, s->cells + (top + n) * s->cols, (height - n) * s->cols * sizeof(u16));
	screen_fill(s, (s->bottom - n) * s->cols, n * s->cols);
	screen_touch(s, top, s->bottom - 1);
}

void screen_scroll_down(struct screen *s, unsigned top, unsigned n)
{
	unsigned height = s->bottom - top;

	if (top >= s->bottom)
		return;
	n = min(n, height);
	memmove(s->cells + (top + n) * s->cols, s->cells + top * s->cols, (height - n) * s->cols * sizeof(u16));
	screen_fill(s, top * s->cols, n * s->cols);
	screen_touch(s, top, s->bottom - 1);
}

void screen_line_feed(struct screen *s)
{
	s->wrap_pending = false;
	if (s->c.y + 1 == s->bottom)
		screen_scroll_up(s, s->top, 1);
	else if (s->c.y + 1 < s->rows)
		s->c.y++;
}

void screen_reverse_line_feed(struct screen *s)
{
	s->wrap_pending = false;
	if (s->c.y == s->top)
		screen_scroll_down(s, s->top, 1);
	else if (s->c.y)
		s->c.y--;
}

void screen_insert_chars(struct screen *s, unsigned n)
{
	u16 *row = s->cells + s->c.y * s->cols;

	n = min(n, s->cols - s->c.x);
	memmove(row + s->c.x + n, row + s->c.x, (s->cols - s->c.x - n) * sizeof(u16));
	screen_fill(s, s->c.y * s->cols + s->c.x, n);
	s->wrap_pending = false;
}

void screen_delete_chars(struct screen *s, unsigned n)
{
	u16 *row = s->cells + s->c.y * s->cols;

	n = min(n, s->cols - s->c.x);
	memmove(row + s->c.x, row + s->c.x + n, (s->cols - s->c.x - n) * sizeof(u16));
	screen_fill(s, (s->c.y + 1) * s->cols - n, n);
	s->wrap_pending = false;
}

void screen_move(struct screen *s, int x, int y)
{
	int low = s->c.origin ? (int)s->top : 0, high = s->c.origin ? (int)s->bottom - 1 : (int)s->rows - 1;

	s->c.x = (unsigned)max(0, min(x, (int)s->cols - 1));
	s->c.y = (unsigned)max(low, min(y, high));
	s->wrap_pending = false;
}

void screen_save_cursor(struct screen *s)
{
	s->saved = s->c;
}

void screen_restore_cursor(struct screen *s)
{
	s->c = s->saved;
	s->wrap_pending = false;
}

/* The VT100's line drawing set, for 0x60 to 0x7e. */
static const u16 drawing[31] = {
	0x25c6, 0x2592, 0x2409, 0x240c, 0x240d, 0x240a, 0x00b0, 0x00b1, 0x2424, 0x240b, 0x2518, 0x2510, 0x250c, 0x2514, 0x253c,
	0x23ba, 0x23bb, 0x2500, 0x23bc, 0x23bd, 0x251c, 0x2524, 0x2534, 0x252c, 0x2502, 0x2264, 0x2265, 0x03c0, 0x2260, 0x00a3,
	0x00b7,
};

/* Characters that combine with the one before, or take no place. */
static bool zero_width(u32 c)
{
	return (c >= 0x300 && c <= 0x36f) || (c >= 0x200b && c <= 0x200f) || c == 0xfeff || (c >= 0xfe00 && c <= 0xfe0f);
}

static bool wide(u32 c)
{
	return (c >= 0x1100 && c <= 0x115f) || (c >= 0x2e80 && c <= 0xa4cf) || (c >= 0xac00 && c <= 0xd7a3) ||
	       (c >= 0xf900 && c <= 0xfaff) || (c >= 0xfe30 && c <= 0xfe6f) || (c >= 0xff00 && c <= 0xff60) ||
	       (c >= 0xffe0 && c <= 0xffe6) || (c >= 0x1f300 && c <= 0x1f64f) || (c >= 0x20000 && c <= 0x3fffd);
}

static void put_glyph(struct screen *s, u8 glyph)
{
	if (s->wrap_pending) {
		s->c.x = 0;
		screen_line_feed(s);
	}
	if (s->insert)
		screen_insert_chars(s, 1);
	s->cells[s->c.y * s->cols + s->c.x] = (u16)(screen_attribute(s) << 8 | glyph);
	screen_touch(s, s->c.y, s->c.y);
	if (s->c.x + 1 < s->cols)
		s->c.x++;
	else
		s->wrap_pending = s->autowrap;
}

void screen_put(struct screen *s, u32 codepoint)
{
	if (s->c.graphics[s->c.g1] && codepoint >= 0x60 && codepoint <= 0x7e)
		codepoint = drawing[codepoint - 0x60];
	if (zero_width(codepoint))
		return;
	s->last_char = codepoint;
	put_glyph(s, cp437_glyph(codepoint));
	if (wide(codepoint))
		put_glyph(s, ' ');
}
