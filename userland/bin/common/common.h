/* What several programs share. The *_main functions are both a utility and a builtin of the shell. */
#ifndef BIN_COMMON_H
#define BIN_COMMON_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

int echo_main(int argc, char **argv);
int printf_main(int argc, char **argv);
int test_main(int argc, char **argv);

/*
 * Applies a mode, octal or symbolic (u+rw,g=o ...), to *mode. mask is the umask for who is not named;
 * is_directory decides about X. 0, or -1 when the text is no mode.
 */
int parse_mode(const char *text, mode_t *mode, mode_t mask, int is_directory);
/* "-rwxr-xr-x" of a mode, 11 bytes with the NUL. */
void mode_text(mode_t mode, char text[11]);

/* The names of users and groups, remembered; a number where there is none. */
const char *user_name(uid_t user);
const char *group_name(gid_t group);
/* "user[:group]" to numbers, -1 where not given. 0, or -1 after a message. */
int parse_owner(const char *text, uid_t *user, gid_t *group);

/* A size as people write it: 10, 2k, 3M, 1G (powers of 1024), 5b (512). 0, or -1. */
int parse_size(const char *text, int64_t *size);
/* 1.5K, 20M, ... at most 5 characters. */
const char *human_size(uint64_t bytes, char text[16]);

/* The path of name inside directory, malloc()ed; without memory the program ends. */
char *join_path(const char *directory, const char *name);
void *must(void *memory);
/* Whether the user says yes on standard input. */
int ask(const char *format, ...) __attribute__((__format__(__printf__, 1, 2)));
/* Writes everything; 0, or -1 with errno. */
int write_all(int fd, const void *from, size_t length);
/* Copies all that can be read. 0, 1 for a read error, 2 for a write error. */
int copy_fd(int from, int to);
/* Flushes standard output and gives the status to end with: a write error is a failure. */
int finish(int status);
/* The sed-like backslash escapes of printf and echo; see printf.c. Returns what follows it. */
const char *escape(const char *text, int is_octal_with_zero, int *value, int *stop);

#endif
