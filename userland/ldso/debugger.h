/* What a debugger reads: the list of maps, and a place where it may stop when the list changes. */
#ifndef LDSO_DEBUGGER_H
#define LDSO_DEBUGGER_H

#include "ldso.h"

void dl_debugger_start(struct map *program) HIDDEN;
/* 0 the list is whole, 1 something is being added, 2 something is being taken out */
void dl_debugger_say(int state) HIDDEN;

#endif
