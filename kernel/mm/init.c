/* What memory management sets up once the scheduler exists: the callers' order stands in mm/init.h. */
#include <mm/init.h>
#include "internal.h"

void __init mm_init_late(void)
{
	mm_sleep_checks = true;
}
