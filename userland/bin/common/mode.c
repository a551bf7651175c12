/* File modes as text. */
#include <string.h>
#include <sys/stat.h>
#include "common.h"

static mode_t who_mask(const char **p)
{
	mode_t who = 0;

	for (;; ++*p) {
		switch (**p) {
		case 'u':
			who |= S_ISUID | S_IRWXU;
			break;
		case 'g':
			who |= S_ISGID | S_IRWXG;
			break;
		case 'o':
			who |= S_ISVTX | S_IRWXO;
			break;
		case 'a':
			who |= 07777;
			break;
		default:
			return who;
		}
	}
}

static mode_t copied(mode_t mode, char from)
{
	mode_t bits = (from == 'u' ? mode >> 6 : from == 'g' ? mode >> 3 : mode) & 7;

	return bits << 6 | bits << 3 | bits;
}

static mode_t permissions(const char **p, mode_t mode, int is_directory)
{
	mode_t bits = 0;

	if (**p && strchr("ugo", **p))
		return copied(mode, *(*p)++);
	for (;; ++*p) {
		switch (**p) {
		case 'r':
			bits |= 0444;
			break;
		case 'w':
			bits |= 0222;
			break;
		case 'x':
			bits |= 0111;
			break;
		case 'X':
			if (is_directory || mode & 0111)
				bits |= 0111;
			break;
		case 's':
			bits |= S_ISUID | S_ISGID;
			break;
		case 't':
			bits |= S_ISVTX;
			break;
		default:
			return bits;
		}
	}
}

int parse_mode(const char *text, mode_t *mode, mode_t mask, int is_directory)
{
	const char *p = text;
	mode_t result = *mode;

	if (*p >= '0' && *p <= '7') {
		mode_t value = 0;

		for (; *p >= '0' && *p <= '7'; p++)
			value = value * 8 + (mode_t)(*p - '0');
		if (*p || value > 07777)
			return -1;
		*mode = value;
		return 0;
	}
	for (;;) {
		mode_t who = who_mask(&p), allowed = who ? who : 07777 & ~mask;

		if (!*p || !strchr("+-=", *p))
			return -1;
		while (*p && strchr("+-=", *p)) {
			char operator = *p++;
			mode_t bits = permissions(&p, result, is_directory);

			/* Set-id bits need no name, the sticky bit belongs to all. */
			bits &= allowed | (who ? bits & S_ISVTX & (who & 07000 ? ~0U : 0) : 0);
			if (operator == '=')
				result = (result & ~(who ? who : 0777)) | bits;
			else if (operator == '+')
				result |= bits;
			else
				result &= ~bits;
		}
		if (!*p)
			break;
		if (*p++ != ',')
			return -1;
	}
	*mode = result;
	return 0;
}

void mode_text(mode_t mode, char text[11])
{
	static const struct {
		mode_t type;
		char letter;
	} types[] = {
		{ S_IFREG, '-' }, { S_IFDIR, 'd' }, { S_IFLNK, 'l' }, { S_IFCHR, 'c' }, { S_IFBLK, 'b' }, { S_IFIFO, 'p' },
		{ S_IFSOCK, 's' },
	};

	text[0] = '?';
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if ((mode & S_IFMT) == types[i].type)
			text[0] = types[i].letter;
	for (int i = 0; i < 9; i++)
		text[i + 1] = mode & (0400U >> i) ? "rwx"[i % 3] : '-';
	if (mode & S_ISUID)
		text[3] = mode & S_IXUSR ? 's' : 'S';
	if (mode & S_ISGID)
		text[6] = mode & S_IXGRP ? 's' : 'S';
	if (mode & S_ISVTX)
		text[9] = mode & S_IXOTH ? 't' : 'T';
	text[10] = '\0';
}
