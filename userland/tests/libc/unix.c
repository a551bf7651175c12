/* Network addresses, words of a shell, walks through folders, money, contexts, groups, and the like. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <glob.h>
#include <grp.h>
#include <langinfo.h>
#include <limits.h>
#include <locale.h>
#include <monetary.h>
#include <netdb.h>
#include <pwd.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <ucontext.h>
#include <unistd.h>
#include <wchar.h>
#include <wordexp.h>

static void addresses(void)
{
	static const char *const texts[] = {
		"1.2.3.4", "255.255.255.255", "256.1.1.1", "1.2.3", "1", "0x7f.1", "010.0.0.1", "1.2.3.4.5", "", "1.2.3.4x", "1..2",
		"::", "::1", "1::", "1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7", "1::8", "::ffff:1.2.3.4", "fe80::1:2", "1:2:3:4:5:6:7:8:9",
		":1", "1:", "1:::2", "g::1", "12345::", "::1.2.3", "1::2::3", "2001:db8:0:0:1:0:0:1", "0:0:0:0:0:0:13.1.68.3", "::1:0",
	};
	char text[64];

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		unsigned char bytes[16] = { 0 };
		struct in_addr a = { 0 };

		printf("'%s' %d", texts[i], inet_pton(AF_INET, texts[i], bytes));
		printf(" %d", inet_aton(texts[i], &a));
		printf(" %08x %s", (unsigned)inet_addr(texts[i]), inet_ntoa(a));
		memset(bytes, 0, 16);
		printf(" %d", inet_pton(AF_INET6, texts[i], bytes));
		printf(" %s\n", inet_ntop(AF_INET6, bytes, text, sizeof(text)));
	}
	srandom(3);
	for (int i = 0; i < 500; i++) {
		unsigned char bytes[16], back[16];

		for (int k = 0; k < 8; k++) {
			int zero = random() % 3;

			bytes[2 * k] = zero ? 0 : (unsigned char)random();
			bytes[2 * k + 1] = zero > 1 ? 0 : (unsigned char)random();
		}
		inet_ntop(AF_INET6, bytes, text, sizeof(text));
		printf("%s %d\n", text, inet_pton(AF_INET6, text, back) == 1 && !memcmp(bytes, back, 16));
	}
	printf("%d %d\n", inet_ntop(AF_INET, "\1\2\3\4", text, 7) == NULL && errno == ENOSPC, inet_pton(99, "1", text) < 0);
	printf("%x %x %x %x\n", (unsigned)htonl(0x12345678), htons(0x1234), (unsigned)ntohl(1), (unsigned)inet_network("1.2.3"));
}

static void names(const char *host, const char *service, int flags, int family, int type)
{
	struct addrinfo hints = { .ai_flags = flags, .ai_family = family, .ai_socktype = type }, *list, *each;
	int error = getaddrinfo(host, service, &hints, &list);
	char text[64], port[16];

	printf("%s %s: %s\n", host ? host : "-", service ? service : "-", error ? gai_strerror(error) : "");
	if (error)
		return;
	for (each = list; each; each = each->ai_next) {
		error = getnameinfo(each->ai_addr, each->ai_addrlen, text, sizeof(text), port, sizeof(port), NI_NUMERICHOST | NI_NUMERICSERV);
		printf("  %d %d %d %u %d %s %s %s\n", each->ai_family, each->ai_socktype, each->ai_protocol, each->ai_addrlen, error, text,
		       port, each->ai_canonname ? each->ai_canonname : "-");
	}
	freeaddrinfo(list);
}

static void words(const char *text, int flags)
{
	wordexp_t w = { .we_offs = 1 };
	int error = wordexp(text, &w, flags);

	printf("[%s] %d", text, error);
	if (!error) {
		for (size_t i = 0; i < w.we_wordc; i++)
			printf(" <%s>", w.we_wordv[w.we_offs + i]);
		wordfree(&w);
	}
	puts("");
}

static int seen;
static char *lines[64];

static int visit(const char *path, const struct stat *status, int kind, struct FTW *where)
{
	char line[300];

	snprintf(line, sizeof(line), "%s %d %d %d", path, kind, where->base, where->level);
	lines[seen++] = strdup(line);
	return !strcmp(path + where->base, "stop") ? 7 : 0;
}

static int by_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static void walks(void)
{
	static const int all[] = { FTW_PHYS, 0, FTW_DEPTH | FTW_PHYS, FTW_CHDIR | FTW_PHYS, FTW_CHDIR | FTW_DEPTH };
	char folder[] = "/tmp/libc-ftw.XXXXXX";

	if (!mkdtemp(folder) || chdir(folder) < 0)
		return;
	mkdir("top", 0755);
	mkdir("top/a", 0755);
	mkdir("top/a/b", 0755);
	mkdir("top/c", 0755);
	close(open("top/a/b/file", O_CREAT | O_WRONLY, 0644));
	close(open("top/c/file", O_CREAT | O_WRONLY, 0644));
	symlink("../a", "top/c/link");
	symlink("nowhere", "top/broken");
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		int answer;

		seen = 0;
		answer = nftw(i & 1 ? "./top/" : "top", visit, 4, all[i]);
		/* glibc reports a folder that links lead to twice only once. */
		if (!(all[i] & FTW_PHYS))
			continue;
		printf("%d %d\n", answer, seen);
		qsort(lines, (size_t)seen, sizeof(lines[0]), by_text);
		for (int k = 0; k < seen; k++)
			puts(lines[k]);
	}
	fflush(stdout);
	mkdir("top/a/stop", 0755);
	seen = 0;
	printf("%d %d\n", nftw("top/a/stop", visit, 4, FTW_PHYS), nftw("none", visit, 4, 0));
	chdir("/");
	seen = 0;
	nftw(folder, visit, 4, FTW_DEPTH | FTW_PHYS);
	for (int k = 0; k < seen; k++) {
		*strchr(lines[k], ' ') = '\0';
		remove(lines[k]);
	}
	printf("%d\n", access(folder, F_OK) < 0);
}

