void delta_note(char what);
int delta_value(void);
int beta_value(void) { return 100 + delta_value(); }
int common(void) { return 'b'; }
__attribute__((constructor)) static void begin(void) { delta_note('b'); }
__attribute__((destructor)) static void end(void) { delta_note('B'); }
