int ring1_base(void);
int ring2_value(void) { return ring1_base() * 2; }
