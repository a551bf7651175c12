/*
 * What has no peer to be compared with: queues, timers, asynchronous input and output, terminals in pairs, the log,
 * System V's objects, contexts' edges, floating-point environment, catalogues.
 */
#include "../../guest/testing.h"
#include <aio.h>
#include <bits/fortify.h>
#include <arpa/inet.h>
#include <complex.h>
#include <dirent.h>
#include <error.h>
#include <execinfo.h>
#include <fcntl.h>
#include <fenv.h>
#include <fmtmsg.h>
#include <grp.h>
#include <ifaddrs.h>
#include <limits.h>
#include <locale.h>
#include <langinfo.h>
#include <math.h>
#include <mqueue.h>
#include <net/if.h>
#include <netdb.h>
#include <nl_types.h>
#include <pthread.h>
#include <pty.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <syslog.h>
#include <time.h>
#include <ulimit.h>
#include <utmpx.h>
#include <wchar.h>

static volatile int told, value;

static void count(union sigval v)
{
	value = v.sival_int;
	__atomic_add_fetch(&told, 1, __ATOMIC_SEQ_CST);
}

static void handler(int signal, siginfo_t *info, void *context)
{
	(void)signal;
	(void)context;
	value = info->si_value.sival_int;
	told++;
}

static void take(int signal)
{
	struct sigaction action = { .sa_sigaction = handler, .sa_flags = SA_SIGINFO };

	sigaction(signal, &action, NULL);
}

static void await(int wanted)
{
	for (int i = 0; i < 500 && told < wanted; i++)
		usleep(10000);
}

static void queues(void)
{
	struct mq_attr a = { .mq_maxmsg = 3, .mq_msgsize = 16 }, found;
	struct timespec past = { .tv_sec = 1 };
	unsigned priority = 0;
	char buffer[16];
	mqd_t q;

	mq_unlink("/facilities");
	ERRNO(mq_open("no-slash", O_RDWR), EINVAL);
	q = mq_open("/facilities", O_RDWR | O_CREAT, 0600, &a);
	OK(q >= 0, "a queue");
	IS(mq_send(q, "low", 3, 1), 0);
	IS(mq_send(q, "high", 4, 5), 0);
	IS(mq_getattr(q, &found), 0);
	IS(found.mq_curmsgs, 2);
	IS(mq_receive(q, buffer, sizeof(buffer), &priority), 4);
	IS(priority, 5);
	IS(mq_receive(q, buffer, sizeof(buffer), NULL), 3);
	ERRNO(mq_timedreceive(q, buffer, sizeof(buffer), NULL, &past), ETIMEDOUT);
	ERRNO(mq_receive(q, buffer, 3, NULL), EMSGSIZE);
	IS(mq_close(q), 0);
	IS(mq_unlink("/facilities"), 0);
	ERRNO(mq_unlink("/facilities"), ENOENT);
}

static void timers(void)
{
	struct sigevent event = { .sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGUSR1, .sigev_value.sival_int = 11 };
	struct itimerspec soon = { .it_value.tv_nsec = 5000000 }, left;
	clockid_t clock;
	timer_t t;

	take(SIGUSR1);
	told = 0;
	IS(timer_create(CLOCK_MONOTONIC, &event, &t), 0);
	IS(timer_settime(t, 0, &soon, NULL), 0);
	await(1);
	IS(told, 1);
	IS(value, 11);
	IS(timer_getoverrun(t), 0);
	IS(timer_gettime(t, &left), 0);
	OK(!left.it_value.tv_sec && !left.it_value.tv_nsec, "it is over");
	IS(timer_delete(t), 0);
	ERRNO(timer_delete(t), EINVAL);
	event.sigev_notify = SIGEV_THREAD;
	event.sigev_notify_function = count;
	event.sigev_value.sival_int = 12;
	soon.it_interval.tv_nsec = 2000000;
	told = 0;
	IS(timer_create(CLOCK_REALTIME, &event, &t), 0);
	IS(timer_settime(t, 0, &soon, NULL), 0);
	await(3);
	OK(told >= 3, "a function three times");
	IS(value, 12);
	IS(timer_delete(t), 0);
	/* What was under way when it was deleted comes to its end. */
	for (int i = 0; i < 500 && told; i++) {
		told = 0;
		usleep(20000);
	}
	IS(told, 0);
	ERRNO(timer_create(99, &event, &t), EINVAL);
	IS(clock_getcpuclockid(getpid(), &clock), 0);
	OK(clock_gettime(clock, &soon.it_value) == 0 && (soon.it_value.tv_sec || soon.it_value.tv_nsec), "time of a process");
	IS(clock_getcpuclockid(999999, &clock), ESRCH);
}

