/*
 * The terminal: bytes, UTF-8, control characters and escape sequences of a VT102 with the Linux console's additions
 * (TERM=linux), applied to a screen. Unknown sequences are swallowed whole. Callers hold screen_lock.
 */
#include <core/printk.h>
#include <core/string.h>
#include <drivers/vt.h>

/* ANSI's colour order to VGA's. */
static const u8 colours[8] = { 0, 4, 2, 6, 1, 5, 3, 7 };

static unsigned param(const struct screen *s, unsigned i, unsigned absent)
{
	return i < s->nparams && s->params[i] ? s->params[i] : absent;
}

static void reply(struct screen *s, const char *text)
{
	size_t n = strlen(text);

	if (s->reply_len + n > sizeof(s->reply))
		return;		/* a program that asks without reading gets no more answers than fit */
	memcpy(s->reply + s->reply_len, text, n);
	s->reply_len += n;
}

/* ---- colours ---- */

/* The nearest of the 16 colours, VGA's number. */
static u8 nearest(unsigned r, unsigned g, unsigned b)
{
	unsigned top = max(r, max(g, b)), half = top / 2;
	u8 c = 0;

	if (top < 48)
		return 0;
	if (max(r, max(g, b)) - min(r, min(g, b)) < 24)
		return top > 208 ? 15 : top > 128 ? 7 : 8;
	c |= r > half ? 4 : 0;
	c |= g > half ? 2 : 0;
	c |= b > half ? 1 : 0;
	return top > 192 ? c | 8 : c;
}

static u8 from_256(unsigned n)
{
	static const u8 steps[6] = { 0, 95, 135, 175, 215, 255 };

	if (n < 16)
		return colours[n & 7] | (u8)(n & 8);
	if (n >= 232)
		return nearest((n - 232) * 10 + 8, (n - 232) * 10 + 8, (n - 232) * 10 + 8);
	n = min(n, 231u) - 16;
	return nearest(steps[n / 36], steps[n / 6 % 6], steps[n % 6]);
}

/* 38 and 48: 5;n or 2;r;g;b. Returns the last parameter used. */
static unsigned extended_colour(struct screen *s, unsigned i, u8 *colour)
{
	if (i + 2 < s->nparams && s->params[i + 1] == 5) {
		*colour = from_256(s->params[i + 2]);
		return i + 2;
	}
	if (i + 4 < s->nparams && s->params[i + 1] == 2) {
		*colour = nearest(min(s->params[i + 2], 255u), min(s->params[i + 3], 255u), min(s->params[i + 4], 255u));
		return i + 4;
	}
	return s->nparams;
}

static void rendition(struct screen *s)
{
	struct vt_pen *p = &s->c.pen;
	u8 colour;

	for (unsigned i = 0; i < max(s->nparams, 1u); i++) {
		unsigned v = i < s->nparams ? s->params[i] : 0;

		switch (v) {
		case 0: *p = (struct vt_pen){ .fg = 16, .bg = 8 }; break;
		case 1: p->bold = true; p->dim = false; break;
		case 2: p->dim = true; p->bold = false; break;
		case 4: p->underline = true; break;
		case 5: p->blink = true; break;
		case 7: p->reverse = true; break;
		case 10: s->c.graphics[s->c.g1] = false; break;
		case 11: case 12: s->c.graphics[s->c.g1] = true; break;
		case 21: case 22: p->bold = p->dim = false; break;
		case 24: p->underline = false; break;
		case 25: p->blink = false; break;
		case 27: p->reverse = false; break;
		case 30 ... 37: p->fg = colours[v - 30]; break;
		case 38:
			colour = p->fg;
			i = extended_colour(s, i, &colour);
			p->fg = colour;
			break;
		case 39: p->fg = 16; p->underline = false; break;
		case 40 ... 47: p->bg = colours[v - 40]; break;
		case 48:
			colour = p->bg;
			i = extended_colour(s, i, &colour);
			p->bg = colour & 7;
			break;
		case 49: p->bg = 8; break;
		case 90 ... 97: p->fg = colours[v - 90] | 8; break;
		case 100 ... 107: p->bg = colours[v - 100]; break;
		}
	}
}

/* ---- erasing, modes ---- */

