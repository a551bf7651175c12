/*
 * random(): the additive feedback generator of BSD, whose sequences for a seed are known: a state of n words, each
 * new one the sum of two earlier ones; the smallest state is a linear congruential generator. rand() is the same.
 */
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include "thread.h"

static const struct {
	size_t bytes;
	unsigned char degree, separation;
} kinds[] = { { 8, 0, 0 }, { 32, 7, 3 }, { 64, 15, 1 }, { 128, 31, 3 }, { 256, 63, 1 } };

#define KINDS (sizeof(kinds) / sizeof(kinds[0]))

/* As srandom(1) leaves the state of 31 words; the word before it holds its kind and place. */
static int32_t first[32];
static struct {
	int32_t *words;
	unsigned kind, front, back;
	int seeded;
} now = { .words = first + 1, .kind = 3, .front = 3 };
static volatile int lock;

static int32_t congruential(int32_t seed)
{
	/* 16807 * seed modulo 2^31 - 1, by Schrage's method. */
	int32_t word = 16807 * (seed % 127773) - 2836 * (seed / 127773);

	return word < 0 ? word + 2147483647 : word;
}

static int32_t step(void)
{
	unsigned degree = kinds[now.kind].degree;
	uint32_t sum;

	if (!degree) {
		now.words[0] = (int32_t)(((uint32_t)now.words[0] * 1103515245u + 12345u) & 0x7fffffff);
		return now.words[0];
	}
	sum = (uint32_t)now.words[now.front] + (uint32_t)now.words[now.back];
	now.words[now.front] = (int32_t)sum;
	now.front = now.front + 1 == degree ? 0 : now.front + 1;
	now.back = now.back + 1 == degree ? 0 : now.back + 1;
	return (int32_t)(sum >> 1);
}

static void seed_with(unsigned seed)
{
	unsigned degree = kinds[now.kind].degree;

	now.seeded = 1;
	now.words[0] = (int32_t)(seed ? seed : 1);
	if (!degree)
		return;
	for (unsigned i = 1; i < degree; i++)
		now.words[i] = congruential(now.words[i - 1]);
	now.front = kinds[now.kind].separation;
	now.back = 0;
	for (unsigned i = 0; i < degree * 10; i++)
		(void)step();
}

static void start(void)
{
	if (!now.seeded)
		seed_with(1);
}

long random(void)
{
	long number;

	__lock(&lock);
	start();
	number = step();
	__unlock(&lock);
	return number;
}

void srandom(unsigned seed)
{
	__lock(&lock);
	seed_with(seed);
	__unlock(&lock);
}

int rand(void)
{
	return (int)random();
}

void srand(unsigned seed)
{
	srandom(seed);
}

/* Whoever uses the state next finds there how far it was used. */
static char *leave(void)
{
	start();
	now.words[-1] = (int32_t)(now.back * KINDS + now.kind);
	return (char *)(now.words - 1);
}

char *initstate(unsigned seed, char *state, size_t size)
{
	unsigned kind = KINDS;
	char *before;

	while (kind > 0 && kinds[kind - 1].bytes > size)
		kind--;
	if (!kind) {
		errno = EINVAL;
		return NULL;
	}
	__lock(&lock);
	before = leave();
	now.words = (int32_t *)(void *)state + 1;
	now.kind = kind - 1;
	seed_with(seed);
	(void)leave();
	__unlock(&lock);
	return before;
}

char *setstate(char *state)
{
	int32_t *words = (int32_t *)(void *)state;
	unsigned kind = (uint32_t)words[0] % KINDS, back = (uint32_t)words[0] / KINDS;
	char *before;

	if (kind && back >= kinds[kind].degree) {
		errno = EINVAL;
		return NULL;
	}
	__lock(&lock);
	before = leave();
	now.words = words + 1;
	now.kind = kind;
	now.back = back;
	now.front = kind ? (back + kinds[kind].separation) % kinds[kind].degree : 0;
	__unlock(&lock);
	return before;
}

int rand_r(unsigned *seed)
{
	unsigned next = *seed, number = 0;

	/* Three steps of a congruential generator give 31 bits: of each only the upper ones are any good. */
	for (int i = 0; i < 3; i++) {
		next = next * 1103515245u + 12345u;
		number = i ? number << 10 ^ ((next >> 16) & 1023) : (next >> 16) & 2047;
	}
	*seed = next;
	return (int)number;
}