static void asynchronous(void)
{
	char path[] = "/tmp/facilities.XXXXXX", out[] = "0123456789", in[2][10];
	int fd = mkstemp(path), ends[2];
	struct aiocb w = { .aio_fildes = fd, .aio_buf = out, .aio_nbytes = 10, .aio_sigevent.sigev_notify = SIGEV_NONE };
	struct aiocb r[2], *list[2] = { &r[0], &r[1] }, p;
	const struct aiocb *one[1] = { &w }, *of_pipe[1] = { &p };
	struct sigevent event = { .sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGUSR1, .sigev_value.sival_int = 5 };
	struct timespec moment = { .tv_nsec = 20000000 };

	unlink(path);
	IS(aio_write(&w), 0);
	IS(aio_suspend(one, 1, NULL), 0);
	IS(aio_error(&w), 0);
	IS(aio_return(&w), 10);
	for (int i = 0; i < 2; i++)
		r[i] = (struct aiocb){ .aio_fildes = fd, .aio_buf = in[i], .aio_nbytes = 5, .aio_offset = i * 5, .aio_lio_opcode = LIO_READ,
				       .aio_sigevent.sigev_notify = SIGEV_NONE };
	IS(lio_listio(LIO_WAIT, list, 2, NULL), 0);
	OK(aio_return(&r[0]) == 5 && aio_return(&r[1]) == 5 && !memcmp(in[0], "01234", 5) && !memcmp(in[1], "56789", 5), "both parts");
	told = 0;
	IS(lio_listio(LIO_NOWAIT, list, 2, &event), 0);
	await(1);
	IS(told, 1);
	IS(value, 5);
	IS(pipe(ends), 0);
	p = (struct aiocb){ .aio_fildes = ends[0], .aio_buf = in[0], .aio_nbytes = 4, .aio_sigevent = event };
	p.aio_sigevent.sigev_notify = SIGEV_THREAD;
	p.aio_sigevent.sigev_notify_function = count;
	told = 0;
	IS(aio_read(&p), 0);
	IS(aio_error(&p), EINPROGRESS);
	ERRNO(aio_suspend(of_pipe, 1, &moment), EAGAIN);
	usleep(20000);
	IS(aio_cancel(ends[0], &p), AIO_NOTCANCELED);
	IS(write(ends[1], "abcd", 4), 4);
	IS(aio_suspend(of_pipe, 1, NULL), 0);
	IS(aio_return(&p), 4);
	await(1);
	IS(told, 1);
	w.aio_fildes = 99;
	IS(aio_read(&w), 0);
	IS(aio_suspend(one, 1, NULL), 0);
	IS(aio_error(&w), EBADF);
	ERRNO(aio_cancel(99, NULL), EBADF);
	w.aio_fildes = fd;
	IS(aio_fsync(O_SYNC, &w), 0);
	IS(aio_suspend(one, 1, NULL), 0);
	IS(aio_cancel(fd, NULL), AIO_ALLDONE);
	ERRNO(aio_fsync(77, &w), EINVAL);
	close(fd);
}

static void terminals(void)
{
	struct winsize size = { .ws_row = 30, .ws_col = 90 }, found = { 0 };
	char name[64], text[64] = "", other[64];
	int master, slave, status;
	ssize_t got;
	pid_t pid;

	IS(openpty(&master, &slave, name, NULL, &size), 0);
	IS(ioctl(slave, TIOCGWINSZ, &found), 0);
	IS(found.ws_col, 90);
	OK(isatty(slave) && !strcmp(ttyname(slave), name), "it is a terminal, %s", name);
	IS(ptsname_r(master, other, sizeof(other)), 0);
	OK(!strcmp(name, other), "by either function");
	IS(ptsname_r(master, other, 5), ERANGE);
	close(slave);
	close(master);
	pid = forkpty(&master, NULL, NULL, NULL);
	if (!pid) {
		if (write(1, isatty(0) && getsid(0) == getpid() ? "own" : "not", 3) != 3)
			_exit(1);
		_exit(0);
	}
	got = read(master, text, sizeof(text) - 1);
	OK(got == 3 && !strcmp(text, "own"), "a session of its own: '%s'", text);
	waitpid(pid, &status, 0);
	IS(status, 0);
}

