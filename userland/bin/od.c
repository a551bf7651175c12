/* od: the bytes of files as numbers or characters, in blocks of 16. */
#include <ctype.h>
#include <err.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "common/common.h"

#define MAX_WIDTH 4096

/* One way to show a block: a line for each. */
struct format {
	char kind;		/* a c d o u x f */
	int size;		/* bytes of one number */
	int width;		/* columns of one, with the blank before it */
	int has_text;		/* z: the characters behind the line */
};

static struct format formats[32];
static int format_count;
static char address_base = 'o';
static int width = 16, shows_all;
static char **files;
static FILE *file;
static int failed, any_opened;

static const char *const ascii_names[] = {
	"nul", "soh", "stx", "etx", "eot", "enq", "ack", "bel", "bs", "ht", "nl", "vt", "ff", "cr", "so", "si", "dle",
	"dc1", "dc2", "dc3", "dc4", "nak", "syn", "etb", "can", "em", "sub", "esc", "fs", "gs", "rs", "us", "sp",
};

/* Columns for the longest number of a kind and size. */
static int columns(char kind, int size)
{
	static const int octal[] = { 0, 3, 6, 0, 11, 0, 0, 0, 22 }, decimal[] = { 0, 3, 5, 0, 10, 0, 0, 0, 20 },
			 with_sign[] = { 0, 4, 6, 0, 11, 0, 0, 0, 20 };

	switch (kind) {
	case 'o': return octal[size] + 1;
	case 'u': return decimal[size] + 1;
	case 'd': return with_sign[size] + 1;
	case 'x': return 2 * size + 1;
	case 'f': return size == 4 ? 16 : 25;
	default: return 4;
	}
}

static void add_format(char kind, int size, int has_text)
{
	if (format_count == 32)
		errx(1, "more than 32 formats");
	formats[format_count++] = (struct format){ kind, size, columns(kind, size), has_text };
}

/* -t: kinds, each with a size in bytes or as C, S, I, L (F, D for floating point), and z. */
static void add_formats(const char *text)
{
	while (*text) {
		char kind = *text++;
		int size = kind == 'f' ? 8 : kind == 'a' || kind == 'c' ? 1 : 4;

		if (!strchr("acdfoux", kind))
			errx(1, "%c: not a format", kind);
		if (size != 1 && isdigit((unsigned char)*text)) {
			char *end;
			long number = strtol(text, &end, 10);

			text = end;
			if ((number != 1 && number != 2 && number != 4 && number != 8) || (kind == 'f' && number < 4))
				errx(1, "%ld: there are no numbers of that size", number);
			size = (int)number;
		} else if (kind == 'f' && *text && strchr("FDL", *text)) {
			if (*text == 'L')
				errx(1, "long double is not supported");
			size = *text++ == 'F' ? 4 : 8;
		} else if (size != 1 && *text && strchr("CSIL", *text)) {
			size = *text == 'C' ? 1 : *text == 'S' ? 2 : 4;
			text++;
		}
		add_format(kind, size, *text == 'z');
		text += *text == 'z';
	}
}

static int next_byte(void)
{
	for (;;) {
		int c;

		if (!file) {
			if (!*files)
				return EOF;
			file = strcmp(*files, "-") ? fopen(*files, "r") : stdin;
			if (!file) {
				warn("%s", *files++);
				failed = 1;
				continue;
			}
			any_opened = 1;
		}
		c = getc(file);
		if (c != EOF)
			return c;
		if (ferror(file)) {
			warn("%s", *files);
			failed = 1;
		}
		if (file != stdin)
			fclose(file);
		file = NULL;
		files++;
	}
}

static void show_address(uint64_t address)
{
	switch (address_base) {
	case 'o': printf("%07llo", (unsigned long long)address); break;
	case 'd': printf("%07llu", (unsigned long long)address); break;
	case 'x': printf("%06llx", (unsigned long long)address); break;
	}
}

static void show_character(unsigned char c, int columns)
{
	static const char escapes[] = "\0000\aa\bb\ff\nn\rr\tt\vv";
	char text[5];

	snprintf(text, sizeof(text), isprint(c) ? "%c" : "%03o", c);
	for (size_t i = 0; i < sizeof(escapes) - 1; i += 2)
		if (c == (unsigned char)escapes[i])
			snprintf(text, sizeof(text), "\\%c", escapes[i + 1]);
	printf("%*s", columns, text);
}

static void show_name(unsigned char c, int columns)
{
	char text[2] = { (char)(c & 127), '\0' };

	printf("%*s", columns, (c & 127) <= 32 ? ascii_names[c & 127] : (c & 127) == 127 ? "del" : text);
}

static void show_float(const unsigned char *bytes, int size, int columns)
{
	char text[40];
	double number;
	float single;

	if (size == 4) {
		memcpy(&single, bytes, 4);
		number = single;
	} else {
		memcpy(&number, bytes, 8);
	}
	/* The shortest that is read back as the same. */
	for (int digits = size == 4 ? 6 : 15; digits <= 17; digits++) {
		snprintf(text, sizeof(text), "%.*g", digits, number);
		if (size == 4 ? strtof(text, NULL) == (float)number : strtod(text, NULL) == number)
			break;
	}
	printf("%*s", columns, text);
}