static ucontext_t main_context, one, two;
static int steps;

static void first(int a, int b)
{
	printf("first %d %d\n", a, b);
	swapcontext(&one, &two);
	printf("first again\n");
	steps++;
}

static void second(void)
{
	double x = 1.5;

	printf("second %g\n", x * 3);
	swapcontext(&two, &one);
	printf("never\n");
}

static void contexts(void)
{
	static char stacks[2][65536];
	sigset_t set;
	volatile int again = 0;

	getcontext(&one);
	one.uc_stack.ss_sp = stacks[0];
	one.uc_stack.ss_size = sizeof(stacks[0]);
	one.uc_link = &main_context;
	makecontext(&one, (void (*)(void))first, 2, 5, -6);
	getcontext(&two);
	two.uc_stack.ss_sp = stacks[1];
	two.uc_stack.ss_size = sizeof(stacks[1]);
	two.uc_link = NULL;
	makecontext(&two, second, 0);
	printf("%d %d\n", swapcontext(&main_context, &one), steps);
	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	sigprocmask(SIG_BLOCK, &set, NULL);
	getcontext(&one);
	if (!again++) {
		sigprocmask(SIG_UNBLOCK, &set, NULL);
		setcontext(&one);
	}
	sigprocmask(SIG_BLOCK, NULL, &set);
	printf("%d %d\n", again, sigismember(&set, SIGUSR1));
}

static void money(const char *format, double value)
{
	char text[100];
	ssize_t length = strfmon(text, sizeof(text), format, value);

	printf("[%s] %d '%s'\n", format, (int)length, length < 0 ? "" : text);
}

static void databases(void)
{
	char buffer[512], small[4];
	struct passwd user, *u;
	struct group group, *g;

	printf("%d ", getpwnam_r("root", &user, buffer, sizeof(buffer), &u));
	printf("%s %d %s\n", u->pw_name, u->pw_uid, u->pw_dir);
	printf("%d ", getgrgid_r(0, &group, buffer, sizeof(buffer), &g));
	printf("%s %d %d\n", g->gr_name, g->gr_gid, g->gr_mem[0] == NULL);
	printf("%d %d\n", getgrnam_r("root", &group, small, sizeof(small), &g), g == NULL);
	printf("%d %d\n", getgrnam_r("nobody-at-all", &group, buffer, sizeof(buffer), &g), g == NULL);
}