static void logs(void)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX, .sun_path = "/dev/log" };
	char text[2048];
	int fd = socket(AF_UNIX, SOCK_DGRAM, 0), before;
	ssize_t got;

	unlink(address.sun_path);
	BAIL_UNLESS(bind(fd, (struct sockaddr *)&address, sizeof(address)) == 0, "/dev/log");
	openlog("facilities", LOG_PID, LOG_LOCAL3);
	errno = ENOENT;
	syslog(LOG_WARNING, "%s %d: %m", "number", 5);
	got = recv(fd, text, sizeof(text) - 1, MSG_DONTWAIT);
	text[got > 0 ? got : 0] = '\0';
	OK(!strncmp(text, "<156>", 5), "facility and priority: %s", text);
	OK(strstr(text, " facilities[") && strstr(text, "]: number 5: No such file or directory"), "the text");
	before = setlogmask(LOG_UPTO(LOG_ERR));
	IS(before, 255);
	syslog(LOG_INFO, "unwanted");
	ERRNO(recv(fd, text, sizeof(text), MSG_DONTWAIT), EAGAIN);
	setlogmask(before);
	syslog(LOG_KERN | LOG_ERR, "%s", "x");
	got = recv(fd, text, sizeof(text), MSG_DONTWAIT);
	OK(got > 0, "without a facility the default");
	close(fd);
	unlink(address.sun_path);
	syslog(LOG_INFO, "to nobody");
	closelog();
}

static void system_five(void)
{
	int id = shmget(IPC_PRIVATE, 8192, IPC_CREAT | 0600), set, queue;
	struct { long type; char text[16]; } message = { 3, "three" };
	struct sembuf up = { 0, 1, 0 }, down = { 0, -1, IPC_NOWAIT };
	struct shmid_ds shared;
	struct semid_ds semaphores;
	struct msqid_ds messages;
	char *at;

	at = shmat(id, NULL, 0);
	OK(at != (char *)-1, "attached");
	strcpy(at, "shared");
	IS(shmctl(id, IPC_STAT, &shared), 0);
	OK(shared.shm_segsz == 8192 && shared.shm_nattch == 1 && shared.shm_atime > 1500000000, "what it says");
	IS(shmdt(at), 0);
	IS(shmctl(id, IPC_RMID, NULL), 0);
	set = semget(IPC_PRIVATE, 2, IPC_CREAT | 0600);
	OK(set >= 0, "semaphores");
	ERRNO(semop(set, &down, 1), EAGAIN);
	IS(semop(set, &up, 1), 0);
	IS(semctl(set, 0, GETVAL), 1);
	IS(semctl(set, 1, SETVAL, 7), 0);
	IS(semctl(set, 1, GETVAL), 7);
	IS(semctl(set, 0, IPC_STAT, &semaphores), 0);
	OK(semaphores.sem_nsems == 2 && semaphores.sem_otime > 1500000000, "what they say");
	IS(semctl(set, 0, IPC_RMID), 0);
	queue = msgget(IPC_PRIVATE, IPC_CREAT | 0600);
	OK(queue >= 0, "messages");
	IS(msgsnd(queue, &message, 6, 0), 0);
	IS(msgctl(queue, IPC_STAT, &messages), 0);
	OK(messages.msg_qnum == 1 && messages.msg_stime > 1500000000, "what they say");
	ERRNO(msgrcv(queue, &message, 16, 4, IPC_NOWAIT), ENOMSG);
	IS(msgrcv(queue, &message, 16, 3, 0), 6);
	IS(msgctl(queue, IPC_RMID, NULL), 0);
	OK(ftok("/etc", 1) != ftok("/etc", 2) && ftok("/etc", 1) == ftok("/etc", 1), "keys");
	ERRNO(ftok("/none", 1), ENOENT);
}

