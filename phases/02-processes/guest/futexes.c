/* futex(): wait, wake, bit sets, requeue, timeouts, keys of shared pages over fork, robust lists. */
#include "../../guest/asleep.h"
#include "../../guest/testing.h"
#include "thread.h"

#include <abi/futex.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/wait.h>

static volatile int word, other, woken;

/* Who sleeps here has nothing to sleep for but the word. */
static int all_asleep(struct thread *threads, int count)
{
	int good = 1;

	for (int i = 0; i < count; i++)
		good &= until_state(getpid(), threads[i].tid, 'S');
	return good;
}

/* Waits until so many have said that they were woken, and no more come. */
static int woken_are(int count)
{
	for (int i = 0; i < 30000 && woken < count; i++)
		usleep(1000);
	usleep(10000);
	return woken == count;
}

static int wait_on_word(void *argument)
{
	long result = futex(&word, FUTEX_WAIT | FUTEX_PRIVATE_FLAG, 0, NULL, NULL, 0);

	(void)argument;
	if (result == 0)
		__sync_fetch_and_add(&woken, 1);
	return 0;
}

static int wait_on_bits(void *argument)
{
	if (futex(&word, FUTEX_WAIT_BITSET, 0, NULL, NULL, *(int *)argument) == 0)
		__sync_fetch_and_or(&woken, *(int *)argument);
	return 0;
}

static void test_errors(void)
{
	struct timespec wrong = {0, 1000000000};
	struct timespec soon = {0, 5000000}, past = {0, 0};

	word = 1;
	ERRNO(futex(&word, FUTEX_WAIT, 0, NULL, NULL, 0), EAGAIN);
	ERRNO(futex((int *)((uintptr_t)&word + 1), FUTEX_WAIT, 1, NULL, NULL, 0), EINVAL);
	ERRNO(futex((int *)0x1000, FUTEX_WAIT, 1, NULL, NULL, 0), EFAULT);
	ERRNO(futex(&word, FUTEX_WAIT, 1, &wrong, NULL, 0), EINVAL);
	ERRNO(futex(&word, FUTEX_WAIT_BITSET, 1, NULL, NULL, 0), EINVAL);
	ERRNO(futex(&word, 100, 0, NULL, NULL, 0), ENOSYS);
	long long before = now();
	ERRNO(futex(&word, FUTEX_WAIT, 1, &soon, NULL, 0), ETIMEDOUT);
	OK(now() - before >= 5000000, "not before its time");
	ERRNO(futex(&word, FUTEX_WAIT_BITSET, 1, &past, NULL, -1), ETIMEDOUT);
	IS(futex(&word, FUTEX_WAKE, 1, NULL, NULL, 0), 0);
}

static void test_wake(void)
{
	struct thread t[5];
	int bits[2] = {1, 2};

	word = woken = 0;
	for (int i = 0; i < 5; i++)
		thread_start(&t[i], wait_on_word, NULL);
	OK(all_asleep(t, 5), "five threads wait");
	IS(futex(&word, FUTEX_WAKE | FUTEX_PRIVATE_FLAG, 2, NULL, NULL, 0), 2);
	OK(woken_are(2), "two are woken: %d", woken);
	/* One is woken, the others wait for another word from then on. */
	ERRNO(futex(&word, FUTEX_CMP_REQUEUE | FUTEX_PRIVATE_FLAG, 1, (void *)10, &other, 5), EAGAIN);
	IS(futex(&word, FUTEX_CMP_REQUEUE | FUTEX_PRIVATE_FLAG, 1, (void *)10, &other, 0), 3);
	IS(futex(&word, FUTEX_WAKE | FUTEX_PRIVATE_FLAG, 10, NULL, NULL, 0), 0);
	IS(futex(&other, FUTEX_WAKE | FUTEX_PRIVATE_FLAG, 10, NULL, NULL, 0), 2);
	for (int i = 0; i < 5; i++)
		thread_join(&t[i]);
	IS(woken, 5);

	woken = 0;
	for (int i = 0; i < 2; i++)
		thread_start(&t[i], wait_on_bits, &bits[i]);
	OK(all_asleep(t, 2), "two threads wait for bits");
	IS(futex(&word, FUTEX_WAKE_BITSET, 10, NULL, NULL, 2), 1);
	thread_join(&t[1]);
	IS(woken, 2);
	IS(futex(&word, FUTEX_WAKE_BITSET, 10, NULL, NULL, -1), 1);
	thread_join(&t[0]);
}

