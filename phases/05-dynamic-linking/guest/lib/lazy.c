/* Calls each function of libmany through its linkage table: what threads bind at the same time. */
#define EACH(n) int many_##n(void); int lazy_##n(void); int lazy_##n(void) { return many_##n() + 1; }
#define FIVE(a, b, c, d, e) EACH(a) EACH(b) EACH(c) EACH(d) EACH(e)
FIVE(1, 2, 3, 4, 5)
FIVE(6, 7, 8, 9, 10)
FIVE(11, 12, 13, 14, 15)
FIVE(16, 17, 18, 19, 20)
FIVE(21, 22, 23, 24, 25)
FIVE(26, 27, 28, 29, 30)
FIVE(31, 32, 33, 34, 35)
FIVE(36, 37, 38, 39, 40)
#define NAME(n) lazy_##n
#define NAMES(a, b, c, d, e) NAME(a), NAME(b), NAME(c), NAME(d), NAME(e)
int (*const lazy_all[40])(void) = {
	NAMES(1, 2, 3, 4, 5),
	NAMES(6, 7, 8, 9, 10),
	NAMES(11, 12, 13, 14, 15),
	NAMES(16, 17, 18, 19, 20),
	NAMES(21, 22, 23, 24, 25),
	NAMES(26, 27, 28, 29, 30),
	NAMES(31, 32, 33, 34, 35),
	NAMES(36, 37, 38, 39, 40),
};
