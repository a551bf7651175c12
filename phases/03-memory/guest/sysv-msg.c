/* System V message queues: order, types, full queues, sleepers, removal. */
#include "../../guest/asleep.h"
#include "../../guest/testing.h"
#include "sysv.h"

struct msg {
	long type;
	char text[8192];
};

static int id;
static struct msg m, r;

static int send(long type, const char *text, int flags)
{
	m.type = type;
	memcpy(m.text, text, strlen(text) + 1);
	return msgsnd(id, &m, strlen(text) + 1, flags);
}

/* The text of the message that (type, flags) gets; "" if none. */
static const char *get(long type, int flags)
{
	r.text[0] = 0;
	return msgrcv(id, &r, sizeof(r.text), type, flags | IPC_NOWAIT) < 0 ? "" : r.text;
}

static int receiver(void)
{
	return msgrcv(id, &r, sizeof(r.text), 5, 0) == 6 && !strcmp(r.text, "later") ? 0 : errno;
}

static int sender(void)
{
	m.type = 9;
	return msgsnd(id, &m, 8192, 0) ? errno : 0;
}

static pid_t start(int (*f)(void))
{
	pid_t pid = fork();

	if (!pid)
		_exit(f());
	BAIL_UNLESS(until_asleep(pid), "it waits");
	return pid;
}

static int finish(pid_t pid)
{
	int status;

	if (waitpid(pid, &status, 0) != pid)
		return 255;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static void test_order(void)
{
	id = msgget(0x99, IPC_CREAT | 0600);
	BAIL_UNLESS(id >= 0, "no queue");
	IS(msgget(0x99, 0), id);
	ERRNO(msgget(0x99, IPC_CREAT | IPC_EXCL), EEXIST);
	IS(send(1, "one", 0), 0);
	IS(send(3, "three", 0), 0);
	IS(send(2, "two", 0), 0);
	IS(send(1, "uno", 0), 0);
	OK(!strcmp(get(2, 0), "two"), "a type is asked for");
	OK(!strcmp(get(0, MSG_COPY), "one") && !strcmp(get(1, MSG_COPY), "three"), "copies stay in the queue");
	OK(!strcmp(get(-3, 0), "one"), "the lowest type up to 3");
	OK(!strcmp(get(1, MSG_EXCEPT), "three"), "any but a type");
	OK(!strcmp(get(0, 0), "uno"), "the oldest");
	ERRNO(msgrcv(id, &r, 10, 0, IPC_NOWAIT), ENOMSG);
}

static void test_sizes(void)
{
	ERRNO(send(0, "x", 0), EINVAL);
	ERRNO(send(-1, "x", 0), EINVAL);
	m.type = 1;
	ERRNO(msgsnd(id, &m, 8193, 0), EINVAL);
	IS(msgsnd(id, &m, 0, 0), 0);
	IS(msgrcv(id, &r, 0, 0, 0), 0);
	IS(send(4, "0123456789", 0), 0);
	ERRNO(msgrcv(id, &r, 4, 0, IPC_NOWAIT), E2BIG);
	memset(r.text, 'x', 8);
	IS(msgrcv(id, &r, 4, 0, MSG_NOERROR | IPC_NOWAIT), 4);
	OK(!memcmp(r.text, "0123x", 5), "a message is cut where it was asked to be");
	ERRNO(msgsnd(id, (void *)1, 4, 0), EFAULT);
	ERRNO(msgsnd(-1, &m, 4, 0), EINVAL);
}

static void test_full(void)
{
	struct abi_msqid_ds ds;
	pid_t a;

	m.type = 1;
	IS(msgsnd(id, &m, 8192, IPC_NOWAIT), 0);
	IS(msgsnd(id, &m, 8192, IPC_NOWAIT), 0);
	ERRNO(msgsnd(id, &m, 1, IPC_NOWAIT), EAGAIN);
	IS(msgctl(id, IPC_STAT, &ds), 0);
	OK(ds.msg_cbytes == 16384 && ds.msg_qnum == 2 && ds.msg_qbytes == 16384, "the queue is full");
	IS(ds.msg_lspid, getpid());
	a = start(sender);
	IS(msgrcv(id, &r, 8192, 1, 0), 8192);
	IS(finish(a), 0);
	IS(msgrcv(id, &r, 8192, 9, 0), 8192);
	IS(msgrcv(id, &r, 8192, 1, 0), 8192);
	ds.msg_qbytes = 4;
	IS(msgctl(id, IPC_SET, &ds), 0);
	ERRNO(send(1, "12345", IPC_NOWAIT), EAGAIN);
	ds.msg_qbytes = 16384;
	IS(msgctl(id, IPC_SET, &ds), 0);
}

static void on_signal(int s) { (void)s; }

static void test_sleepers(void)
{
	struct sigaction sa = { .sa_handler = on_signal, .sa_flags = SA_RESTART };
	pid_t a = start(receiver);

	IS(send(6, "other", 0), 0);
	nap(50);
	IS(waitpid(a, 0, WNOHANG), 0);
	IS(send(5, "later", 0), 0);
	IS(finish(a), 0);
	OK(!strcmp(get(6, 0), "other"), "the other message waits");
	sigaction(SIGALRM, &sa, 0);
	pid_t teller = when_asleep_kill(SIGALRM);
	ERRNO(msgrcv(id, &r, 10, 0, 0), EINTR);
	IS(finish(teller), 0);
	a = start(receiver);
	IS(msgctl(id, IPC_RMID, 0), 0);
	IS(finish(a), EIDRM);
	ERRNO(msgrcv(id, &r, 10, 0, 0), EINVAL);
}

int main(void)
{
	test_order();
	test_sizes();
	test_full();
	test_sleepers();
	return test_done();
}
