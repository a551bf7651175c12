/* sync: writes everything that waits in memory to the disks. */
#include <unistd.h>

int main(void)
{
	sync();
	return 0;
}
