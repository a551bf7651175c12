/* Uses what only a library opened with RTLD_GLOBAL has. */
int only_first(void);
int later_value(void) { return only_first(); }
