/* dlerror(): the message of the last call that failed, once, in the thread that made it. */
#include <dlfcn.h>
#include <string.h>
#include "dlerror.h"

struct error {
	int fresh;
	char text[sizeof(dl_message)];
};

void dl_set_error(void)
{
	struct thread *self = thread_self();
	struct error *error = self->loader;

	if (!error)
		error = self->loader = __libc_calloc(1, sizeof(*error));
	if (!error)
		return;
	error->fresh = 1;
	strcpy(error->text, dl_message);
}

char *dlerror(void)
{
	struct error *error = thread_self()->loader;

	if (!error || !error->fresh)
		return NULL;
	error->fresh = 0;
	return error->text;
}
