/*
 * The shell: what its files share.
 *
 * Memory: a command is parsed into an arena (struct arena) that lives as long as the command runs, or
 * as long as a function defined in it. Results of expansion come from the same kind of arena, opened
 * for one command. Everything else is malloc()ed through xmalloc().
 *
 * Control flow: an error that ends the command at hand calls shell_error(), which jumps to the
 * innermost `struct handler`; break, continue and return set `skip` and let every level return.
 */
#ifndef SH_H
#define SH_H

#include <setjmp.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/types.h>

/* Arenas */
struct arena;
struct arena *arena_new(void);
void arena_hold(struct arena *arena);
void arena_drop(struct arena *arena);
void *arena_alloc(struct arena *arena, size_t size);
char *arena_copy(struct arena *arena, const char *text, size_t length);

void *xmalloc(size_t size);
void *xrealloc(void *memory, size_t size);
char *xstrdup(const char *text);

/* Growing strings: data is NUL-terminated once anything was added. */
struct text {
	char *data;
	size_t length, space;
};
void text_add(struct text *text, const char *from, size_t length);
void text_byte(struct text *text, char c);
void text_string(struct text *text, const char *from);

/* Words */
enum part_kind {
	PART_LITERAL,		/* text, to be split and matched as it stands */
	PART_QUOTED,		/* text that was quoted */
	PART_DOUBLE,		/* parts inside double quotes */
	PART_PARAMETER,
	PART_COMMAND,
	PART_ARITHMETIC,
};

struct part {
	struct part *next;
	enum part_kind kind;
	char *text;		/* literal text, or the parameter's name */
	struct part *parts;	/* inside quotes; the word after an operator; an arithmetic expression */
	struct node *command;
	char operator;		/* - = ? + % # , P for %%, S for ##, L for the length, 0 */
	int colon;
	int bad;		/* ${...} that means nothing: an error when expanded */
};

struct word {
	struct word *next;
	struct part *parts;
	const char *literal;	/* the text when nothing in it is quoted or expanded, or NULL */
};

/* Commands */
enum node_kind {
	NODE_SIMPLE, NODE_PIPE, NODE_AND, NODE_OR, NODE_LIST, NODE_NOT, NODE_SUBSHELL, NODE_GROUP, NODE_FOR,
	NODE_WHILE, NODE_UNTIL, NODE_IF, NODE_CASE, NODE_FUNCTION, NODE_BACKGROUND,
};

struct redirect {
	struct redirect *next;
	int fd;
	char kind;		/* < > a(ppend) | (clobber) w (<>) i (<&) o (>&) h(ere-document) */
	struct word *target;	/* or the document's contents */
	int is_quoted;		/* of a here-document: nothing in it is expanded */
	int strip;		/* tabs (<<-) */
	const char *delimiter;
};

struct case_item {
	struct case_item *next;
	struct word *patterns;
	struct node *body;
	int fall;		/* ended by ;& */
};

struct node {
	struct node *next;	/* in a list or pipe */
	enum node_kind kind;
	int line;
	struct word *assignments, *words;	/* simple; words: for's list */
	struct redirect *redirects;
	struct node *first, *second, *third;	/* condition, body, else; or first of a list */
	const char *name;	/* of a function or for's variable */
	int has_list;		/* for ... in */
	struct word *subject;	/* of case */
	struct case_item *items;
};

/* parse.c, lex.c */
struct source;
struct source *source_string(const char *text);
struct source *source_file(int fd, int is_stdin);
struct source *source_interactive(void);
void source_free(struct source *source);
/*
 * Parses one complete command line. 0, with *node NULL for an empty one; 1 at the end of input; syntax
 * errors are reported and -1.
 */
int parse_command(struct source *source, struct arena *arena, struct node **node);
/* The parts of a text as in double quotes. */
struct part *parse_text(const char *text, struct arena *arena);
int source_line(const struct source *source);

/* expand.c */
struct arguments {
	char **values;		/* NULL-terminated */
	int count, space;
};
void expand_words(struct word *words, struct arguments *to, struct arena *arena);
/* One string: no splitting, no matching. */
char *expand_string(struct part *parts, struct arena *arena);
char *expand_assignment(struct part *parts, struct arena *arena);
/* A pattern: what was quoted is escaped by backslashes. */
char *expand_pattern(struct part *parts, struct arena *arena);
void add_argument(struct arguments *arguments, struct arena *arena, char *value);
intmax_t arithmetic(const char *expression);
const char *parameter_value(const char *name, struct arena *arena);

/* variables.c */
#define VAR_EXPORT 1
#define VAR_READONLY 2
struct variable {
	struct variable *next;
	char *name;
	char *value;		/* NULL: unset */
	unsigned flags;
};
void variables_init(char **environment);
const char *variable_get(const char *name);
struct variable *variable_find(const char *name, int create);
/* Reports and fails on a read-only variable: -1. */
int variable_set(const char *name, const char *value, unsigned flags);
int variable_unset(const char *name);
char **variables_environment(struct arena *arena);
void variables_print(unsigned flags, const char *prefix);
int is_name(const char *text);
size_t name_span(const char *text);
void print_quoted(const char *text);

