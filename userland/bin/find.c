/* find: walks trees and says what it finds; expressions as in POSIX, and -maxdepth, -mindepth, -print0, -delete, -iname, -empty. */
#include <dirent.h>
#include <err.h>
#include <errno.h>
#include <fnmatch.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include "common/common.h"

struct file {
	const char *path, *name;
	struct stat status;
	long depth;
};

struct test {
	int (*run)(struct test *test, struct file *file);
	struct test *left, *right;
	const char *text;
	char **arguments;	/* of -exec */
	int argument_count, many;
	char **batch;		/* collected for + */
	int batch_count;
	size_t batch_size;
	long long number;
	int sign;		/* of a number: -1 less, 1 more, 0 equal */
	int flag;
	mode_t mode;
	struct timespec time;
};

static char **next_argument;
static int has_action, depth_first, one_device, result, pruned, follow;
static long minimum_depth, maximum_depth = -1;
static time_t now;
static struct test *batches[64];
static int batch_total;

static struct test *new_test(int (*run)(struct test *, struct file *))
{
	struct test *test = must(calloc(1, sizeof(*test)));

	test->run = run;
	return test;
}

static int run_and(struct test *t, struct file *f) { return t->left->run(t->left, f) && t->right->run(t->right, f); }
static int run_or(struct test *t, struct file *f) { return t->left->run(t->left, f) || t->right->run(t->right, f); }
static int run_not(struct test *t, struct file *f) { return !t->left->run(t->left, f); }
static int run_true(struct test *t, struct file *f) { (void)t; (void)f; return 1; }
static int run_false(struct test *t, struct file *f) { (void)t; (void)f; return 0; }
static int run_name(struct test *t, struct file *f) { return !fnmatch(t->text, f->name, t->flag); }
static int run_path(struct test *t, struct file *f) { return !fnmatch(t->text, f->path, t->flag); }
static int run_print(struct test *t, struct file *f) { printf("%s%c", f->path, t->flag ? '\0' : '\n'); return 1; }
static int run_prune(struct test *t, struct file *f) { (void)t; (void)f; pruned = 1; return 1; }

static int compare(const struct test *t, long long value)
{
	return t->sign < 0 ? value < t->number : t->sign > 0 ? value > t->number : value == t->number;
}

static int run_type(struct test *t, struct file *f)
{
	static const char letters[] = "fdlcbps";
	static const mode_t types[] = { S_IFREG, S_IFDIR, S_IFLNK, S_IFCHR, S_IFBLK, S_IFIFO, S_IFSOCK };

	return (f->status.st_mode & S_IFMT) == types[strchr(letters, *t->text) - letters];
}

static int run_size(struct test *t, struct file *f)
{
	return compare(t, (f->status.st_size + t->flag - 1) / t->flag);
}

static int run_time(struct test *t, struct file *f)
{
	time_t when = t->text[1] == 'a' ? f->status.st_atime : t->text[1] == 'c' ? f->status.st_ctime : f->status.st_mtime;

	return compare(t, (long long)(now - when) / t->flag);
}

static int run_number(struct test *t, struct file *f)
{
	return compare(t, *t->text == 'l' ? (long long)f->status.st_nlink : *t->text == 'i' ? (long long)f->status.st_ino :
			  *t->text == 'u' ? (long long)f->status.st_uid : (long long)f->status.st_gid);
}

static int run_perm(struct test *t, struct file *f)
{
	mode_t mode = f->status.st_mode & 07777;

	return t->flag == '-' ? (mode & t->mode) == t->mode : t->flag == '/' ? !t->mode || mode & t->mode : mode == t->mode;
}

static int run_newer(struct test *t, struct file *f)
{
	return f->status.st_mtim.tv_sec > t->time.tv_sec ||
	       (f->status.st_mtim.tv_sec == t->time.tv_sec && f->status.st_mtim.tv_nsec > t->time.tv_nsec);
}