static void show_number(const struct format *format, const unsigned char *bytes, int columns)
{
	unsigned long long number = 0;
	int digits = format->width - 1, shift = 64 - 8 * format->size;

	memcpy(&number, bytes, (size_t)format->size);
	switch (format->kind) {
	case 'd': printf("%*lld", columns, (long long)(number << shift) >> shift); break;
	case 'u': printf("%*llu", columns, number); break;
	case 'o': printf("%*s%0*llo", columns - digits, "", digits, number); break;
	default: printf("%*s%0*llx", columns - digits, "", digits, number);
	}
}

/* Columns of a block: as many as the widest format of it needs, so that all are in step. */
static int block_columns(void)
{
	int most = 0;

	for (int i = 0; i < format_count; i++) {
		int all = formats[i].width * (width / formats[i].size);

		most = all > most ? all : most;
	}
	return most;
}

static void show_line(const struct format *format, const unsigned char *bytes, int count)
{
	int fields = width / format->size, total = block_columns(), used = 0;

	for (int i = 0; i < fields; i++) {
		/* What is left over is shared out between the fields. */
		int end = total * (i + 1) / fields, room = end - used;

		used = end;
		if (i * format->size >= count) {
			if (format->has_text)
				printf("%*s", room, "");
			continue;
		}
		if (format->kind == 'c')
			show_character(bytes[i], room);
		else if (format->kind == 'a')
			show_name(bytes[i], room);
		else if (format->kind == 'f')
			show_float(bytes + i * format->size, format->size, room);
		else
			show_number(format, bytes + i * format->size, room);
	}
	if (format->has_text) {
		printf("  >");
		for (int i = 0; i < count; i++)
			putchar(isprint(bytes[i]) ? bytes[i] : '.');
		putchar('<');
	}
	putchar('\n');
}

static void show_block(uint64_t address, const unsigned char *bytes, int count)
{
	show_address(address);
	for (int i = 0; i < format_count; i++) {
		if (i && address_base != 'n')
			printf("%*s", address_base == 'x' ? 6 : 7, "");
		show_line(&formats[i], bytes, count);
	}
}

static void dump(int64_t skip, int64_t limit)
{
	static unsigned char bytes[MAX_WIDTH], last[MAX_WIDTH];
	int64_t address = 0;
	int count, c = 0, has_last = 0, is_starred = 0;

	for (; address < skip; address++)
		if (next_byte() == EOF)
			errx(1, "cannot skip past end of combined input");
	for (;;) {
		memset(bytes, 0, sizeof(bytes));
		for (count = 0; count < width && limit > 0 && (c = next_byte()) != EOF; count++, limit--)
			bytes[count] = (unsigned char)c;
		if (!count)
			break;
		if (has_last && !shows_all && count == width && !memcmp(bytes, last, (size_t)width)) {
			if (!is_starred)
				puts("*");
			is_starred = 1;
		} else {
			show_block((uint64_t)address, bytes, count);
			is_starred = 0;
		}
		memcpy(last, bytes, (size_t)width);
		has_last = 1;
		address += count;
		if (count < width)
			break;
	}
	if (address_base != 'n' && any_opened) {
		show_address((uint64_t)address);
		putchar('\n');
	}
}

int main(int argc, char **argv)
{
	static char *standard_input[] = { "-", NULL };
	int64_t skip = 0, limit = INT64_MAX, number;
	int option;

	while ((option = getopt(argc, argv, "A:abcdij:lN:ost:vw:x")) != -1) {
		switch (option) {
		case 'A':
			if (strlen(optarg) != 1 || !strchr("doxn", *optarg))
				errx(1, "%s: addresses are d, o, x or n", optarg);
			address_base = *optarg;
			break;
		case 'a':
		case 'c': add_format((char)option, 1, 0); break;
		case 'b': add_format('o', 1, 0); break;
		case 'd': add_format('u', 2, 0); break;
		case 'i':
		case 'l': add_format('d', 4, 0); break;
		case 'o':
		case 'x': add_format((char)option, 2, 0); break;
		case 's': add_format('d', 2, 0); break;
		case 't': add_formats(optarg); break;
		case 'v': shows_all = 1; break;
		case 'j':
		case 'N':
			if (parse_size(optarg, option == 'j' ? &skip : &limit) < 0)
				errx(1, "%s: not a number of bytes", optarg);
			break;
		case 'w':
			if (parse_size(optarg, &number) < 0 || number < 1 || number > MAX_WIDTH)
				errx(1, "%s: a width is from 1 to %d", optarg, MAX_WIDTH);
			width = (int)number;
			break;
		default:
			fprintf(stderr, "usage: od [-abcdilosvx] [-A doxn] [-t format] [-j skip] [-N bytes] [-w width] "
					"[file...]\n");
			return 1;
		}
	}
	if (!format_count)
		add_format('o', 2, 0);
	for (int i = 0; i < format_count; i++)
		if (width % formats[i].size)
			errx(1, "a width of %d does not hold numbers of %d bytes", width, formats[i].size);
	files = optind < argc ? argv + optind : standard_input;
	dump(skip, limit);
	return finish(failed);
}
