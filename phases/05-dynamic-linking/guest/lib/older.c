/* libversions as it was before its third version. */
int first_form(void) { return 1; }
int second_form(void) { return 2; }
__asm__(".symver first_form, form@V_1");
__asm__(".symver second_form, form@@V_2");