static void environment(void)
{
	volatile double zero = 0, one = 1, three = 3;
	volatile long double huge;
	fenv_t saved;

	feclearexcept(FE_ALL_EXCEPT);
	IS(fetestexcept(FE_ALL_EXCEPT), 0);
	one /= zero;
	IS(fetestexcept(FE_ALL_EXCEPT), FE_DIVBYZERO);
	feclearexcept(FE_DIVBYZERO);
	huge = 1 / three;
	OK(fetestexcept(FE_INEXACT) && !fetestexcept(FE_INVALID), "inexact");
	IS(fesetround(FE_UPWARD), 0);
	IS(fegetround(), FE_UPWARD);
	IS(lrint(2.1), 3);
	IS(fesetround(FE_DOWNWARD), 0);
	IS(lrint(2.9), 2);
	IS(lrint(-2.1), -3);
	IS(fesetround(FE_TONEAREST), 0);
	IS(lrint(2.5), 2);
	IS(lround(2.5), 3);
	IS(fesetround(7), -1);
	feholdexcept(&saved);
	IS(fetestexcept(FE_ALL_EXCEPT), 0);
	feraiseexcept(FE_OVERFLOW);
	IS(feupdateenv(&saved), 0);
	OK(fetestexcept(FE_OVERFLOW) && fetestexcept(FE_INEXACT), "both are there");
	fesetenv(FE_DFL_ENV);
	IS(fetestexcept(FE_ALL_EXCEPT), 0);
	feclearexcept(FE_ALL_EXCEPT);
	huge = nearbyint(2.5);
	IS(fetestexcept(FE_INEXACT), 0);
	huge = rint(2.5);
	OK(fetestexcept(FE_INEXACT), "rint tells");
	errno = 0;
	OK(isnan(log(-1.0)) && errno == EDOM, "no logarithm");
	errno = 0;
	OK(isinf(exp(1000.0)) && errno == ERANGE, "too large");
	(void)huge;
}

static int near_to(double complex z, double x, double y)
{
	return fabs(creal(z) - x) < 1e-15 && fabs(cimag(z) - y) < 1e-15;
}

static void numbers(void)
{
	double complex z = CMPLX(0.5, -0.25);
	int quotient;

	OK(near_to(csqrt(CMPLX(-4, 0)), 0, 2) && near_to(csqrt(CMPLX(-4, -0.0)), 0, -2), "roots on both sides of the cut");
	OK(near_to(cexp(CMPLX(0, M_PI)), -1, 0), "Euler");
	OK(near_to(clog(cexp(z)), 0.5, -0.25) && near_to(casin(csin(z)), 0.5, -0.25), "logarithm and sine, there and back");
	OK(near_to(cacos(ccos(CMPLX(0.5, 0.25))), 0.5, 0.25) && near_to(catan(ctan(z)), 0.5, -0.25), "cosine and tangent");
	OK(near_to(casinh(csinh(z)), 0.5, -0.25) && near_to(catanh(ctanh(z)), 0.5, -0.25), "hyperbolic");
	OK(near_to(cpow(CMPLX(2, 0), CMPLX(10, 0)) / 1024, 1, 0), "powers");
	OK(near_to(cproj(CMPLX(1, 2)), 1, 2) && isinf(creal(cproj(CMPLX(INFINITY, -3)))), "the sphere");
	OK(fabs(cabs(CMPLX(3e200, 4e200)) / 5e200 - 1) < 1e-15, "no overflow on the way");
	OK(fma(0x1.0000001p0, 0x1.0000001p0, -0x1.0000002p0) == 0x1p-56, "fma keeps the product's end");
	OK(fma(0x1.fffffffffffffp1023, 2, -INFINITY) == -INFINITY && isinf(fma(1e308, 10, 0)), "fma at the edge");
	OK(remquo(29, 3, &quotient) == -1 && (quotient & 7) == (10 & 7), "remquo");
	OK(nextafter(1, 2) == 1 + 0x1p-52 && nextafter(0, -1) == -0x1p-1074 && nextafterf(1, 0) == 1 - 0x1p-24f, "neighbours");
	OK(nexttoward(1, 1 + 0x1p-63L) == 1 + 0x1p-52 && nextafterl(1, 2) == 1 + 0x1p-63L, "towards a long double");
	OK(ilogb(0x1p-1074) == -1074 && ilogbf(8) == 3 && logb(10) == 3 && ilogb(0) == FP_ILOGB0, "exponents");
	OK(scalbln(1, 2000000000) == INFINITY && scalbln(1, -2000000000) == 0, "far");
	OK(fabs(lgamma(-0.5) - 1.2655121234846454) < 1e-15 && signgam == -1, "lgamma of a negative number, and its sign");
	OK(tgamma(5) == 24 && tgamma(171) < INFINITY && tgamma(172) == INFINITY && isnan(tgamma(-3)), "tgamma");
	OK(fabs(jn(3, 2.5) - 0.21660039103911352) < 1e-15 && fabs(yn(2, 1.5) + 0.93219375976297402) < 1e-14, "Bessel");
	OK(jn(-3, 2.5) == -jn(3, 2.5) && j0(0) == 1 && y0(0) == -INFINITY, "Bessel's edges");
}

