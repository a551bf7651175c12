/* Has something of everything that a loader reads; nothing of it runs when it is opened. Its file is what is broken. */
#include <stdlib.h>
#include <string.h>
int sample_number = 5;
__thread int sample_local = 6;
static __thread int sample_hidden = 7;
static const char *const words[] = { "one", "two", "three" };
const char *const *sample_words = words;
int old_sample(void), new_sample(void), sample_sum(void);
__attribute__((weak)) int sample_nowhere(void);
static int (*const functions[])(void) = { old_sample, new_sample, sample_nowhere };
int old_sample(void) { return 1; }
int new_sample(void) { return 2; }
int sample_sum(void)
{
	return (int)strlen(words[0]) + (functions[2] != NULL) + sample_number + sample_local + sample_hidden + abs(-1) + new_sample();
}
__asm__(".symver old_sample, sample@S_1");
__asm__(".symver new_sample, sample@@S_2");
