/* System V semaphores: operations all at once or not at all, waiting, undoing at a process's end, removal under sleepers. */
#include "../../guest/testing.h"
#include "sysv.h"

#define OP(n, v, f) ((struct abi_sembuf){ n, v, f })

static int id;

static int op1(unsigned num, int v, int flags)
{
	struct abi_sembuf o = OP(num, v, flags);

	return semop(id, &o, 1);
}

static int takes_one(void) { return op1(0, -1, 0) ? errno : 0; }
static int waits_for_zero(void) { return op1(0, 0, 0) ? errno : 0; }
static int undoes(void) { return op1(0, 3, SEM_UNDO) || op1(1, -2, SEM_UNDO) || op1(0, 2, 0) ? 1 : 0; }
static int dies(void)
{
	if (op1(0, -1, SEM_UNDO))
		return 1;
	raise(SIGKILL);
	return 2;
}

static pid_t start(int (*f)(void))
{
	pid_t pid = fork();

	if (!pid)
		_exit(f());
	return pid;
}

static int finish(pid_t pid)
{
	int status;

	if (waitpid(pid, &status, 0) != pid)
		return 255;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/* Until n sleepers wait, as the kernel counts them. */
static int wait_for_sleepers(int cmd, int n)
{
	for (int i = 0; i < 500; i++) {
		if (semctl(id, 0, cmd, 0) == n)
			return 1;
		nap(10);
	}
	return 0;
}

static void test_values(void)
{
	unsigned short v[3] = { 7, 8, 9 }, r[3];

	ERRNO(semget(IPC_PRIVATE, 0, IPC_CREAT | 0600), EINVAL);
	ERRNO(semget(IPC_PRIVATE, 32001, IPC_CREAT | 0600), EINVAL);
	id = semget(0x77, 3, IPC_CREAT | 0600);
	BAIL_UNLESS(id >= 0, "no semaphores");
	IS(semget(0x77, 3, 0), id);
	ERRNO(semget(0x77, 4, 0), EINVAL);
	IS(semctl(id, 0, GETVAL, 0), 0);
	IS(semctl(id, 0, SETALL, v), 0);
	IS(semctl(id, 0, GETALL, r), 0);
	OK(r[0] == 7 && r[1] == 8 && r[2] == 9, "SETALL and GETALL agree");
	IS(semctl(id, 1, SETVAL, 5), 0);
	IS(semctl(id, 1, GETVAL, 0), 5);
	IS(semctl(id, 1, GETPID, 0), getpid());
	ERRNO(semctl(id, 1, SETVAL, 32768), ERANGE);
	ERRNO(semctl(id, 3, SETVAL, 1), EINVAL);
	ERRNO(semctl(id, 3, GETVAL, 0), EINVAL);
	ERRNO(semctl(id, 0, 99, 0), EINVAL);
}

static void test_operations(void)
{
	struct abi_sembuf all[3] = { OP(0, -1, 0), OP(1, 1, 0), OP(2, -100, IPC_NOWAIT) };
	struct abi_sembuf many[501] = { OP(0, 0, 0) };
	struct timespec soon = { 0, 50000000 }, bad = { 0, -1 };

	ERRNO(semop(id, all, 3), EAGAIN);
	OK(semctl(id, 0, GETVAL, 0) == 7 && semctl(id, 1, GETVAL, 0) == 5, "what cannot be done whole is not begun");
	all[2].sem_op = -9;
	IS(semop(id, all, 3), 0);
	OK(semctl(id, 0, GETVAL, 0) == 6 && semctl(id, 1, GETVAL, 0) == 6 && semctl(id, 2, GETVAL, 0) == 0, "all three are done");
	ERRNO(semop(id, many, 501), E2BIG);
	ERRNO(semop(id, many, 0), EINVAL);
	ERRNO(op1(3, 1, 0), EFBIG);
	ERRNO(op1(0, 32767, 0), ERANGE);
	ERRNO(semop(id, (void *)1, 1), EFAULT);
	all[0] = OP(2, -1, 0);
	ERRNO(semtimedop(id, all, 1, &((long long[2]){ 0, 50000000 })), EAGAIN);
	ERRNO(semtimedop(id, all, 1, &((long long[2]){ 0, -1 })), EINVAL);
	(void)soon;
	(void)bad;
}

static void test_waiting(void)
{
	pid_t a, b, z;

	semctl(id, 0, SETVAL, 0);
	a = start(takes_one);
	b = start(takes_one);
	OK(wait_for_sleepers(GETNCNT, 2), "two wait for a value");
	IS(op1(0, 1, 0), 0);
	OK(wait_for_sleepers(GETNCNT, 1), "one goes on");
	IS(op1(0, 2, 0), 0);
	IS(finish(a), 0);
	IS(finish(b), 0);
	IS(semctl(id, 0, GETVAL, 0), 1);
	z = start(waits_for_zero);
	OK(wait_for_sleepers(GETZCNT, 1), "one waits for zero");
	IS(op1(0, -1, 0), 0);
	IS(finish(z), 0);
	a = start(takes_one);
	OK(wait_for_sleepers(GETNCNT, 1), "one waits again");
	kill(a, SIGKILL);
	IS(finish(a), 128 + SIGKILL);
	IS(semctl(id, 0, GETNCNT, 0), 0);
}

static void test_undo(void)
{
	unsigned short v[3] = { 4, 4, 4 };

	semctl(id, 0, SETALL, v);
	IS(in_child(undoes), 0);
	IS(semctl(id, 0, GETVAL, 0), 6);
	IS(semctl(id, 1, GETVAL, 0), 4);
	IS(in_child(dies), 128 + SIGKILL);
	IS(semctl(id, 0, GETVAL, 0), 6);
}

static void test_removal(void)
{
	struct abi_semid_ds ds;
	pid_t a;

	semctl(id, 0, SETVAL, 0);
	IS(semctl(id, 0, IPC_STAT, &ds), 0);
	OK(ds.sem_nsems == 3 && ds.sem_otime && ds.sem_perm.mode == 0600, "IPC_STAT tells of the set");
	a = start(takes_one);
	OK(wait_for_sleepers(GETNCNT, 1), "one sleeps");
	IS(semctl(id, 0, IPC_RMID, 0), 0);
	IS(finish(a), EIDRM);
	ERRNO(op1(0, 1, 0), EINVAL);
	/* Old numbers are not new sets. */
	a = semget(0x77, 1, IPC_CREAT | 0600);
	OK(a >= 0, "the key is free again");
	ERRNO(op1(0, 1, 0), EIDRM);
	IS(semctl(a, 0, IPC_RMID, 0), 0);
}

/* Two processes hand a token to and fro; every step must be there. */
static void test_ping_pong(void)
{
	int rounds = 2000, status = 0;
	volatile int *shared = mmap(0, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	pid_t pid;

	id = semget(IPC_PRIVATE, 2, IPC_CREAT | 0600);
	pid = fork();
	if (!pid) {
		for (int i = 0; i < rounds; i++) {
			if (op1(0, -1, 0))
				_exit(1);
			if (*shared != 2 * i + 1)
				_exit(2);
			*shared = 2 * i + 2;
			if (op1(1, 1, 0))
				_exit(3);
		}
		_exit(0);
	}
	for (int i = 0; i < rounds && !status; i++) {
		*shared = 2 * i + 1;
		if (op1(0, 1, 0) || op1(1, -1, 0) || *shared != 2 * i + 2)
			status = 1;
	}
	IS(status, 0);
	IS(finish(pid), 0);
	semctl(id, 0, IPC_RMID, 0);
}

int main(void)
{
	test_values();
	test_operations();
	test_waiting();
	test_undo();
	test_removal();
	test_ping_pong();
	return test_done();
}
