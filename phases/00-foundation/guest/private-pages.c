/*
 * Private memory: new pages are zero, a fork's copies part on the first write, in both directions, and what a
 * child does to its mappings stays with it.
 */
#include "../../guest/testing.h"

#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>

#define PAGES 64
#define PAGE 4096

static int all(const unsigned char *bytes, size_t length, int value)
{
	for (size_t i = 0; i < length; i++)
		if (bytes[i] != value)
			return 0;
	return 1;
}

static int child_says(int (*work)(unsigned char *), unsigned char *pages)
{
	int status = -1;
	pid_t pid = fork();

	BAIL_UNLESS(pid >= 0, "no child");
	if (pid == 0)
		_exit(work(pages) ? 0 : 1);
	return waitpid(pid, &status, 0) == pid && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

static int overwrite(unsigned char *pages)
{
	if (!all(pages, PAGES * PAGE, 'p'))
		return 0;
	memset(pages, 'c', PAGES * PAGE);
	return all(pages, PAGES * PAGE, 'c');
}

static int unmap(unsigned char *pages)
{
	return munmap(pages, PAGES * PAGE) == 0;
}

static int waits_for_parent(unsigned char *pages)
{
	char byte;

	/* The parent has written by the time its byte comes through descriptor 3. */
	return read(3, &byte, 1) == 1 && all(pages, PAGES * PAGE, 'p');
}

static int parent_writes(unsigned char *pages)
{
	int ends[2], status = -1;

	BAIL_UNLESS(pipe(ends) == 0, "no pipe");
	pid_t pid = fork();
	BAIL_UNLESS(pid >= 0, "no child");
	if (pid == 0) {
		dup2(ends[0], 3);
		_exit(waits_for_parent(pages) ? 0 : 1);
	}
	memset(pages, 'q', PAGES * PAGE);
	BAIL_UNLESS(write(ends[1], "", 1) == 1, "no byte");
	close(ends[0]);
	close(ends[1]);
	return waitpid(pid, &status, 0) == pid && status == 0;
}

int main(void)
{
	TEST_PLAN(12);
	unsigned char *pages = mmap(NULL, PAGES * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	BAIL_UNLESS(pages != MAP_FAILED, "no pages");
	OK(all(pages, PAGES * PAGE, 0), "new pages are zero");
	memset(pages, 'p', PAGES * PAGE);
	OK(child_says(overwrite, pages), "a child sees its parent's memory and changes its own");
	OK(all(pages, PAGES * PAGE, 'p'), "which the parent does not see");
	OK(child_says(unmap, pages), "a child unmaps its own");
	OK(all(pages, PAGES * PAGE, 'p'), "and the parent's stays");
	OK(parent_writes(pages), "what the parent writes after the fork is not seen by the child");
	memset(pages, 'p', PAGES * PAGE);

	OK(munmap(pages + PAGE, PAGE) == 0, "a hole in the middle");
	OK(all(pages, PAGE, 'p') && all(pages + 2 * PAGE, (PAGES - 2) * PAGE, 'p'), "leaves both sides");
	unsigned char *again = mmap(pages + PAGE, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
	OK(again == pages + PAGE && all(again, PAGE, 0), "and what is mapped into it is zero again");
	OK(mprotect(pages, PAGE, PROT_READ) == 0 && pages[0] == 'p', "a page can be made read-only");
	OK(mprotect(pages, PAGE, PROT_READ | PROT_WRITE) == 0 && (pages[0] = 'w') == 'w', "and writable again");
	ERRNO((long)mmap(NULL, 0, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0), EINVAL);
	return test_done();
}
