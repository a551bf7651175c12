int there_is_no_such_function(void);
int missing_value(void) { return there_is_no_such_function(); }
int missing_good(void) { return 82; }
