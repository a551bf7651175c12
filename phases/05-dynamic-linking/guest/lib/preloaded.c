/* In front of beta's and of the C library's. */
#include <dlfcn.h>
#include <stddef.h>
int common(void) { return 'p'; }
static int count;
int preloaded_count(void) { return count; }
void *malloc(size_t size)
{
	static void *(*next)(size_t);

	if (!next)
		next = (void *(*)(size_t))dlsym(RTLD_NEXT, "malloc");
	count++;
	return next(size);
}
