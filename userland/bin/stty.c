/* stty: shows and changes a terminal's modes. */
#include <ctype.h>
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>
#include "common/common.h"

static const struct {
	const char *name;
	char where;		/* i, o, c or l */
	tcflag_t bit, mask;	/* a mask: one value of several */
	int is_sane;		/* 1: set, -1: clear when sane */
} modes[] = {
	{ "parenb", 'c', PARENB, 0, 0 }, { "parodd", 'c', PARODD, 0, 0 }, { "cs5", 'c', CS5, CSIZE, 0 },
	{ "cs6", 'c', CS6, CSIZE, 0 }, { "cs7", 'c', CS7, CSIZE, 0 }, { "cs8", 'c', CS8, CSIZE, 0 },
	{ "hupcl", 'c', HUPCL, 0, 0 }, { "cstopb", 'c', CSTOPB, 0, 0 }, { "cread", 'c', CREAD, 0, 1 },
	{ "clocal", 'c', CLOCAL, 0, 0 }, { "crtscts", 'c', CRTSCTS, 0, 0 }, { "ignbrk", 'i', IGNBRK, 0, -1 },
	{ "brkint", 'i', BRKINT, 0, 1 }, { "ignpar", 'i', IGNPAR, 0, 0 }, { "parmrk", 'i', PARMRK, 0, 0 },
	{ "inpck", 'i', INPCK, 0, 0 }, { "istrip", 'i', ISTRIP, 0, 0 }, { "inlcr", 'i', INLCR, 0, -1 },
	{ "igncr", 'i', IGNCR, 0, -1 }, { "icrnl", 'i', ICRNL, 0, 1 }, { "ixon", 'i', IXON, 0, 1 },
	{ "ixoff", 'i', IXOFF, 0, -1 }, { "iuclc", 'i', IUCLC, 0, -1 }, { "ixany", 'i', IXANY, 0, -1 },
	{ "imaxbel", 'i', IMAXBEL, 0, 1 }, { "iutf8", 'i', IUTF8, 0, 0 }, { "opost", 'o', OPOST, 0, 1 },
	{ "olcuc", 'o', OLCUC, 0, -1 }, { "ocrnl", 'o', OCRNL, 0, -1 }, { "onlcr", 'o', ONLCR, 0, 1 },
	{ "onocr", 'o', ONOCR, 0, -1 }, { "onlret", 'o', ONLRET, 0, -1 }, { "isig", 'l', ISIG, 0, 1 },
	{ "icanon", 'l', ICANON, 0, 1 }, { "iexten", 'l', IEXTEN, 0, 1 }, { "echo", 'l', ECHO, 0, 1 },
	{ "echoe", 'l', ECHOE, 0, 1 }, { "echok", 'l', ECHOK, 0, 1 }, { "echonl", 'l', ECHONL, 0, -1 },
	{ "noflsh", 'l', NOFLSH, 0, -1 }, { "tostop", 'l', TOSTOP, 0, -1 }, { "echoctl", 'l', ECHOCTL, 0, 1 },
	{ "echoke", 'l', ECHOKE, 0, 1 },
};

static const struct {
	const char *name;
	int index;
	cc_t sane;
} characters[] = {
	{ "intr", VINTR, 3 }, { "quit", VQUIT, 28 }, { "erase", VERASE, 127 }, { "kill", VKILL, 21 }, { "eof", VEOF, 4 },
	{ "eol", VEOL, 0 }, { "eol2", VEOL2, 0 }, { "start", VSTART, 17 }, { "stop", VSTOP, 19 }, { "susp", VSUSP, 26 },
	{ "rprnt", VREPRINT, 18 }, { "werase", VWERASE, 23 }, { "lnext", VLNEXT, 22 },
};

