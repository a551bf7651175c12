/* Relocations in its text. */
int textual_number = 72;
int *textual_address(void) { return &textual_number; }
int textual_value(void) { return textual_number; }