static void erase_display(struct screen *s)
{
	unsigned at = s->c.y * s->cols + s->c.x, all = s->rows * s->cols;

	switch (param(s, 0, 0)) {
	case 0: screen_fill(s, at, all - at); break;
	case 1: screen_fill(s, 0, at + 1); break;
	case 2: case 3: screen_fill(s, 0, all); break;
	}
	s->wrap_pending = false;
}

static void erase_line(struct screen *s)
{
	unsigned row = s->c.y * s->cols;

	switch (param(s, 0, 0)) {
	case 0: screen_fill(s, row + s->c.x, s->cols - s->c.x); break;
	case 1: screen_fill(s, row, s->c.x + 1); break;
	case 2: screen_fill(s, row, s->cols); break;
	}
	s->wrap_pending = false;
}

static void reverse_video(struct screen *s, bool on)
{
	if (s->reverse_screen == on)
		return;
	s->reverse_screen = on;
	for (unsigned i = 0; i < s->rows * s->cols; i++) {
		u16 c = s->cells[i];

		s->cells[i] = (u16)((c & 0x88ff) | (c & 0x7000) >> 4 | (c & 0x0700) << 4);
	}
	screen_touch(s, 0, s->rows - 1);
}

static void set_modes(struct screen *s, bool on)
{
	for (unsigned i = 0; i < s->nparams; i++) {
		switch (s->params[i] | (s->mark == '?' ? 0x10000u : 0)) {
		case 0x10001: s->application_keys = on; break;
		case 0x10005: reverse_video(s, on); break;
		case 0x10006:
			s->c.origin = on;
			screen_move(s, 0, on ? (int)s->top : 0);
			break;
		case 0x10007: s->autowrap = on; break;
		case 0x10019: s->show_cursor = on; break;
		case 4: s->insert = on; break;
		case 20: s->newline = on; break;
		}
	}
}

static void set_region(struct screen *s)
{
	unsigned top = param(s, 0, 1), bottom = param(s, 1, s->rows);

	bottom = min(bottom, s->rows);
	if (top >= bottom)
		return;
	s->top = top - 1;
	s->bottom = bottom;
	screen_move(s, 0, s->c.origin ? (int)s->top : 0);
}

static void tab(struct screen *s)
{
	s->wrap_pending = false;
	while (s->c.x + 1 < s->cols) {
		s->c.x++;
		if (s->tabs[s->c.x / 8] >> (s->c.x & 7) & 1)
			break;
	}
}

static void clear_tabs(struct screen *s)
{
	if (param(s, 0, 0) == 0)
		s->tabs[s->c.x / 8] &= (u8)~(1u << (s->c.x & 7));
	else if (s->params[0] == 3)
		memset(s->tabs, 0, sizeof(s->tabs));
}

static void report(struct screen *s)
{
	char text[32];

	if (param(s, 0, 0) == 5) {
		reply(s, "\033[0n");
	} else if (param(s, 0, 0) == 6) {
		snprintf(text, sizeof(text), "\033[%u;%uR", s->c.y - (s->c.origin ? s->top : 0) + 1, s->c.x + 1);
		reply(s, text);
	}
}

static void repeat(struct screen *s)
{
	unsigned n = min(param(s, 0, 1), s->cols * s->rows);

	while (n--)
		screen_put(s, s->last_char);
}

static void lines(struct screen *s, bool insert)
{
	unsigned n = param(s, 0, 1);

	if (s->c.y < s->top || s->c.y >= s->bottom)
		return;
	if (insert)
		screen_scroll_down(s, s->c.y, n);
	else
		screen_scroll_up(s, s->c.y, n);
	s->c.x = 0;
	s->wrap_pending = false;
}

/* A step of at most the screen's size, so that the sums stay small. */
static int step(const struct screen *s)
{
	return (int)min(param(s, 0, 1), 1000u);
}

/* Up and down stay within the scrolling region if they start there. */
static void vertical(struct screen *s, int by)
{
	int y = (int)s->c.y + by;

	if (by < 0 && s->c.y >= s->top)
		y = max(y, (int)s->top);
	if (by > 0 && s->c.y < s->bottom)
		y = min(y, (int)s->bottom - 1);
	screen_move(s, (int)s->c.x, y);
}

static int origin(const struct screen *s)
{
	return s->c.origin ? (int)s->top : 0;
}

static void private_sequence(struct screen *s, u8 final)
{
	if (s->mark == '?' && (final == 'h' || final == 'l'))
		set_modes(s, final == 'h');
	else if (s->mark == '>' && final == 'c')
		reply(s, "\033[>1;0;0c");
}

