/*
 * vi: what its files share.
 *
 * The text is an array of lines; a line is a counted string that is never changed once it is in the
 * array, so that a snapshot for undo is a copy of the array. Positions are (line, byte); a cursor is
 * always at the beginning of a UTF-8 character.
 */
#ifndef VI_H
#define VI_H

#include <stddef.h>

struct line {
	int holders;
	size_t length;
	char bytes[];		/* NUL-terminated; no newline */
};

struct text {
	struct line **lines;
	size_t count, space;
};

struct position {
	size_t line, at;
};

/* text.c */
extern struct text text;
extern int modified;
struct line *line_new(const char *bytes, size_t length);
void line_drop(struct line *line);
void text_set(size_t number, const char *bytes, size_t length);
void text_insert(size_t number, const char *bytes, size_t length);
void text_delete(size_t number, size_t count);
/* Both positions in order, the second exclusive. */
void text_cut(struct position from, struct position to);
/* Puts bytes, newlines among them, at a position; returns the position behind them. */
struct position text_put(struct position at, const char *bytes, size_t length);
/* The bytes between two positions, malloc()ed. */
char *text_copy(struct position from, struct position to, size_t *length);
void undo_mark(struct position cursor);	/* before a change */
int undo(struct position *cursor);
int redo(struct position *cursor);
/* 0, or -1 with errno. */
int text_read(const char *path, size_t after, size_t *lines);
int text_write(const char *path, size_t first, size_t last, size_t *bytes);
void text_clear(void);

/* screen.c */
extern size_t top;
extern int rows, columns;
extern int option_number;
void screen_start(void);
void screen_end(void);
void screen_draw(struct position cursor, int inserting);
void screen_forget(void);
void message(const char *format, ...) __attribute__((__format__(__printf__, 1, 2)));
extern char message_text[256];
size_t next_character(const char *bytes, size_t at);
size_t previous_character(const char *bytes, size_t at);
/* The column, from 0, at which a byte is shown; and the byte shown at a column. */
int column_of(const struct line *line, size_t at);
size_t byte_at(const struct line *line, int column);
int rows_of(const struct line *line);

/* keys.c */
enum key {
	KEY_UP = 256, KEY_DOWN, KEY_LEFT, KEY_RIGHT, KEY_HOME, KEY_END, KEY_PAGE_UP, KEY_PAGE_DOWN, KEY_DELETE, KEY_NONE,
};
int read_key(void);
/* What is typed from record_start() on can be played back as if it was typed again. */
void record_start(int first_key);
void record_keep(void);
void record_replay(int count);
int is_replaying(void);
/* A line at the bottom, for commands and searches; NULL when it was given up. */
char *read_line(char prompt);

/* motion.c */
extern struct position cursor;
struct motion {
	struct position to;
	int is_linewise;
	int is_inclusive;
	int failed;
};
/* The motion that a key (and those that follow it) means, count times. */
struct motion move(int key, int count, int has_count);
int search(const char *pattern, int backwards, struct position from, struct position *found);
int search_again(int reverse, struct position *found);
void clamp_cursor(int inserting);

/* command.c */
int normal_command(void);	/* 1: quit */
void set_register(char *bytes, size_t length, int linewise);

/* ex.c */
extern char *file_name;
int ex_command(char *command);	/* 1: quit */

void *must_have(void *memory);

#endif
