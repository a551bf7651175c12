/*
 * The input: the lines of all files as one stream, or of each on its own with -s and -i.
 *
 * Invariant: between calls, file is the one that the last line came from, or the next that has a line.
 */
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "common/common.h"
#include "input.h"

struct output standard_output;
struct output *main_output = &standard_output;
unsigned long line_number;
int input_failed;

static char **files;
static FILE *file;
static struct output edited;		/* -i: what becomes the file */
static char *temporary;

void input_start(char **names)
{
	files = names;
	standard_output = (struct output){ .name = "standard output", .file = stdout };
}

/* -i: output goes to a new file beside the old one, with its owner and mode. */
static void begin_edit(const char *name)
{
	struct stat status;
	int fd;

	if (fstat(fileno(file), &status) < 0 || !S_ISREG(status.st_mode))
		errx(4, "%s: not a regular file", name);
	if (asprintf(&temporary, "%s.sedXXXXXX", name) < 0)
		err(4, NULL);
	fd = mkstemp(temporary);
	if (fd < 0)
		err(4, "%s", temporary);
	if (fchown(fd, status.st_uid, status.st_gid) < 0 && errno != EPERM)
		warn("%s: owner", temporary);
	if (fchmod(fd, status.st_mode & 07777) < 0)
		warn("%s: mode", temporary);
	edited = (struct output){ .name = temporary, .file = fdopen(fd, "w") };
	if (!edited.file)
		err(4, "%s", temporary);
	main_output = &edited;
}

static void end_edit(const char *name)
{
	char *copy;

	if (fclose(edited.file) < 0) {
		warn("%s", temporary);
		unlink(temporary);
		exit(4);
	}
	if (*options.suffix) {
		if (asprintf(&copy, "%s%s", name, options.suffix) < 0)
			err(4, NULL);
		if (rename(name, copy) < 0)
			err(4, "%s", copy);
		free(copy);
	}
	if (rename(temporary, name) < 0)
		err(4, "%s", name);
	free(temporary);
	main_output = &standard_output;
}

static void close_file(void)
{
	if (ferror(file)) {
		warn("%s", *files);
		input_failed = 1;
	}
	if (file != stdin)
		fclose(file);
	file = NULL;
	if (main_output == &edited)
		end_edit(*files);
	files++;
}

static int open_file(void)
{
	struct stat status;
	int is_input = !strcmp(*files, "-") && !options.suffix;

	file = is_input ? stdin : fopen(*files, "r");
	if (file && !fstat(fileno(file), &status) && S_ISDIR(status.st_mode)) {
		fclose(file);
		file = NULL;
		errno = EISDIR;
	}
	if (!file) {
		warn("%s", *files++);
		input_failed = 1;
		return 0;
	}
	if (options.is_separate)
		line_number = 0;
	if (options.suffix)
		begin_edit(*files);
	return 1;
}

/* Whether the file that is open has another line. */
static int has_more(void)
{
	int c = getc(file);

	if (c == EOF)
		return 0;
	ungetc(c, file);
	return 1;
}

/* Goes on to a file with a line to read. */
static int advance(void)
{
	for (;;) {
		if (file && has_more())
			return 1;
		if (file)
			close_file();
		if (!*files)
			return 0;
		(void)open_file();	/* one that cannot be opened is passed over */
	}
}

int input_is_last(void)
{
	if (!file)
		return 1;
	if (has_more())
		return 0;
	return options.is_separate || !advance();
}

int input_is_over(void)
{
	return !(file && has_more()) && (options.is_separate ? !files[file ? 1 : 0] : !advance());
}

int input_next(struct buffer *space, int *has_newline)
{
	static char *line;
	static size_t size;
	ssize_t length;

	if (!advance())
		return 0;
	length = getline(&line, &size, file);
	if (length <= 0)
		return 0;
	*has_newline = line[length - 1] == '\n';
	buffer_add(space, line, (size_t)length - (*has_newline ? 1 : 0));
	line_number++;
	return 1;
}

void input_end(void)
{
	char chunk[4096];
	size_t got;

	if (!file)
		return;
	/* With -i the rest of the file stays. */
	if (options.suffix)
		while ((got = fread(chunk, 1, sizeof(chunk), file)) > 0)
			fwrite(chunk, 1, got, edited.file);
	close_file();
}
