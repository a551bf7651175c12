/* The text, its changes, and the way back. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "vi.h"

struct text text;
int modified;

struct snapshot {
	struct snapshot *next;
	struct text text;
	struct position cursor;
	int modified;
};

static struct snapshot *undos, *redos;

void *must_have(void *memory)
{
	if (!memory) {
		screen_end();
		fprintf(stderr, "vi: out of memory\n");
		exit(1);
	}
	return memory;
}

struct line *line_new(const char *bytes, size_t length)
{
	struct line *line = must_have(malloc(sizeof(*line) + length + 1));

	line->holders = 1;
	line->length = length;
	memcpy(line->bytes, bytes, length);
	line->bytes[length] = '\0';
	return line;
}

void line_drop(struct line *line)
{
	if (--line->holders == 0)
		free(line);
}

void text_set(size_t number, const char *bytes, size_t length)
{
	struct line *line = line_new(bytes, length);

	line_drop(text.lines[number]);
	text.lines[number] = line;
	modified = 1;
}

void text_insert(size_t number, const char *bytes, size_t length)
{
	if (text.count == text.space) {
		text.space = text.space * 2 + 64;
		text.lines = must_have(reallocarray(text.lines, text.space, sizeof(*text.lines)));
	}
	memmove(text.lines + number + 1, text.lines + number, (text.count - number) * sizeof(*text.lines));
	text.lines[number] = line_new(bytes, length);
	text.count++;
	modified = 1;
}

/* There is always one line at least. */
void text_delete(size_t number, size_t count)
{
	for (size_t i = 0; i < count; i++)
		line_drop(text.lines[number + i]);
	memmove(text.lines + number, text.lines + number + count,
		(text.count - number - count) * sizeof(*text.lines));
	text.count -= count;
	modified = 1;
	if (!text.count)
		text_insert(0, "", 0);
}

void text_cut(struct position from, struct position to)
{
	struct line *first = text.lines[from.line], *last = text.lines[to.line];
	size_t rest = last->length - to.at;
	char *joined = must_have(malloc(from.at + rest + 1));

	memcpy(joined, first->bytes, from.at);
	memcpy(joined + from.at, last->bytes + to.at, rest);
	text_set(from.line, joined, from.at + rest);
	free(joined);
	if (to.line > from.line)
		text_delete(from.line + 1, to.line - from.line);
}

struct position text_put(struct position at, const char *bytes, size_t length)
{
	struct line *line = text.lines[at.line];
	size_t rest = line->length - at.at;
	char *tail = must_have(malloc(rest + 1)), *joined;
	const char *newline;

	memcpy(tail, line->bytes + at.at, rest);
	joined = must_have(malloc(at.at + length + rest + 1));
	memcpy(joined, line->bytes, at.at);
	newline = memchr(bytes, '\n', length);
	if (!newline) {
		memcpy(joined + at.at, bytes, length);
		memcpy(joined + at.at + length, tail, rest);
		text_set(at.line, joined, at.at + length + rest);
		at.at += length;
	} else {
		size_t part = (size_t)(newline - bytes);

		memcpy(joined + at.at, bytes, part);
		text_set(at.line, joined, at.at + part);
		for (;;) {
			bytes += part + 1;
			length -= part + 1;
			newline = memchr(bytes, '\n', length);
			part = newline ? (size_t)(newline - bytes) : length;
			at.line++;
			if (!newline)
				break;
			text_insert(at.line, bytes, part);
		}
		memcpy(joined, bytes, length);
		memcpy(joined + length, tail, rest);
		text_insert(at.line, joined, length + rest);
		at.at = length;
	}
	free(tail);
	free(joined);
	return at;
}

char *text_copy(struct position from, struct position to, size_t *length)
{
	size_t total = 0;
	char *bytes, *p;

	for (size_t i = from.line; i <= to.line; i++)
		total += text.lines[i]->length + 1;
	p = bytes = must_have(malloc(total + 1));
	for (size_t i = from.line; i <= to.line; i++) {
		size_t start = i == from.line ? from.at : 0, end = i == to.line ? to.at : text.lines[i]->length;

		if (i > from.line)
			*p++ = '\n';
		memcpy(p, text.lines[i]->bytes + start, end - start);
		p += end - start;
	}
	*p = '\0';
	*length = (size_t)(p - bytes);
	return bytes;
}

static void release(struct text *old)
{
	for (size_t i = 0; i < old->count; i++)
		line_drop(old->lines[i]);
	free(old->lines);
}

static void push(struct snapshot **list, struct position cursor)
{
	struct snapshot *snapshot = must_have(malloc(sizeof(*snapshot)));

	snapshot->text.count = snapshot->text.space = text.count;
	snapshot->text.lines = must_have(reallocarray(NULL, text.count, sizeof(*text.lines)));
	memcpy(snapshot->text.lines, text.lines, text.count * sizeof(*text.lines));
	for (size_t i = 0; i < text.count; i++)
		text.lines[i]->holders++;
	snapshot->cursor = cursor;
	snapshot->modified = modified;
	snapshot->next = *list;
	*list = snapshot;
}

static void drop_all(struct snapshot **list)
{
	while (*list) {
		struct snapshot *next = (*list)->next;

		release(&(*list)->text);
		free(*list);
		*list = next;
	}
}

void undo_mark(struct position cursor)
{
	drop_all(&redos);
	push(&undos, cursor);
}

static int swap(struct snapshot **from, struct snapshot **to, struct position *cursor)
{
	struct snapshot *snapshot = *from;

	if (!snapshot)
		return -1;
	push(to, *cursor);
	*from = snapshot->next;
	release(&text);
	text = snapshot->text;
	*cursor = snapshot->cursor;
	modified = snapshot->modified;
	free(snapshot);
	return 0;
}

int undo(struct position *cursor)
{
	return swap(&undos, &redos, cursor);
}

int redo(struct position *cursor)
{
	return swap(&redos, &undos, cursor);
}

void text_clear(void)
{
	drop_all(&undos);
	drop_all(&redos);
	release(&text);
	memset(&text, 0, sizeof(text));
	text_insert(0, "", 0);
	modified = 0;
}

int text_read(const char *path, size_t after, size_t *lines)
{
	FILE *file = fopen(path, "re");
	char *line = NULL;
	size_t size = 0;
	ssize_t length;
	int error;

	*lines = 0;
	if (!file)
		return -1;
	errno = 0;
	while ((length = getline(&line, &size, file)) > 0) {
		if (line[length - 1] == '\n')
			length--;
		text_insert(after + *lines, line, (size_t)length);
		++*lines;
	}
	error = ferror(file) ? errno : 0;
	free(line);
	fclose(file);
	errno = error;
	return error ? -1 : 0;
}

/*
 * The file is written in place, so that its owner, mode and other names stay. What the disk did not take
 * is an error, and the text stays modified.
 */
int text_write(const char *path, size_t first, size_t last, size_t *bytes)
{
	FILE *file = fopen(path, "we");

	*bytes = 0;
	if (!file)
		return -1;
	for (size_t i = first; i < last; i++) {
		fwrite(text.lines[i]->bytes, 1, text.lines[i]->length, file);
		putc('\n', file);
		*bytes += text.lines[i]->length + 1;
	}
	if (fflush(file) < 0 || ferror(file) || fsync(fileno(file)) < 0) {
		int error = errno;

		if (error != EINVAL && error != EROFS) {
			fclose(file);
			errno = error;
			return -1;
		}
	}
	return fclose(file);
}
