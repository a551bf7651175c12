/* dlerror()'s message, each thread's own. */
#ifndef LDSO_DLERROR_H
#define LDSO_DLERROR_H

#include "ldso.h"

/* Keeps dl_message for the caller's next dlerror(). */
void dl_set_error(void) HIDDEN;
void dl_finish_unmarked(void) HIDDEN;

#endif
