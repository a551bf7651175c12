/* Destructors of a thread's own objects, as C++ registers them. */
#include <stdlib.h>
#include "thread.h"

struct thread_destructor {
	struct thread_destructor *next;
	void (*function)(void *);
	void *object;
};

int __cxa_thread_atexit_impl(void (*function)(void *), void *object, void *library);

/* The library stays loaded: nothing that has destructors to run is unmapped. */
int __cxa_thread_atexit_impl(void (*function)(void *), void *object, void *library)
{
	struct thread *self = thread_self();
	struct thread_destructor *record = malloc(sizeof(*record));

	(void)library;
	if (!record)
		return -1;
	*record = (struct thread_destructor){ self->destructors, function, object };
	self->destructors = record;
	return 0;
}

void __run_thread_destructors(void)
{
	struct thread *self = thread_self();

	while (self->destructors) {
		struct thread_destructor *record = self->destructors;

		self->destructors = record->next;
		record->function(record->object);
		free(record);
	}
}
