/* Has a hash table of the old form only. */
void delta_note(char what);
int delta_value(void);
int gamma_value(void) { return 10 + delta_value(); }
int only_gamma(void) { return 77; }
__attribute__((constructor)) static void begin(void) { delta_note('g'); }
__attribute__((destructor)) static void end(void) { delta_note('G'); }