static void test_wake_op(void)
{
	struct thread t;

	word = woken = 0;
	other = 5;
	thread_start(&t, wait_on_word, NULL);
	OK(until_state(getpid(), t.tid, 'S'), "a thread waits");
	/* other = 9; wakes one waiter of word, and one of other if it was 5. */
	int operation = FUTEX_OP_SET << 28 | FUTEX_OP_CMP_EQ << 24 | 9 << 12 | 5;
	IS(futex(&word, FUTEX_WAKE_OP | FUTEX_PRIVATE_FLAG, 1, (void *)1, &other, operation), 1);
	thread_join(&t);
	OK(other == 9 && woken == 1, "FUTEX_WAKE_OP changes one word and wakes at the other");
}

static void test_shared_pages(void)
{
	volatile int *shared = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	int status;

	BAIL_UNLESS(shared != MAP_FAILED, "no shared memory");
	pid_t pid = fork();
	if (pid == 0)
		_exit(futex(shared, FUTEX_WAIT, 0, NULL, NULL, 0) == 0 && *shared == 3 ? 4 : 5);
	OK(until_asleep(pid), "a child waits");
	*shared = 3;
	IS(futex(shared, FUTEX_WAKE, 1, NULL, NULL, 0), 1);
	OK(waitpid(pid, &status, 0) == pid && WEXITSTATUS(status) == 4, "a child waits for a word of shared memory");
	word = 0;
	pid = fork();
	if (pid == 0) {
		struct timespec short_time = {0, 200000000};

		_exit(futex(&word, FUTEX_WAIT, 0, &short_time, NULL, 0) == -1 && errno == ETIMEDOUT ? 4 : 5);
	}
	usleep(10000);		/* whether it waits already or not, nobody wakes it */
	IS(futex(&word, FUTEX_WAKE, 1, NULL, NULL, 0), 0);
	OK(waitpid(pid, &status, 0) == pid && WEXITSTATUS(status) == 4, "a private copy of a page is another key");
	munmap((void *)shared, 4096);
}

/* As C libraries lay their locks out: a link, and a futex word at a distance from it. */
struct held {
	struct held *next;
	volatile int futex;
};
static struct {
	struct held *first;
	long offset;
	struct held *pending;
} list;
static struct held *shared_lock;

static void test_robust(void)
{
	int status;
	void *head;
	size_t length;

	shared_lock = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	BAIL_UNLESS((void *)shared_lock != MAP_FAILED, "no shared memory");
	ERRNO(syscall(SYS_set_robust_list, &list, 8), EINVAL);
	pid_t pid = fork();
	if (pid == 0) {
		list.first = shared_lock;
		list.offset = offsetof(struct held, futex);
		shared_lock->next = (struct held *)&list;
		shared_lock->futex = (int)syscall(SYS_gettid) | (int)FUTEX_WAITERS;
		_exit(syscall(SYS_set_robust_list, &list, sizeof(list)) != 0 ||
		      syscall(SYS_get_robust_list, 0, &head, &length) != 0 || head != &list || length != sizeof(list));
	}
	OK(waitpid(pid, &status, 0) == pid && status == 0, "a child ends with a lock held");
	IS((unsigned)shared_lock->futex, FUTEX_OWNER_DIED | FUTEX_WAITERS);
	/* A list in a circle, and one that leads nowhere, end all the same. */
	for (int nowhere = 0; nowhere < 2; nowhere++) {
		pid = fork();
		if (pid == 0) {
			list.first = shared_lock;
			list.offset = 4;
			shared_lock->next = nowhere ? (struct held *)0x13 : shared_lock;
			syscall(SYS_set_robust_list, &list, sizeof(list));
			_exit(6);
		}
		OK(waitpid(pid, &status, 0) == pid && WEXITSTATUS(status) == 6, "a robust list %s", nowhere ? "to nowhere" : "in a circle");
	}
}

int main(void)
{
	TEST_PLAN(35);
	test_errors();
	test_wake();
	test_wake_op();
	test_shared_pages();
	test_robust();
	return test_done();
}