static void locales(void)
{
	printf("%s %s %s %s %s\n", nl_langinfo(DAY_1), nl_langinfo(ABMON_12), nl_langinfo(D_T_FMT), nl_langinfo(RADIXCHAR), nl_langinfo(YESEXPR));
	printf("%s\n", setlocale(LC_CTYPE, "C.UTF-8"));
	printf("%d\n", strstr(setlocale(LC_ALL, NULL), "LC_CTYPE=C.UTF-8;LC_NUMERIC=C;") != NULL);
	printf("%d\n", setlocale(LC_ALL, "LC_CTYPE=C;LC_NUMERIC=C;LC_TIME=C.UTF-8;LC_COLLATE=C;LC_MONETARY=C;LC_MESSAGES=C;LC_PAPER=C;LC_NAME=C;LC_ADDRESS=C;LC_TELEPHONE=C;LC_MEASUREMENT=C;LC_IDENTIFICATION=C") != NULL);
	printf("%s %s\n", setlocale(LC_TIME, NULL), setlocale(LC_CTYPE, NULL));
	printf("%d\n", setlocale(LC_ALL, "nowhere") == NULL);
	setlocale(LC_ALL, "C");
}

int main(void)
{
	wchar_t wide[64];
	time_t zero = 86400 * 200;

	setvbuf(stdout, NULL, _IOLBF, 0);
	setlocale(LC_ALL, "C");
	addresses();
	names("127.0.0.1", "80", 0, AF_UNSPEC, 0);
	names("::1", "65535", AI_NUMERICHOST, AF_UNSPEC, SOCK_STREAM);
	names("1.2.3.4", NULL, 0, AF_INET, SOCK_DGRAM);
	names("not-numeric", "80", AI_NUMERICHOST, AF_UNSPEC, SOCK_STREAM);
	names("1.2.3.4", "name", AI_NUMERICSERV, AF_INET, SOCK_STREAM);
	names(NULL, "53", AI_PASSIVE, AF_INET, SOCK_STREAM);
	names(NULL, "53", 0, AF_INET, SOCK_STREAM);
	names(NULL, NULL, 0, AF_INET, 0);
	names("::1", "1", 0, AF_INET, SOCK_STREAM);
	names("127.1", "1", AI_CANONNAME, AF_INET, SOCK_STREAM);
	names("1.2.3.4", "1", 0, 77, 0);
	setenv("one", "two words", 1);
	unsetenv("none");
	words("a b  'c d' \"e f\" g\\ h", 0);
	words("$one \"$one\" ${one} ${none:-x} $((1+2))", 0);
	words("$(echo sub) `echo old`", 0);
	words("$(echo sub)", WRDE_NOCMD);
	words("a | b", 0);
	words("a; b", 0);
	words("'open", 0);
	words("\"open", 0);
	words("$(open", 0);
	words("", 0);
	words("$none", WRDE_UNDEF);
	words("x$none y", 0);
	words("/etc/pass[w]d /nowhere/*", 0);
	words("~root", 0);
	words("a\nb", 0);
	words("offset", WRDE_DOOFFS);
	walks();
	contexts();
	money("%n", 1234.567);
	money("%i", -1234.567);
	money("%(n", -5);
	money("[%10n]", 12.5);
	money("[%-10n]", 12.5);
	money("%=*#6.1n", 99.95);
	money("%.0n%%", 2.5);
	money("%!n", -1e9);
	money("%", 1);
	databases();
	locales();
	printf("%d\n", (int)wcsftime(wide, 64, L"%Y-%m-%d \u20ac", gmtime(&zero)));
	printf("%x\n", (unsigned)wide[11]);
	return 0;
}
