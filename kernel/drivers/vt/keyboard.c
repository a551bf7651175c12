/*
 * From scan codes to characters: modifiers, locks, layouts, dead accents, function keys, console switching.
 *
 * Runs in the keyboard's interrupt; its state belongs to that interrupt, task context only reads single words or
 * writes them with interrupts off. Sequences are the Linux console's (TERM=linux).
 */
#include <abi/errno.h>
#include <abi/ioctl.h>
#include <core/init.h>
#include <core/irqflags.h>
#include <core/printk.h>
#include <core/random.h>
#include <core/string.h>
#include <drivers/power.h>
#include <drivers/vt.h>

#define EXTENDED 0x80		/* keys whose code has the prefix e0 */

/* Scan codes of set 1 that are not characters. */
enum {
	SC_ESC = 0x01, SC_BACKSPACE = 0x0e, SC_TAB = 0x0f, SC_ENTER = 0x1c, SC_CTRL = 0x1d, SC_LSHIFT = 0x2a, SC_RSHIFT = 0x36,
	SC_KP_STAR = 0x37, SC_ALT = 0x38, SC_SPACE = 0x39, SC_CAPS = 0x3a, SC_F1 = 0x3b, SC_F10 = 0x44, SC_NUM = 0x45,
	SC_SCROLL = 0x46, SC_KP_7 = 0x47, SC_KP_MINUS = 0x4a, SC_KP_PLUS = 0x4e, SC_KP_DOT = 0x53, SC_F11 = 0x57, SC_F12 = 0x58,
	SC_KP_ENTER = EXTENDED | 0x1c, SC_RCTRL = EXTENDED | 0x1d, SC_KP_SLASH = EXTENDED | 0x35, SC_ALTGR = EXTENDED | 0x38,
	SC_HOME = EXTENDED | 0x47, SC_UP = EXTENDED | 0x48, SC_PAGE_UP = EXTENDED | 0x49, SC_LEFT = EXTENDED | 0x4b,
	SC_RIGHT = EXTENDED | 0x4d, SC_END = EXTENDED | 0x4f, SC_DOWN = EXTENDED | 0x50, SC_PAGE_DOWN = EXTENDED | 0x51,
	SC_INSERT = EXTENDED | 0x52, SC_DELETE = EXTENDED | 0x53,
};

#define LED_SCROLL 1u
#define LED_NUM 2u
#define LED_CAPS 4u

static const struct layout *layout = &layout_us;
static u8 mode = K_UNICODE;
static u8 locks;			/* LED_* */
static u8 forced_leds = 0xff;		/* KDSETLED; 0xff: the locks */
static bool lshift, rshift, lctrl, rctrl, alt, altgr;
static bool prefix_e0;
static u8 skip;				/* bytes left of a Pause */
static u32 dead;			/* accent that waits for its letter */
static unsigned alt_number;		/* Alt with keypad digits; 0x10000: none */

/* ---- output ---- */

static void send(const char *text)
{
	vt_input((const u8 *)text, strlen(text));
}

static void send_char(u32 c)
{
	u8 buf[5];
	size_t n = 0;

	if (alt)
		buf[n++] = 033;
	if (c < 0x80 || mode != K_UNICODE) {
		buf[n++] = (u8)c;
	} else if (c < 0x800) {
		buf[n++] = (u8)(0xc0 | c >> 6);
		buf[n++] = (u8)(0x80 | (c & 0x3f));
	} else {
		buf[n++] = (u8)(0xe0 | c >> 12);
		buf[n++] = (u8)(0x80 | (c >> 6 & 0x3f));
		buf[n++] = (u8)(0x80 | (c & 0x3f));
	}
	vt_input(buf, n);
}

static void cursor_key(char final)
{
	char text[4] = { 033, vt_application_keys() ? 'O' : '[', final, 0 };

	send(text);
}

/* ---- keys ---- */

static void function_key(unsigned n)
{
	static const char *const text[12] = {
		"\033[[A", "\033[[B", "\033[[C", "\033[[D", "\033[[E", "\033[17~", "\033[18~", "\033[19~", "\033[20~", "\033[21~",
		"\033[23~", "\033[24~",
	};

	if (alt || (altgr && layout == &layout_us))
		vt_switch(n);
	else
		send(text[n]);
}