static int run_empty(struct test *t, struct file *f)
{
	struct dirent *entry;
	DIR *directory;
	int empty = 1;

	(void)t;
	if (S_ISREG(f->status.st_mode))
		return !f->status.st_size;
	if (!S_ISDIR(f->status.st_mode) || !(directory = opendir(f->path)))
		return 0;
	while (empty && (entry = readdir(directory)))
		empty = !strcmp(entry->d_name, ".") || !strcmp(entry->d_name, "..");
	closedir(directory);
	return empty;
}

static int run_delete(struct test *t, struct file *f)
{
	(void)t;
	if (!strcmp(f->path, "."))
		return 1;
	if ((S_ISDIR(f->status.st_mode) ? rmdir(f->path) : unlink(f->path)) == 0)
		return 1;
	warn("%s", f->path);
	result = 1;
	return 0;
}

static int run_program(char **argv)
{
	pid_t pid;
	int status;

	fflush(stdout);
	pid = fork();
	if (pid < 0)
		err(1, "fork");
	if (!pid) {
		execvp(argv[0], argv);
		warn("%s", argv[0]);
		_exit(127);
	}
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return 0;
	return WIFEXITED(status) && !WEXITSTATUS(status);
}

static void flush_batch(struct test *t)
{
	char **argv;

	if (!t->batch_count)
		return;
	argv = must(calloc((size_t)(t->argument_count + t->batch_count + 1), sizeof(*argv)));
	memcpy(argv, t->arguments, (size_t)t->argument_count * sizeof(*argv));
	memcpy(argv + t->argument_count, t->batch, (size_t)t->batch_count * sizeof(*argv));
	if (!run_program(argv))
		result = 1;
	for (int i = 0; i < t->batch_count; i++)
		free(t->batch[i]);
	t->batch_count = 0;
	t->batch_size = 0;
	free(argv);
}

/* {} inside an argument is replaced too. */
static char *replace(const char *argument, const char *path)
{
	const char *brace = strstr(argument, "{}");
	char *rest, *text;

	if (!brace)
		return must(strdup(argument));
	rest = replace(brace + 2, path);
	if (asprintf(&text, "%.*s%s%s", (int)(brace - argument), argument, path, rest) < 0)
		err(1, NULL);
	free(rest);
	return text;
}

static int run_exec(struct test *t, struct file *f)
{
	char **argv;
	int success;

	if (t->many) {
		t->batch = must(reallocarray(t->batch, (size_t)t->batch_count + 1, sizeof(*t->batch)));
		t->batch[t->batch_count++] = must(strdup(f->path));
		t->batch_size += strlen(f->path) + 5;
		if (t->batch_size > 65536)
			flush_batch(t);
		return 1;
	}
	if (t->flag && !ask("< %s ... %s > ? ", t->arguments[0], f->path))
		return 0;
	argv = must(calloc((size_t)t->argument_count + 1, sizeof(*argv)));
	for (int i = 0; i < t->argument_count; i++)
		argv[i] = replace(t->arguments[i], f->path);
	success = run_program(argv);
	for (int i = 0; i < t->argument_count; i++)
		free(argv[i]);
	free(argv);
	return success;
}

static const char *argument(const char *option)
{
	if (!*next_argument)
		errx(1, "%s needs an argument", option);
	return *next_argument++;
}

static const char *parse_number(struct test *t, const char *text)
{
	char *end;

	t->sign = *text == '+' ? 1 : *text == '-' ? -1 : 0;
	t->number = strtoll(text + (t->sign != 0), &end, 10);
	if (end == text + (t->sign != 0))
		errx(1, "invalid number: %s", text);
	return end;
}

static struct test *parse_exec(const char *option)
{
	struct test *t = new_test(run_exec);

