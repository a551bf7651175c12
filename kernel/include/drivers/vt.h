/*
 * Virtual terminals on the VGA text screen: the screen with its escape sequences, and the keyboard's layouts. Between
 * the files of drivers/vt; user space sees /dev/tty1 and so on.
 */
#ifndef DRIVERS_VT_H
#define DRIVERS_VT_H

#include <core/spinlock.h>
#include <tty/tty.h>

#define VT_COUNT 6
#define VT_PARAMS 16
#define VT_MAX_COLS 160

enum vt_state {
	VT_GROUND, VT_ESCAPE, VT_CSI, VT_CSI_SKIP, VT_OSC, VT_OSC_ESCAPE, VT_LINUX_PALETTE, VT_CHARSET_G0, VT_CHARSET_G1,
	VT_PERCENT, VT_HASH, VT_FUNCTION_KEY,
};

struct vt_pen {
	u8 fg, bg;			/* VGA's colour numbers; fg 16, bg 8: the default */
	bool bold, dim, underline, blink, reverse;
};

struct vt_cursor {
	unsigned x, y;
	struct vt_pen pen;
	bool g1, graphics[2], origin;
};

/* Everything under screen_lock (RANK_SCREEN, irqsave). */
struct screen {
	unsigned rows, cols;
	u16 *cells;			/* rows * cols: character, attribute << 8 */
	struct vt_cursor c, saved;
	unsigned top, bottom;		/* scrolling region, bottom exclusive */
	bool wrap_pending;		/* the last column was written: the next character wraps first */
	bool autowrap, insert, newline, show_cursor, reverse_screen, utf8;
	bool application_keys, application_keypad;	/* for the keyboard */
	unsigned char tabs[VT_MAX_COLS / 8];
	u32 last_char;			/* for REP */

	enum vt_state state;
	unsigned params[VT_PARAMS], nparams, skip;
	char mark;			/* '?', '>' … of a private sequence, or 0 */
	u32 codepoint;
	u8 continuation;		/* bytes of a UTF-8 character that are still to come */
	u32 smallest;			/* what that length must at least encode */

	unsigned dirty_first, dirty_last;	/* rows to show again; first > last: none */
	bool bell;
	u8 reply[64];			/* answers to the program, for the input side */
	unsigned reply_len;
};

/* screen.c */
void screen_init(struct screen *s, u16 *cells, unsigned rows, unsigned cols);
void screen_reset(struct screen *s);
u16 screen_blank(const struct screen *s);
void screen_touch(struct screen *s, unsigned first, unsigned last);	/* rows, inclusive */
void screen_fill(struct screen *s, unsigned from, unsigned n);		/* cells, blank */
void screen_scroll_up(struct screen *s, unsigned top, unsigned n);	/* within [top, s->bottom) */
void screen_scroll_down(struct screen *s, unsigned top, unsigned n);
void screen_line_feed(struct screen *s);
void screen_reverse_line_feed(struct screen *s);
void screen_put(struct screen *s, u32 codepoint);
void screen_move(struct screen *s, int x, int y);			/* clipped; origin mode applies to y */
void screen_insert_chars(struct screen *s, unsigned n);
void screen_delete_chars(struct screen *s, unsigned n);
void screen_save_cursor(struct screen *s);
void screen_restore_cursor(struct screen *s);
u8 screen_attribute(const struct screen *s);

/* emulator.c: bytes with escape sequences (VT100, ECMA-48, the Linux console's own) */
void screen_write(struct screen *s, const u8 *buf, size_t n);

/* cp437.c: the glyph for a character, or '?'. */
u8 cp437_glyph(u32 codepoint);

/* vga.c: the hardware; screen_lock held. */
bool vga_init(unsigned *rows, unsigned *cols);	/* false: no VGA in text mode */
void vga_show(const struct screen *s, unsigned first, unsigned last);
void vga_cursor(const struct screen *s);

/* vt.c */
extern spinlock_t screen_lock;
void vt_input(const u8 *buf, size_t n);		/* to the terminal in front; interrupt context */
void vt_switch(unsigned index);			/* any context */
void vt_scroll_lock(bool on);
bool vt_application_keys(void);
void vt_bell(unsigned hz, unsigned ms);		/* hz 0: silence; any context */

/* keyboard.c */
struct keyboard_modes { u8 mode; u8 leds; };	/* K_*; bits 0 scroll, 1 num, 2 caps */
void keyboard_scancode(u8 code);		/* set 1, interrupt context */
u8 keyboard_mode(void);
int keyboard_set_mode(u8 mode);			/* 0, -EINVAL */
u8 keyboard_leds(void);
void keyboard_set_leds(u8 leds);		/* 8 and above: back to the locks */
int keyboard_set_layout(const char *name);	/* "us", "fr"; 0, -EINVAL */
/* i8042.c: the work that sends LEDs to the keyboard */
void i8042_set_leds(u8 leds);			/* any context */

/* Layouts: characters of each key in four levels. Codes from KEY_DEAD on are dead accents. */
struct layout {
	const char *name;
	const u16 (*keys)[4];		/* by scan code of set 1: plain, shift, AltGr, shift and AltGr */
	unsigned count;
	bool caps_digits;		/* Caps Lock acts on the digit row too */
};
#define KEY_DEAD 0xf800u
#define DEAD_GRAVE 0xf800u
#define DEAD_ACUTE 0xf801u
#define DEAD_CIRCUMFLEX 0xf802u
#define DEAD_TILDE 0xf803u
#define DEAD_DIAERESIS 0xf804u
#define DEAD_CEDILLA 0xf805u
extern const struct layout layout_us, layout_fr;
/* The letter with this accent; 0: there is none. */
u32 layout_compose(u32 dead, u32 letter);
u32 layout_accent(u32 dead);			/* the accent by itself */

#endif