static bool special_key(u8 code)
{
	switch (code) {
	case SC_UP: cursor_key('A'); return true;
	case SC_DOWN: cursor_key('B'); return true;
	case SC_RIGHT: cursor_key('C'); return true;
	case SC_LEFT: cursor_key('D'); return true;
	case SC_HOME: send("\033[1~"); return true;
	case SC_INSERT: send("\033[2~"); return true;
	case SC_DELETE:
		if ((lctrl || rctrl) && (alt || altgr))
			ctrl_alt_del();
		else
			send("\033[3~");
		return true;
	case SC_END: send("\033[4~"); return true;
	case SC_PAGE_UP: send("\033[5~"); return true;
	case SC_PAGE_DOWN: send("\033[6~"); return true;
	case SC_ESC: send_char(033); return true;
	case SC_BACKSPACE: send_char(lctrl || rctrl ? 8 : 0x7f); return true;
	case SC_TAB: send(lshift || rshift ? "\033[Z" : "\t"); return true;
	case SC_ENTER: case SC_KP_ENTER: send_char('\r'); return true;
	case SC_KP_SLASH: send_char('/'); return true;
	case SC_KP_STAR: send_char('*'); return true;
	case SC_F11: function_key(10); return true;
	case SC_F12: function_key(11); return true;
	}
	if (code >= SC_F1 && code <= SC_F10) {
		function_key(code - SC_F1);
		return true;
	}
	return false;
}

/* The keypad: digits with Num Lock (or Alt: a character by its number), else the cursor keys. */
static void keypad(u8 code)
{
	static const char digits[] = "789-456+1230.";
	char c = digits[code - SC_KP_7];

	if (alt && c >= '0' && c <= '9') {
		alt_number = (alt_number > 0xffff ? 0 : alt_number * 10) + (unsigned)(c - '0');
		alt_number = min(alt_number, 0xffffu);
		return;
	}
	if (c == '-' || c == '+') {
		send_char((u32)c);
		return;
	}
	if (code == SC_KP_DOT && (lctrl || rctrl) && alt) {
		ctrl_alt_del();
		return;
	}
	if (locks & LED_NUM)
		send_char((u32)c);
	else if (c == '5')
		cursor_key('G');
	else
		special_key(code | EXTENDED);
}

static bool is_letter(u32 c)
{
	return (c >= 'a' && c <= 'z') || (c >= 0xe0 && c <= 0xfe && c != 0xf7);
}

static u32 with_control(u32 c)
{
	if (c == ' ' || c == '2' || c == '@')
		return 0;
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 1;
	if (c >= '@' && c <= '_')
		return c & 0x1f;
	if (c >= '3' && c <= '7')
		return c - '3' + 27;
	if (c == '8' || c == '?')
		return 0x7f;
	if (c == '/' || c == '-')
		return 31;
	return c;
}

/* An accent waits; the next character takes it, or both appear one after the other. */
static void send_accented(u32 c)
{
	u32 accent = dead, composed;

	if (!accent) {
		send_char(c);
		return;
	}
	dead = 0;
	composed = c == ' ' ? layout_accent(accent) : layout_compose(accent, c);
	if (composed) {
		send_char(composed);
		return;
	}
	send_char(layout_accent(accent));
	send_char(c);
}

static void character_key(u8 code)
{
	bool shift = lshift || rshift, caps = locks & LED_CAPS;
	const u16 *key;
	u32 c;

	if (code >= layout->count)
		return;
	key = layout->keys[code];
	if (caps && (is_letter(key[0]) ? key[1] != key[0] : layout->caps_digits && code >= 2 && code <= 0x0d))
		shift = !shift;
	c = key[(altgr ? 2 : 0) + shift];
	if (!c && !altgr)
		return;
	if (!c)
		c = key[shift];
	if (c >= KEY_DEAD) {
		if (dead == c) {
			dead = 0;
			send_char(layout_accent(c));
		} else {
			dead = c;
		}
		return;
	}
	if (lctrl || rctrl)
		c = with_control(altgr || !(c & ~0x7fu) ? c : key[0]);
	send_accented(c);
}