static void sequence(struct screen *s, u8 final)
{
	int x = (int)s->c.x, y = (int)s->c.y;
	unsigned n = param(s, 0, 1);

	if (s->mark) {
		private_sequence(s, final);
		return;
	}
	switch (final) {
	case '@': screen_insert_chars(s, n); break;
	case 'A': vertical(s, -step(s)); break;
	case 'B': case 'e': vertical(s, step(s)); break;
	case 'C': case 'a': screen_move(s, x + step(s), y); break;
	case 'D': screen_move(s, x - step(s), y); break;
	case 'E': vertical(s, step(s)); s->c.x = 0; break;
	case 'F': vertical(s, -step(s)); s->c.x = 0; break;
	case 'G': case '`': screen_move(s, step(s) - 1, y); break;
	case 'H': case 'f': screen_move(s, (int)min(param(s, 1, 1), 1000u) - 1, origin(s) + step(s) - 1); break;
	case 'J': erase_display(s); break;
	case 'K': erase_line(s); break;
	case 'L': lines(s, true); break;
	case 'M': lines(s, false); break;
	case 'P': screen_delete_chars(s, n); break;
	case 'S': screen_scroll_up(s, s->top, n); break;
	case 'T': screen_scroll_down(s, s->top, n); break;
	case 'X': screen_fill(s, s->c.y * s->cols + s->c.x, min(n, s->cols - s->c.x)); break;
	case 'b': repeat(s); break;
	case 'c':
		if (!param(s, 0, 0))
			reply(s, "\033[?6c");
		break;
	case 'd': screen_move(s, x, origin(s) + step(s) - 1); break;
	case 'g': clear_tabs(s); break;
	case 'h': set_modes(s, true); break;
	case 'l': set_modes(s, false); break;
	case 'm': rendition(s); break;
	case 'n': report(s); break;
	case 'r': set_region(s); break;
	case 's': screen_save_cursor(s); break;
	case 'u': screen_restore_cursor(s); break;
	}
}

/* ---- states ---- */

static void escape(struct screen *s, u8 c)
{
	s->state = VT_GROUND;
	switch (c) {
	case '[':
		s->state = VT_CSI;
		memset(s->params, 0, sizeof(s->params));
		s->nparams = 0;
		s->mark = 0;
		break;
	case ']': s->state = VT_OSC; s->skip = 0; break;
	case 'P': case 'X': case '^': case '_': s->state = VT_OSC; s->skip = 1; break;
	case '(': s->state = VT_CHARSET_G0; break;
	case ')': s->state = VT_CHARSET_G1; break;
	case '%': s->state = VT_PERCENT; break;
	case '#': s->state = VT_HASH; break;
	case '7': screen_save_cursor(s); break;
	case '8': screen_restore_cursor(s); break;
	case 'D': screen_line_feed(s); break;
	case 'E': s->c.x = 0; screen_line_feed(s); break;
	case 'H': s->tabs[s->c.x / 8] |= (u8)(1u << (s->c.x & 7)); break;
	case 'M': screen_reverse_line_feed(s); break;
	case 'Z': reply(s, "\033[?6c"); break;
	case 'c': screen_reset(s); break;
	case '=': s->application_keypad = true; break;
	case '>': s->application_keypad = false; break;
	}
}

static void csi(struct screen *s, u8 c)
{
	if (c >= '0' && c <= '9') {
		if (!s->nparams)
			s->nparams = 1;
		s->params[s->nparams - 1] = min(s->params[s->nparams - 1] * 10 + c - '0', 65535u);
	} else if (c == ';' || c == ':') {
		s->nparams = max(s->nparams, 1u);
		if (s->nparams == VT_PARAMS)
			s->state = VT_CSI_SKIP;
		else
			s->nparams++;
	} else if (c >= '<' && c <= '?') {
		s->mark = (char)c;
	} else if (c == '[') {
		s->state = VT_FUNCTION_KEY;	/* ESC [ [ x: a function key echoed; one more byte */
	} else if (c >= 0x20 && c < 0x30) {
		s->state = VT_CSI_SKIP;
	} else {
		s->state = VT_GROUND;
		if (c >= 0x40 && c <= 0x7e)
			sequence(s, c);
	}
}

