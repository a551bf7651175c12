/* Data that programs copy, functions chosen at load time, variables of threads. */
#include <stdint.h>
int wide_numbers[4] = { 1, 2, 3, 4 };
int *wide_address(void) { return wide_numbers; }
__thread int wide_local = 11;
__thread char wide_zero[100];
int *wide_local_address(void) { return &wide_local; }
static int chosen(void) { return 31; }
static int (*choose(void))(void) { return chosen; }
int indirect(void) __attribute__((ifunc("choose")));
int calls_indirect(void) { return indirect(); }
static int (*const table[])(void) = { chosen, indirect };
int by_table(int i) { return table[i](); }
