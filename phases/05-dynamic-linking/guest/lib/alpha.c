/* Needs beta and gamma, which both need delta. Says in which order things happen. */
#include <stdlib.h>
void delta_note(char what);
int beta_value(void);
int gamma_value(void);
int alpha_value(void) { return 1000 + beta_value() + gamma_value(); }
int common(void) { return 'a'; }
int calls_common(void) { return common(); }
__attribute__((weak)) int nowhere(void);
int has_nowhere(void) { return nowhere != NULL; }
__attribute__((visibility("protected"))) int guarded(void) { return 'A'; }
int calls_guarded(void) { return guarded(); }
__attribute__((constructor)) static void begin(void) { delta_note('a'); }
__attribute__((destructor)) static void end(void) { delta_note('A'); }
