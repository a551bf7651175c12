/* A shared mapping of /dev/zero is anonymous memory that a child shares, as MAP_ANONYMOUS is. */
#include "../../guest/testing.h"
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/wait.h>

#define PAGE 4096

int main(void)
{
	int fd = open("/dev/zero", O_RDWR);
	char *p = mmap(0, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	char *q = mmap(0, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

	TEST_PLAN(3);
	BAIL_UNLESS(p != MAP_FAILED && q != MAP_FAILED, "mappings of /dev/zero");
	close(fd);
	IS(p[PAGE], 0);
	if (!fork()) {
		p[PAGE] = 'd';
		_exit(0);
	}
	wait(0);
	IS(p[PAGE], 'd');
	IS(q[PAGE], 0);		/* each mapping is memory of its own */
	return test_done();
}