static void osc(struct screen *s, u8 c)
{
	/* The Linux console's palette: ESC ] R, and ESC ] P with seven hexadecimal digits; neither has a terminator. */
	if (!s->skip && c == 'R') {
		s->state = VT_GROUND;
	} else if (!s->skip && c == 'P') {
		s->state = VT_LINUX_PALETTE;
		s->skip = 7;
	} else if (c == '\a' || c == 0x9c) {
		s->state = VT_GROUND;
	} else if (c == 033) {
		s->state = VT_OSC_ESCAPE;
	} else {
		s->skip = 1;
	}
}

static void charset(struct screen *s, u8 c)
{
	s->c.graphics[s->state == VT_CHARSET_G1] = c == '0';
	s->state = VT_GROUND;
}

static void align(struct screen *s, u8 c)
{
	s->state = VT_GROUND;
	if (c != '8')
		return;
	for (unsigned i = 0; i < s->rows * s->cols; i++)
		s->cells[i] = (u16)((screen_blank(s) & 0xff00) | 'E');
	screen_touch(s, 0, s->rows - 1);
}

/* True: consumed. Control characters act even inside sequences. */
static bool control(struct screen *s, u8 c)
{
	switch (c) {
	case '\a': s->bell = true; return true;
	case '\b':
		if (s->c.x && !s->wrap_pending)
			s->c.x--;
		s->wrap_pending = false;
		return true;
	case '\t': tab(s); return true;
	case '\n': case '\v': case '\f':
		screen_line_feed(s);
		if (s->newline)
			s->c.x = 0;
		return true;
	case '\r': s->c.x = 0; s->wrap_pending = false; return true;
	case 14: s->c.g1 = true; return true;
	case 15: s->c.g1 = false; return true;
	case 24: case 26: s->state = VT_GROUND; return true;
	case 27: s->state = VT_ESCAPE; return true;
	}
	return c < 0x20 || c == 0x7f;
}

static void ground(struct screen *s, u8 c)
{
	if (!s->utf8) {
		screen_put(s, c);
		return;
	}
	if (s->continuation) {
		if ((c & 0xc0) == 0x80) {
			s->codepoint = s->codepoint << 6 | (c & 0x3f);
			if (--s->continuation)
				return;
			/* Longer than needed, a surrogate, beyond Unicode: no character. */
			if (s->codepoint < s->smallest || s->codepoint > 0x10ffff || (s->codepoint & ~0x7ffu) == 0xd800)
				s->codepoint = 0xfffd;
			screen_put(s, s->codepoint);
			return;
		}
		s->continuation = 0;
		screen_put(s, 0xfffd);
	}
	if (c < 0x80) {
		screen_put(s, c);
	} else if (c >= 0xc2 && c <= 0xf4) {
		s->continuation = c >= 0xf0 ? 3 : c >= 0xe0 ? 2 : 1;
		s->smallest = c >= 0xf0 ? 0x10000 : c >= 0xe0 ? 0x800 : 0x80;
		s->codepoint = c & (0x3fu >> s->continuation);
	} else {
		screen_put(s, 0xfffd);
	}
}

static void byte(struct screen *s, u8 c)
{
	if (s->state != VT_OSC && s->state != VT_OSC_ESCAPE && control(s, c))
		return;
	switch (s->state) {
	case VT_GROUND: ground(s, c); break;
	case VT_ESCAPE: escape(s, c); break;
	case VT_CSI: csi(s, c); break;
	case VT_CSI_SKIP:
		if (c >= 0x40 && c <= 0x7e)
			s->state = VT_GROUND;
		break;
	case VT_OSC: osc(s, c); break;
	case VT_OSC_ESCAPE: s->state = c == 033 ? VT_OSC_ESCAPE : c == '\\' ? VT_GROUND : VT_OSC; break;
	case VT_LINUX_PALETTE:
		if (!--s->skip)
			s->state = VT_GROUND;
		break;
	case VT_CHARSET_G0: case VT_CHARSET_G1: charset(s, c); break;
	case VT_PERCENT:
		s->utf8 = c == 'G' || c == '8';
		s->continuation = 0;
		s->state = VT_GROUND;
		break;
	case VT_HASH: align(s, c); break;
	case VT_FUNCTION_KEY: s->state = VT_GROUND; break;
	}
}

void screen_write(struct screen *s, const u8 *buf, size_t n)
{
	for (size_t i = 0; i < n; i++)
		byte(s, buf[i]);
}