	t->arguments = next_argument;
	t->flag = option[1] == 'o';
	while (*next_argument && strcmp(*next_argument, ";") &&
	       !(t->argument_count && !strcmp(*next_argument, "+") && !strcmp(next_argument[-1], "{}"))) {
		next_argument++;
		t->argument_count++;
	}
	if (!*next_argument || !t->argument_count)
		errx(1, "%s: missing ;", option);
	if (**next_argument == '+') {
		t->many = 1;
		t->argument_count--;
		if (batch_total == 64)
			errx(1, "too many -exec ... +");
		batches[batch_total++] = t;
	}
	next_argument++;
	has_action = 1;
	return t;
}

static struct test *parse_owner_test(const char *option)
{
	struct test *t = new_test(run_number);
	const char *name = argument(option);
	uid_t user;
	gid_t group;
	char *text;

	t->text = option + 1;
	if (asprintf(&text, "%s%s", option[1] == 'g' ? ":" : "", name) < 0)
		err(1, NULL);
	if (parse_owner(text, &user, &group) < 0)
		exit(1);
	t->number = option[1] == 'g' ? group : user;
	free(text);
	return t;
}

static struct test *parse_primary(void)
{
	const char *o = argument("expression"), *rest;
	struct test *t;
	struct stat status;

	if (!strcmp(o, "-name") || !strcmp(o, "-iname") || !strcmp(o, "-path") || !strcmp(o, "-ipath")) {
		t = new_test(strstr(o, "name") ? run_name : run_path);
		t->text = argument(o);
		t->flag = o[1] == 'i' ? FNM_CASEFOLD : 0;
	} else if (!strcmp(o, "-type")) {
		t = new_test(run_type);
		t->text = argument(o);
		if (!*t->text || t->text[1] || !strchr("fdlcbps", *t->text))
			errx(1, "unknown type: %s", t->text);
	} else if (!strcmp(o, "-size")) {
		t = new_test(run_size);
		rest = parse_number(t, argument(o));
		t->flag = *rest == 'c' ? 1 : *rest == 'k' ? 1024 : *rest == 'M' ? 1048576 : *rest == 'G' ? 1073741824 : 512;
	} else if (!strcmp(o, "-mtime") || !strcmp(o, "-atime") || !strcmp(o, "-ctime") || !strcmp(o, "-mmin") ||
		   !strcmp(o, "-amin") || !strcmp(o, "-cmin")) {
		t = new_test(run_time);
		t->text = o;
		t->flag = strstr(o, "min") ? 60 : 86400;
		parse_number(t, argument(o));
	} else if (!strcmp(o, "-links") || !strcmp(o, "-inum")) {
		t = new_test(run_number);
		t->text = o + 1;
		parse_number(t, argument(o));
	} else if (!strcmp(o, "-user") || !strcmp(o, "-group")) {
		t = parse_owner_test(o);
	} else if (!strcmp(o, "-perm")) {
		t = new_test(run_perm);
		rest = argument(o);
		if (*rest == '-' || *rest == '/')
			t->flag = *rest++;
		if (parse_mode(rest, &t->mode, 0, 0) < 0)
			errx(1, "invalid mode: %s", rest);
	} else if (!strcmp(o, "-newer")) {
		t = new_test(run_newer);
		rest = argument(o);
		if (stat(rest, &status) < 0)
			err(1, "%s", rest);
		t->time = status.st_mtim;
	} else if (!strcmp(o, "-print") || !strcmp(o, "-print0")) {
		t = new_test(run_print);
		t->flag = o[6] == '0';
		has_action = 1;
	} else if (!strcmp(o, "-exec") || !strcmp(o, "-ok")) {
		t = parse_exec(o);
	} else if (!strcmp(o, "-delete")) {
		t = new_test(run_delete);
		has_action = depth_first = 1;
	} else if (!strcmp(o, "-empty")) {
		t = new_test(run_empty);
	} else if (!strcmp(o, "-prune")) {
		t = new_test(run_prune);
	} else if (!strcmp(o, "-false")) {
		t = new_test(run_false);
	} else {
		t = new_test(run_true);
		if (!strcmp(o, "-depth"))
			depth_first = 1;
		else if (!strcmp(o, "-xdev"))
			one_device = 1;
		else if (!strcmp(o, "-maxdepth"))
			maximum_depth = atol(argument(o));
		else if (!strcmp(o, "-mindepth"))
			minimum_depth = atol(argument(o));
		else if (strcmp(o, "-true"))
			errx(1, "unknown expression: %s", o);
	}
	return t;
}