static const struct {
	unsigned speed;
	speed_t code;
} speeds[] = {
	{ 0, B0 }, { 300, B300 }, { 1200, B1200 }, { 2400, B2400 }, { 4800, B4800 }, { 9600, B9600 }, { 19200, B19200 },
	{ 38400, B38400 }, { 57600, B57600 }, { 115200, B115200 }, { 230400, B230400 }, { 460800, B460800 },
	{ 921600, B921600 },
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static struct termios terminal;

static tcflag_t *word(char where)
{
	return where == 'i' ? &terminal.c_iflag : where == 'o' ? &terminal.c_oflag : where == 'c' ? &terminal.c_cflag :
												  &terminal.c_lflag;
}

static void show_character(cc_t c, char text[8])
{
	if (!c)
		strcpy(text, "<undef>");
	else if (c < 32 || c == 127)
		snprintf(text, 8, "^%c", c ^ 64);
	else
		snprintf(text, 8, "%c", c);
}

static unsigned speed(void)
{
	for (size_t i = 0; i < COUNT(speeds); i++)
		if (speeds[i].code == cfgetospeed(&terminal))
			return speeds[i].speed;
	return 0;
}

static void show(int all)
{
	struct winsize size = { 0 };
	char text[8], last = 0;

	printf("speed %u baud;", speed());
	if (all && !ioctl(0, TIOCGWINSZ, &size))
		printf(" rows %u; columns %u;", size.ws_row, size.ws_col);
	putchar('\n');
	for (size_t i = 0; i < COUNT(characters); i++) {
		if (!all && terminal.c_cc[characters[i].index] == characters[i].sane)
			continue;
		show_character(terminal.c_cc[characters[i].index], text);
		printf("%s = %s;%c", characters[i].name, text, i % 6 == 5 ? '\n' : ' ');
	}
	if (all)
		printf("min = %u; time = %u;\n", terminal.c_cc[VMIN], terminal.c_cc[VTIME]);
	for (size_t i = 0; i < COUNT(modes); i++) {
		tcflag_t value = *word(modes[i].where);
		int on = modes[i].mask ? (value & modes[i].mask) == modes[i].bit : (value & modes[i].bit) != 0;

		if ((modes[i].mask && !on) || (!all && (!modes[i].is_sane || on == (modes[i].is_sane > 0))))
			continue;
		if (last && last != modes[i].where && all)
			putchar('\n');
		last = modes[i].where;
		printf("%s%s ", on ? "" : "-", modes[i].name);
	}
	putchar('\n');
}

static void make_sane(void)
{
	for (size_t i = 0; i < COUNT(modes); i++) {
		if (modes[i].is_sane > 0)
			*word(modes[i].where) |= modes[i].bit;
		else if (modes[i].is_sane < 0)
			*word(modes[i].where) &= ~modes[i].bit;
	}
	for (size_t i = 0; i < COUNT(characters); i++)
		terminal.c_cc[characters[i].index] = characters[i].sane;
}

static int set_mode(const char *argument)
{
	int on = *argument != '-';
	const char *name = argument + !on;

	for (size_t i = 0; i < COUNT(modes); i++) {
		tcflag_t *flags = word(modes[i].where);

		if (strcmp(modes[i].name, name))
			continue;
		if (modes[i].mask)
			*flags = (*flags & ~modes[i].mask) | modes[i].bit;
		else
			*flags = on ? *flags | modes[i].bit : *flags & ~modes[i].bit;
		return 0;
	}
	if (!strcmp(argument, "sane")) {
		make_sane();
	} else if (!strcmp(name, "raw") || !strcmp(name, "cooked")) {
		if ((*name == 'r') == on)
			cfmakeraw(&terminal);
		else
			make_sane();
	} else {
		return -1;
	}
	return 0;
}

static cc_t parse_character(const char *text)
{
	if (!strcmp(text, "undef") || !strcmp(text, "^-"))
		return 0;
	if (text[0] == '^' && text[1])
		return text[1] == '?' ? 127 : (cc_t)(text[1] & 31);
	if (isdigit((unsigned char)text[0]) && text[1])
		return (cc_t)atoi(text);
	return (cc_t)text[0];
}

/* Those with a value: returns 1 when the value was used. */
static int set_value(const char *name, const char *value)
{
	struct winsize size;

	for (size_t i = 0; value && i < COUNT(characters); i++)
		if (!strcmp(characters[i].name, name)) {
			terminal.c_cc[characters[i].index] = parse_character(value);
			return 1;
		}
	if (value && (!strcmp(name, "min") || !strcmp(name, "time"))) {
		terminal.c_cc[*name == 'm' ? VMIN : VTIME] = (cc_t)atoi(value);
		return 1;
	}
	if (value && (!strcmp(name, "rows") || !strcmp(name, "cols") || !strcmp(name, "columns"))) {
		if (ioctl(0, TIOCGWINSZ, &size) < 0)
			err(1, "window size");
		*(*name == 'r' ? &size.ws_row : &size.ws_col) = (unsigned short)atoi(value);
		if (ioctl(0, TIOCSWINSZ, &size) < 0)
			err(1, "window size");
		return 1;
	}
	for (size_t i = 0; isdigit((unsigned char)*name) && i < COUNT(speeds); i++)
		if (speeds[i].speed == (unsigned)atoi(name)) {
			cfsetspeed(&terminal, speeds[i].code);
			return 0;
		}
	errx(1, "unknown mode: %s", name);
}

/* All modes as numbers, for giving them back later. */
static void save(void)
{
	printf("%x:%x:%x:%x", terminal.c_iflag, terminal.c_oflag, terminal.c_cflag, terminal.c_lflag);
	for (int i = 0; i < ABI_NCCS; i++)
		printf(":%x", terminal.c_cc[i]);
	putchar('\n');
}

static int load(const char *text)
{
	tcflag_t values[4 + ABI_NCCS];
	char *end;

	for (int i = 0; i < 4 + ABI_NCCS; i++) {
		values[i] = (tcflag_t)strtoul(text, &end, 16);
		if (end == text || (i < 3 + ABI_NCCS ? *end != ':' : *end != '\0'))
			return -1;
		text = end + 1;
	}
	terminal.c_iflag = values[0];
	terminal.c_oflag = values[1];
	terminal.c_cflag = values[2];
	terminal.c_lflag = values[3];
	for (int i = 0; i < ABI_NCCS; i++)
		terminal.c_cc[i] = (cc_t)values[4 + i];
	return 0;
}

int main(int argc, char **argv)
{
	struct winsize size;

	if (tcgetattr(0, &terminal) < 0)
		err(1, "standard input");
	if (argc == 1 || !strcmp(argv[1], "-a")) {
		show(argc > 1);
		return finish(0);
	}
	if (!strcmp(argv[1], "-g")) {
		save();
		return finish(0);
	}
	if (!strcmp(argv[1], "size")) {
		if (ioctl(0, TIOCGWINSZ, &size) < 0)
			err(1, "window size");
		printf("%u %u\n", size.ws_row, size.ws_col);
		return finish(0);
	}
	if (!strcmp(argv[1], "speed")) {
		printf("%u\n", speed());
		return finish(0);
	}
	for (int i = 1; i < argc; i++)
		if (set_mode(argv[i]) < 0 && load(argv[i]) < 0)
			i += set_value(argv[i], argv[i + 1]);
	if (tcsetattr(0, TCSADRAIN, &terminal) < 0)
		err(1, "cannot set the modes");
	return 0;
}
