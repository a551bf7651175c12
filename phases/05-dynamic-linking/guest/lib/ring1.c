/* ring1 and ring2 call each other; ring2 finds ring1 because that is loaded. */
int ring2_value(void);
int ring1_base(void) { return 5; }
int ring1_value(void) { return ring2_value() + 1; }