static void update_leds(void)
{
	i8042_set_leds(forced_leds < 8 ? forced_leds : locks);
}

static void toggle(u8 led)
{
	locks ^= led;
	update_leds();
	if (led == LED_SCROLL)
		vt_input((const u8 *)(locks & LED_SCROLL ? "\023" : "\021"), 1);
}

/* Modifiers and locks; true: it was one. */
static bool modifier(u8 code, bool down)
{
	switch (code) {
	case SC_LSHIFT: lshift = down; return true;
	case SC_RSHIFT: rshift = down; return true;
	case SC_CTRL: lctrl = down; return true;
	case SC_RCTRL: rctrl = down; return true;
	case SC_ALTGR: altgr = down; return true;
	case SC_ALT:
		alt = down;
		if (!down && alt_number < 0x10000)
			send_char(alt_number);
		alt_number = 0x10000;
		return true;
	case SC_CAPS: if (down) toggle(LED_CAPS); return true;
	case SC_NUM: if (down) toggle(LED_NUM); return true;
	case SC_SCROLL: if (down) toggle(LED_SCROLL); return true;
	}
	return false;
}

static void key_event(u8 code, bool down)
{
	if (mode == K_MEDIUMRAW) {
		u8 raw = (u8)((code & 0x7f) | (down ? 0 : 0x80));

		vt_input(&raw, 1);
	}
	if (modifier(code, down) || !down || mode == K_MEDIUMRAW || mode == K_OFF)
		return;
	if (code >= SC_KP_7 && code <= SC_KP_DOT)
		keypad(code);
	else if (!special_key(code) && !(code & EXTENDED))
		character_key(code);
}

void keyboard_scancode(u8 code)
{
	if (mode == K_RAW) {
		vt_input(&code, 1);
		/* Switching away still works: modifiers are followed below. */
	}
	if (skip) {
		skip--;
		return;
	}
	if (code == 0xe0) {
		prefix_e0 = true;
		return;
	}
	if (code == 0xe1) {
		skip = 2;
		return;
	}
	if (prefix_e0) {
		prefix_e0 = false;
		/* Shifts that the keyboard invents around the cursor keys. */
		if ((code & 0x7f) == SC_LSHIFT || (code & 0x7f) == SC_RSHIFT)
			return;
		if (mode == K_RAW)
			(void)modifier(code | EXTENDED, !(code & 0x80));
		else
			key_event((code & 0x7f) | EXTENDED, !(code & 0x80));
		return;
	}
	if (mode == K_RAW)
		(void)modifier(code & 0x7f, !(code & 0x80));
	else
		key_event(code & 0x7f, !(code & 0x80));
}

/* ---- settings ---- */

u8 keyboard_mode(void) { return mode; }

int keyboard_set_mode(u8 new_mode)
{
	if (new_mode > K_OFF)
		return -EINVAL;
	mode = new_mode;
	return 0;
}

u8 keyboard_leds(void)
{
	return forced_leds < 8 ? forced_leds : locks;
}

void keyboard_set_leds(u8 leds)
{
	unsigned long flags = irq_save();

	forced_leds = leds < 8 ? leds : 0xff;
	update_leds();
	irq_restore(flags);
}

int keyboard_set_layout(const char *name)
{
	static const struct layout *const all[] = { &layout_us, &layout_fr };

	for (unsigned i = 0; i < ARRAY_SIZE(all); i++) {
		if (!strcmp(all[i]->name, name)) {
			layout = all[i];
			return 0;
		}
	}
	return -EINVAL;
}

static int __init keyboard_init(void)
{
	char name[16];

	alt_number = 0x10000;
	if (cmdline_get("keymap", name, sizeof(name)) && keyboard_set_layout(name))
		pr_warn("keymap=%s is not known; us and fr are\n", name);
	return 0;
}
device_initcall(keyboard_init);
