/* Looks for what ended processes have left behind (sys/leaks.c). Called by init's last call, before devices are stopped; sleeps. */
#ifndef SYS_LEAKS_H
#define SYS_LEAKS_H

#ifdef CONFIG_DEBUG
void leaks_report(void);
#else
static inline void leaks_report(void) { }
#endif

#endif
