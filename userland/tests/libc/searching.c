/* Tables for searching, and the generators of pseudo-random numbers with their known sequences. */
#define _GNU_SOURCE
#include <search.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int compare(const void *a, const void *b)
{
	return strcmp(a, b);
}

static unsigned nodes;

static void visit(const void *node, VISIT which, int depth)
{
	if (which == leaf || which == postorder)
		nodes = (nodes ^ (unsigned)atoi(*(char *const *)node)) * 16777619u;
}

static void hashed(void)
{
	static char keys[2000][8];
	ENTRY item, *found;
	int missing = 0, wrong = 0;

	printf("%d\n", hcreate(4000) != 0);
	for (int i = 0; i < 2000; i++) {
		sprintf(keys[i], "k%d", i);
		item.key = keys[i];
		item.data = (void *)(long)i;
		if (!hsearch(item, ENTER))
			missing++;
	}
	for (int i = 0; i < 2000; i++) {
		item.key = keys[i];
		found = hsearch(item, FIND);
		if (!found || found->data != (void *)(long)i)
			wrong++;
	}
	item.key = "absent";
	printf("%d %d %d\n", missing, wrong, hsearch(item, FIND) == NULL);
	hdestroy();
}

static void trees(void)
{
	static char keys[1000][8];
	void *root = NULL;
	int order[1000], wrong = 0;

	srandom(7);
	for (int i = 0; i < 1000; i++) {
		sprintf(keys[i], "%d", i);
		order[i] = i;
	}
	for (int i = 999; i > 0; i--) {
		int j = (int)(random() % (i + 1)), k = order[i];

		order[i] = order[j];
		order[j] = k;
	}
	for (int i = 0; i < 1000; i++) {
		char **node = tsearch(keys[order[i]], &root, compare);

		wrong += !node || *node != keys[order[i]];
		wrong += tsearch(keys[order[i]], &root, compare) != (void *)node;
	}
	twalk(root, visit);
	printf("%d %08x\n", wrong, nodes);
	for (int i = 0; i < 1000; i++) {
		if (i % 3 == 0)
			wrong += tdelete(keys[order[i]], &root, compare) == NULL;
		if (i % 100 == 99) {
			nodes = 0;
			twalk(root, visit);
			printf("%d %08x\n", i, nodes);
		}
	}
	for (int i = 0; i < 1000; i++)
		wrong += (tfind(keys[order[i]], &root, compare) != NULL) != (i % 3 != 0);
	for (int i = 0; i < 1000; i++)
		if (i % 3)
			wrong += tdelete(keys[order[i]], &root, compare) == NULL;
	printf("%d %d %d\n", wrong, root == NULL, tdelete("x", &root, compare) == NULL);
}

static int numbers(const void *a, const void *b)
{
	return *(const int *)a - *(const int *)b;
}

static void lines(void)
{
	struct qelem a = { 0 }, b = { 0 }, c = { 0 };
	int table[8] = { 5, 3, 9 }, key = 9;
	size_t count = 3;

	printf("%d ", (int)((int *)lfind(&key, table, &count, sizeof(int), numbers) - table));
	key = 4;
	printf("%d ", lfind(&key, table, &count, sizeof(int), numbers) == NULL);
	printf("%d %d\n", (int)((int *)lsearch(&key, table, &count, sizeof(int), numbers) - table), (int)count);
	insque(&a, NULL);
	insque(&c, &a);
	insque(&b, &a);
	printf("%d %d %d %d\n", a.q_forw == &b, b.q_forw == &c, c.q_back == &b, a.q_back == NULL);
	remque(&b);
	printf("%d %d\n", a.q_forw == &c, c.q_back == &a);
}

static void generators(void)
{
	static const size_t sizes[] = { 8, 32, 64, 128, 256 };
	static long states[5][64];
	unsigned short x[3] = { 1, 2, 3 }, y[7] = { 1, 2, 3, 4, 5, 6, 7 };
	char *before;

	for (int i = 0; i < 10; i++)
		printf("%ld ", random());
	printf("%d\n", rand());
	srandom(42);
	for (int i = 0; i < 400; i++)
		printf("%ld%c", random(), i % 10 == 9 ? '\n' : ' ');
	for (int k = 0; k < 5; k++) {
		before = initstate(17, (char *)states[k], sizes[k]);
		for (int i = 0; i < 10; i++)
			printf("%ld ", random());
		setstate(before);
		printf("%ld\n", random());
	}
	for (int k = 0; k < 5; k++) {
		before = setstate((char *)states[k]);
		for (int i = 0; i < 10; i++)
			printf("%ld ", random());
		setstate(before);
		printf("%ld\n", random());
	}
	srand48(5);
	for (int i = 0; i < 100; i++)
		printf("%.17g %ld %ld %.17g %ld %ld\n", drand48(), lrand48(), mrand48(), erand48(x), nrand48(x), jrand48(x));
	lcong48(y);
	printf("%ld %.17g ", lrand48(), drand48());
	seed48(x);
	printf("%ld\n", mrand48());
	for (int i = 0; i < 70; i++)
		printf("%s %ld\n", l64a((long)i * 123456789), a64l(l64a((long)i * 123456789)));
	printf("%ld %ld\n", a64l("zzzzzz"), a64l(".."));
}

int main(void)
{
	generators();
	hashed();
	trees();
	lines();
	return 0;
}