static void files(void)
{
	char path[] = "/tmp/facilities.XXXXXX", suffix[] = "/tmp/facilitiesXXXXXX.txt", *name;
	struct utmpx entry = { .ut_type = USER_PROCESS, .ut_id = "p1", .ut_line = "pts/1", .ut_user = "someone" }, *found;
	DIR *folder = opendir("/etc");
	struct dirent space, *result = NULL;
	int fd = mkstemp(path), seen = 0;

	while (!readdir_r(folder, &space, &result) && result)
		seen += !strcmp(result->d_name, "passwd");
	IS(seen, 1);
	closedir(folder);
	IS(utmpxname(path), 0);
	OK(pututxline(&entry) != NULL, "logged in");
	strcpy(entry.ut_id, "p2");
	strcpy(entry.ut_line, "pts/2");
	OK(pututxline(&entry) != NULL, "another");
	strcpy(entry.ut_user, "else");
	OK(pututxline(&entry) != NULL, "in its place");
	setutxent();
	IS(lseek(fd, 0, SEEK_END), 2 * (long)sizeof(entry));
	strcpy(entry.ut_line, "pts/2");
	found = getutxline(&entry);
	OK(found && !strcmp(found->ut_user, "else"), "found by line");
	endutxent();
	unlink(path);
	close(fd);
	fd = mkstemps(suffix, 4);
	OK(fd >= 0 && !strcmp(suffix + strlen(suffix) - 4, ".txt"), "%s", suffix);
	unlink(suffix);
	close(fd);
	ERRNO(mkstemps(suffix, 4), EINVAL);
	name = tempnam("/nowhere", "abcdefgh");
	OK(name && !strncmp(name, "/tmp/abcde", 10), "%s", name ? name : "none");
	free(name);
	OK(ulimit(UL_GETFSIZE) > 0, "ulimit");
	ERRNO(ulimit(99), EINVAL);
}

/* A buffer is changed while the stream is in use: what waits is written, what was read ahead is read again. */
static void buffers(void)
{
	char path[] = "/tmp/buffers.XXXXXX", own[256], line[16];
	int ends[2], fd = mkstemp(path);
	FILE *stream = fdopen(fd, "w+"), *reader;

	fputs("one\ntwo\nthree\n", stream);
	IS(setvbuf(stream, NULL, _IOFBF, 100), 0);
	IS(setvbuf(stream, own, _IOFBF, sizeof(own)), 0);
	IS(lseek(fd, 0, SEEK_END), 14);
	rewind(stream);
	OK(fgets(line, sizeof(line), stream) && !strcmp(line, "one\n"), "%s", line);
	IS(setvbuf(stream, NULL, _IONBF, 0), 0);
	OK(fgets(line, sizeof(line), stream) && !strcmp(line, "two\n"), "%s", line);
	IS(setvbuf(stream, NULL, _IOFBF, 0), 0);
	OK(fgets(line, sizeof(line), stream) && !strcmp(line, "three\n"), "%s", line);
	fclose(stream);
	unlink(path);
	IS(pipe(ends), 0);
	IS(write(ends[1], "one\ntwo\n", 8), 8);
	reader = fdopen(ends[0], "r");
	OK(fgets(line, sizeof(line), reader) && !strcmp(line, "one\n"), "%s", line);
	IS(setvbuf(reader, NULL, _IOLBF, 0), 0);
	IS(setvbuf(reader, NULL, _IONBF, 0), EOF);
	OK(fgets(line, sizeof(line), reader) && !strcmp(line, "two\n"), "%s", line);
	fclose(reader);
	close(ends[1]);
}

static ssize_t upper_write(void *cookie, const char *from, size_t length)
{
	char *to = cookie;

	for (size_t i = 0; i < length; i++)
		to[strlen(to)] = (char)(from[i] & ~32);
	return (ssize_t)length;
}

