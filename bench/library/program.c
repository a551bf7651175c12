/*
 * What functions of a C library cost: compiled with ours and with glibc, and run by the rows of bench/guest/library.c.
 *
 * Usage: program NAME ROUNDS DESCRIPTOR, where the cycles that the rounds took are written to, as 8 bytes.
 *
 * Each row's input is the same for both libraries, made before its time is taken.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static uint32_t state = 1;

static unsigned random32(void)
{
	state ^= state << 13;
	state ^= state >> 17;
	state ^= state << 5;
	return state;
}

static uint64_t now(void)
{
	uint32_t low, high;

	__asm__ volatile("rdtsc" : "=a"(low), "=d"(high));
	return (uint64_t)high << 32 | low;
}

static char from[1 << 20], to[1 << 20], text[8192];
static uint32_t numbers[20000], sorted[20000];
static void *blocks[1000];
static char *words[3000];
static volatile size_t sink;

/* Small, of many sizes, freed in another order; and larger ones. */
static void run_malloc(int rounds)
{
	for (int r = 0; r < rounds; r++) {
		unsigned i = random32() % 1000;

		free(blocks[i]);
		blocks[i] = malloc(16 + random32() % 240);
	}
}

static void run_malloc_stack(int rounds)
{
	for (int r = 0; r < rounds; r += 10) {
		for (int i = 0; i < 10; i++)
			blocks[i] = malloc(40);
		for (int i = 10; i-- > 0;)
			free(blocks[i]);
		blocks[0] = NULL;
	}
	memset(blocks, 0, 10 * sizeof(blocks[0]));
}

static void run_malloc_large(int rounds)
{
	for (int r = 0; r < rounds; r++) {
		unsigned i = random32() % 100;

		free(blocks[i]);
		blocks[i] = malloc(1000 + random32() % 30000);
	}
}

static void run_realloc(int rounds)
{
	char *grown = NULL;

	for (int r = 0; r < rounds; r++) {
		grown = realloc(grown, 100 + (size_t)(r % 200) * 50);
		grown[0] = 1;
	}
	free(grown);
}

static void run_memcpy_small(int rounds)
{
	for (int r = 0; r < rounds; r++)
		memcpy(to + r % 64, from + r % 48, (size_t)(r % 61));
}

static void run_memcpy_1k(int rounds)
{
	for (int r = 0; r < rounds; r++)
		memcpy(to + r % 64, from + r % 48, 1024);
}

static void run_memcpy_64k(int rounds)
{
	for (int r = 0; r < rounds; r++)
		memcpy(to + r % 64, from + r % 48, 65536);
}

static void run_strlen_short(int rounds)
{
	for (int r = 0; r < rounds; r++)
		sink += strlen(words[r % 3000]);
}

static void run_strlen_1k(int rounds)
{
	for (int r = 0; r < rounds; r++)
		sink += strlen(text + r % 64);
}

static int by_number(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

static int by_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static void run_qsort_random(int rounds)
{
	for (int r = 0; r < rounds; r++) {
		memcpy(sorted, numbers, sizeof(numbers));
		qsort(sorted, 20000, sizeof(sorted[0]), by_number);
	}
}

static void run_qsort_sorted(int rounds)
{
	for (int r = 0; r < rounds; r++)
		qsort(sorted, 20000, sizeof(sorted[0]), by_number);
}

static void run_qsort_words(int rounds)
{
	static char *copy[3000];

	for (int r = 0; r < rounds; r++) {
		memcpy(copy, words, sizeof(words));
		qsort(copy, 3000, sizeof(copy[0]), by_text);
	}
}

static void run_qsort_records(int rounds)
{
	static struct { uint32_t key; char rest[12]; } records[5000];

	for (int r = 0; r < rounds; r++) {
		for (int i = 0; i < 5000; i++)
			records[i].key = numbers[i];
		qsort(records, 5000, sizeof(records[0]), by_number);
	}
}

static void run_printf_integers(int rounds)
{
	char out[100];

	for (int r = 0; r < rounds; r++)
		sink += (size_t)snprintf(out, sizeof(out), "%d %u %08x %5d\n", r * 7919, numbers[r % 20000], r * 31, -r);
}

static void run_printf_strings(int rounds)
{
	char out[200];

	for (int r = 0; r < rounds; r++)
		sink += (size_t)snprintf(out, sizeof(out), "%s: %-12s|%.3s %c\n", words[r % 3000], words[r % 2000],
					 words[r % 1000], 'a' + r % 26);
}

static void run_printf_floats(int rounds)
{
	char out[200];

	for (int r = 0; r < rounds; r++)
		sink += (size_t)snprintf(out, sizeof(out), "%.2f %g %e", r * 0.37, numbers[r % 20000] * 1e-5,
					 numbers[r % 1000] * 1e20);
}

static void run_fprintf(int rounds)
{
	FILE *null = fopen("/dev/null", "w");

	for (int r = 0; r < rounds; r++)
		fprintf(null, "%s %d %ld\n", words[r % 3000], r, (long)r * 100);
	fclose(null);
}

static const struct {
	const char *name;
	void (*run)(int rounds);
} rows[] = {
#define ROW(name, function) { name, run_##function }
	ROW("malloc-random", malloc), ROW("malloc-stack", malloc_stack), ROW("malloc-large", malloc_large),
	ROW("realloc", realloc), ROW("memcpy-small", memcpy_small), ROW("memcpy-1k", memcpy_1k),
	ROW("memcpy-64k", memcpy_64k), ROW("strlen-short", strlen_short), ROW("strlen-1k", strlen_1k),
	ROW("qsort-random", qsort_random), ROW("qsort-sorted", qsort_sorted), ROW("qsort-words", qsort_words),
	ROW("qsort-records", qsort_records), ROW("printf-integers", printf_integers),
	ROW("printf-strings", printf_strings), ROW("printf-floats", printf_floats), ROW("fprintf", fprintf),
};

static void prepare(void)
{
	memset(from, 'f', sizeof(from));
	memset(to, 't', sizeof(to));
	memset(text, 'x', 1100);
	for (int i = 0; i < 20000; i++)
		numbers[i] = random32();
	for (int i = 0; i < 3000; i++) {
		size_t length = 1 + random32() % 20;

		words[i] = malloc(length + 1);
		for (size_t k = 0; k < length; k++)
			words[i][k] = (char)('a' + random32() % 26);
		words[i][length] = '\0';
	}
}

int main(int argc, char **argv)
{
	int rounds = argc > 3 ? atoi(argv[2]) : 0;

	prepare();
	for (size_t i = 0; rounds > 0 && i < sizeof(rows) / sizeof(rows[0]); i++)
		if (!strcmp(argv[1], rows[i].name)) {
			uint64_t cycles;

			rows[i].run(rounds / 10 + 1);
			cycles = now();
			rows[i].run(rounds);
			cycles = now() - cycles;
			return write(atoi(argv[3]), &cycles, sizeof(cycles)) != sizeof(cycles);
		}
	return 2;
}