static struct test *parse_or(void);

static struct test *parse_not(void)
{
	struct test *t;

	if (*next_argument && (!strcmp(*next_argument, "!") || !strcmp(*next_argument, "-not"))) {
		next_argument++;
		t = new_test(run_not);
		t->left = parse_not();
		return t;
	}
	if (*next_argument && !strcmp(*next_argument, "(")) {
		next_argument++;
		t = parse_or();
		if (!*next_argument || strcmp(*next_argument, ")"))
			errx(1, "missing )");
		next_argument++;
		return t;
	}
	return parse_primary();
}

static struct test *parse_and(void)
{
	struct test *left = parse_not();

	while (*next_argument && strcmp(*next_argument, ")") && strcmp(*next_argument, "-o")) {
		struct test *t = new_test(run_and);

		if (!strcmp(*next_argument, "-a"))
			next_argument++;
		t->left = left;
		t->right = parse_not();
		left = t;
	}
	return left;
}

static struct test *parse_or(void)
{
	struct test *left = parse_and();

	while (*next_argument && !strcmp(*next_argument, "-o")) {
		struct test *t = new_test(run_or);

		next_argument++;
		t->left = left;
		t->right = parse_and();
		left = t;
	}
	return left;
}

static void walk(const char *path, const char *name, long depth, dev_t device, struct test *test)
{
	struct file file = { .path = path, .name = name, .depth = depth };
	struct dirent *entry;
	DIR *directory;

	if ((follow ? stat(path, &file.status) : -1) < 0 && lstat(path, &file.status) < 0) {
		warn("%s", path);
		result = 1;
		return;
	}
	if (!depth)
		device = file.status.st_dev;
	pruned = 0;
	if (!depth_first && depth >= minimum_depth)
		test->run(test, &file);
	if (S_ISDIR(file.status.st_mode) && !(pruned && !depth_first) && (maximum_depth < 0 || depth < maximum_depth) &&
	    !(one_device && file.status.st_dev != device)) {
		directory = opendir(path);
		if (!directory) {
			warn("%s", path);
			result = 1;
		}
		while (directory && (entry = readdir(directory))) {
			char *inner;

			if (!strcmp(entry->d_name, ".") || !strcmp(entry->d_name, ".."))
				continue;
			inner = join_path(path, entry->d_name);
			walk(inner, strrchr(inner, '/') + 1, depth + 1, device, test);
			free(inner);
		}
		if (directory)
			closedir(directory);
	}
	if (depth_first && depth >= minimum_depth)
		test->run(test, &file);
}

int main(int argc, char **argv)
{
	static char here[] = ".";
	struct test *test, *print;
	int first = 1, last;

	while (first < argc && (!strcmp(argv[first], "-L") || !strcmp(argv[first], "-H") || !strcmp(argv[first], "-P")))
		follow = argv[first++][1] == 'L';
	for (last = first; last < argc && argv[last][0] != '-' && strcmp(argv[last], "(") && strcmp(argv[last], "!");)
		last++;
	next_argument = argv + last;
	test = *next_argument ? parse_or() : new_test(run_true);
	if (*next_argument)
		errx(1, "unexpected: %s", *next_argument);
	if (!has_action) {
		print = new_test(run_and);
		print->left = test;
		print->right = new_test(run_print);
		test = print;
	}
	time(&now);
	if (first == last)
		walk(here, here, 0, 0, test);
	for (; first < last; first++) {
		const char *slash = strrchr(argv[first], '/');

		walk(argv[first], slash && slash[1] ? slash + 1 : argv[first], 0, 0, test);
	}
	for (int i = 0; i < batch_total; i++)
		flush_batch(batches[i]);
	return finish(result);
}
