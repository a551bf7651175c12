/* Scripts: "#!interpreter [argument]". The interpreter gets the argument and the script's name before the rest. */
#include <core/init.h>
#include <core/string.h>
#include <fs/namei.h>
#include <mm/kmalloc.h>
#include <sched/exec.h>

static bool blank(char c)
{
	return c == ' ' || c == '\t';
}

/*
 * Cuts the first line of `line` into two strings. A name that fills the buffer may go on beyond it and must not run
 * as something shorter; a cut argument is taken as it is.
 */
static int parse(char *line, size_t size, char **name, char **arg)
{
	char *end = memchr(line, '\n', size), *s;
	bool cut = !end;

	if (cut)
		end = line + strnlen(line, size - 1);
	*end = '\0';
	while (end > line && blank(end[-1]))
		*--end = '\0';
	for (s = line + 2; blank(*s); s++)
		;
	if (!*s)
		return -ENOEXEC;
	*name = s;
	while (*s && !blank(*s))
		s++;
	if (!*s && cut && s == line + size - 1)
		return -ENOEXEC;
	while (blank(*s))
		*s++ = '\0';
	*arg = *s ? s : NULL;
	return 0;
}

static int load_script(struct exec_image *image)
{
	char *name, *arg, *interp;
	struct file *file;
	int error;

	if (image->head[0] != '#' || image->head[1] != '!')
		return -ENOEXEC;
	error = parse(image->head, sizeof(image->head), &name, &arg);
	if (error)
		return error;
	interp = kstrdup(name, GFP_KERNEL);
	if (!interp)
		return -ENOMEM;
	/* argv[0] makes way for the interpreter's name, its argument and the script's. */
	image->p += image->argv0_size;
	image->argc--;
	error = exec_push_string(image, image->interp);
	if (!error)
		image->argc++;
	if (!error && arg) {
		error = exec_push_string(image, arg);
		image->argc++;
	}
	if (!error) {
		error = exec_push_string(image, interp);
		image->argc++;
	}
	if (error)
		goto out;
	file = open_exec(AT_FDCWD, interp, 0);
	if (IS_ERR(file)) {
		error = (int)PTR_ERR(file);
		goto out;
	}
	error = exec_replace_file(image, file);
	if (error)
		goto out;
	swap(image->interp, interp);
	image->depth++;
	error = exec_load(image);
out:
	kfree(interp);
	return error;
}

static struct exec_format script = { .name = "script", .load = load_script };

static int __init script_init(void)
{
	exec_format_register(&script);
	return 0;
}
core_initcall(script_init);
