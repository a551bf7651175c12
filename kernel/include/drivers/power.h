/* How the machine ends. None returns when it works; filesystems are synced and devices quiet already. */
#ifndef DRIVERS_POWER_H
#define DRIVERS_POWER_H

#include <core/types.h>

void power_off(void);
void power_restart(void);
void power_halt(void);		/* stays off until a person acts */

#endif
