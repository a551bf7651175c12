/* One name in three versions. */
int first_form(void) { return 1; }
int second_form(void) { return 2; }
int third_form(void) { return 3; }
__asm__(".symver first_form, form@V_1");
__asm__(".symver second_form, form@V_2");
__asm__(".symver third_form, form@@V_3");