struct saved_variable {
	struct saved_variable *next;
	char *name;
	char *value;
	unsigned flags;
	int was_set;
};
/* Remembers the variable on the list, to be put back by variables_restore(). */
void variable_save(struct saved_variable **list, const char *name);
void variables_restore(struct saved_variable *list);

/* Positional parameters */
struct parameters {
	char **values;
	int count;
	int optind_base;
};
extern struct parameters positional;
extern const char *shell_name;
void positional_set(char **values, int count);	/* copies */

/* options.c */
extern char options[256];	/* by letter */
extern int pipefail;
int option_set(const char *name, int on);
void options_print(int for_input);

/* execute.c */
extern int status;		/* $? */
extern int substitution_status;	/* of the last command substitution: what a command of no words ends with */
extern pid_t last_background;	/* $! */
extern pid_t shell_pid;		/* $$ */
extern int is_subshell;
extern int current_line;
enum skip { SKIP_NONE, SKIP_BREAK, SKIP_CONTINUE, SKIP_RETURN, SKIP_EXIT };
extern enum skip skip;
extern int skip_count;
extern int loop_depth, function_depth, source_depth;

struct handler {
	struct handler *outer;
	jmp_buf jump;
};
extern struct handler *handler;

#define EXECUTE_LAST 1		/* the process ends after this command: no fork is needed */
#define EXECUTE_TESTED 2	/* set -e does not apply */
int execute(struct node *node, int flags);
/* Runs all commands of a source. */
int execute_source(struct source *source);
int execute_string(const char *text);
char *command_output(struct node *node, struct arena *arena);
void shell_error(int code, const char *format, ...) __attribute__((__noreturn__, __format__(__printf__, 2, 3)));
void shell_warn(const char *format, ...) __attribute__((__format__(__printf__, 1, 2)));
void shell_exit(int code) __attribute__((__noreturn__));
/* In a new process: forgets jobs and traps. */
void become_subshell(void);

extern struct saved_variable **locals;

/* function.c */
struct function {
	struct function *next;
	char *name;
	struct node *body;
	struct arena *arena;
};
struct function *function_find(const char *name);
int function_unset(const char *name);
/* Takes hold of the arena that the body lies in. */
void function_define(const char *name, struct node *body, struct arena *arena);

/* redirect.c */
struct saved_fds;
/* 0, or -1 after a message. With saved, what is replaced can be put back. */
int redirect_all(struct redirect *list, struct saved_fds **saved);
void redirect_undo(struct saved_fds *saved);
void redirect_keep(struct saved_fds *saved);

/* builtins.c and its kin */
struct builtin {
	const char *name;
	int (*function)(int argc, char **argv);
	int is_special;
};
const struct builtin *builtin_find(const char *name);
extern const struct builtin builtins[];
extern const size_t builtins_count;

/* search.c */
char *find_command(const char *name, const char *path, struct arena *arena);
void hash_clear(void);
void exec_command(const char *path, char **argv, char **environment) __attribute__((__noreturn__));
int builtin_hash(int argc, char **argv);
int builtin_command(int argc, char **argv);
int builtin_type(int argc, char **argv);

/* jobs.c */
struct job;
void jobs_forget(void);
extern int job_control;
void job_control_set(int on);
struct job *job_new(struct node *node, int background);
/* Forks a process of the job; 0 in the child. */
pid_t job_fork(struct job *job, int foreground);
/* Waits for a job in the foreground; its status. */
int job_wait(struct job *job);
void job_background(struct job *job);
/* Takes note of children that changed; with show, says what became of them. */
void jobs_check(int show);
int builtin_wait(int argc, char **argv);
int builtin_jobs(int argc, char **argv);
int builtin_fg(int argc, char **argv);
int builtin_bg(int argc, char **argv);
int builtin_kill(int argc, char **argv);
void print_command(struct node *node, struct text *text);

/* trap.c */
extern volatile sig_atomic_t signal_pending;
void traps_init(void);
void traps_update(void);
void traps_run(void);
void traps_reset(void);		/* in a subshell */
void trap_exit(void);
int builtin_trap(int argc, char **argv);
int signal_number(const char *name);
const char *signal_name(int number);
void signals_for_child(int background);
extern volatile sig_atomic_t interrupted;

/* edit.c, history.c, complete.c */
/* A line with its newline, malloc()ed, or NULL at the end. */
char *edit_line(const char *prompt);
int edit_possible(void);
void history_add(const char *line);
const char *history_line(int back);	/* 1: the newest */
void history_load(void);
void history_save(void);
int builtin_history(int argc, char **argv);
/* The words that the one ending at cursor may become; how many, and where that word starts. */
size_t complete(const char *line, size_t cursor, char ***words, size_t *start);

/* alias.c */
const char *alias_find(const char *name);
int builtin_alias(int argc, char **argv);
int builtin_unalias(int argc, char **argv);

#endif