static void more(void)
{
	static char collected[64];
	cookie_io_functions_t functions = { .write = upper_write };
	FILE *stream = fopencookie(collected, "w", functions);
	locale_t l = newlocale(LC_ALL_MASK, "C.UTF-8", NULL), mixed, before;
	void *addresses[16];
	struct ifaddrs *list;
	struct if_nameindex *names;
	sigset_t set;
	int depth;

	fputs("abc", stream);
	IS(fclose(stream), 0);
	OK(!strcmp(collected, "ABC"), "a stream of one's own");
	OK(!strcmp(nl_langinfo_l(CODESET, l), "UTF-8"), "an object's character set");
	before = uselocale(l);
	OK(before == LC_GLOBAL_LOCALE && !strcmp(nl_langinfo(CODESET), "UTF-8"), "the thread's");
	OK(uselocale(before) == l && strcmp(nl_langinfo(CODESET), "UTF-8"), "and no longer");
	mixed = newlocale(LC_TIME_MASK, "C", duplocale(l));
	OK(mixed && !strcmp(nl_langinfo_l(CODESET, mixed), "UTF-8"), "a mixed one");
	OK(newlocale(LC_ALL_MASK, "xx_YY", NULL) == NULL && errno == ENOENT, "an unknown one");
	freelocale(mixed);
	depth = backtrace(addresses, 16);
	OK(depth >= 1 && depth <= 16, "%d calls", depth);
	IS(fmtmsg(MM_NULLMC, "a:b", 99, "text", NULL, NULL), MM_NOTOK);
	OK(catopen("/none/such", 0) == (nl_catd)-1, "no catalogue");
	ERRNO(catclose((nl_catd)-1), EBADF);
	OK(!strcmp(catgets((nl_catd)-1, 1, 1, "otherwise"), "otherwise"), "no message");
	OK(sigset(SIGUSR2, SIG_HOLD) == SIG_DFL, "held");
	sigprocmask(SIG_BLOCK, NULL, &set);
	IS(sigismember(&set, SIGUSR2), 1);
	OK(sigset(SIGUSR2, SIG_IGN) == SIG_HOLD, "was held");
	sigprocmask(SIG_BLOCK, NULL, &set);
	IS(sigismember(&set, SIGUSR2), 0);
	IS(sighold(SIGUSR2), 0);
	IS(sigrelse(SIGUSR2), 0);
	IS(getifaddrs(&list), 0);
	for (struct ifaddrs *each = list; each; each = each->ifa_next)
		OK(if_nametoindex(each->ifa_name) > 0 && each->ifa_addr, "interface %s", each->ifa_name);
	freeifaddrs(list);
	names = if_nameindex();
	OK(names && (!names[0].if_index || names[0].if_index == if_nametoindex(names[0].if_name)), "interfaces by number");
	if_freenameindex(names);
	IS(if_nametoindex("none0"), 0);
	OK(getprotobyname("tcp")->p_proto == 6 && getprotobynumber(17), "protocols");
	OK(gethostbyname("127.0.0.1") && !gethostbyname("no.such.host.") && h_errno == HOST_NOT_FOUND, "hosts");
}

/* A write beyond an object's end that the compiler could measure ends the process with SIGABRT. */
static void guards(void)
{
	int status;
	pid_t pid = fork();

	if (!pid) {
		char *(*copy)(char *, const char *, size_t) = __strcpy_chk;
		char small[4];

		__asm__("" : "+r"(copy));
		close(2);
		copy(small, "much too long", sizeof(small));
		_exit(0);
	}
	waitpid(pid, &status, 0);
	OK(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT, "strcpy beyond the end");
	pid = fork();
	if (!pid) {
		int (*print)(char *, size_t, int, size_t, const char *, ...) = __snprintf_chk;
		char small[4];

		__asm__("" : "+r"(print));	/* or the compiler complains itself */
		close(2);
		print(small, 8, 1, sizeof(small), "%d", 123456);
		_exit(0);
	}
	waitpid(pid, &status, 0);
	OK(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT, "snprintf of more than there is");
}

int main(void)
{
	queues();
	timers();
	asynchronous();
	terminals();
	logs();
	system_five();
	environment();
	numbers();
	files();
	buffers();
	more();
	guards();
	return test_done();
}
