int common(void) { return 'e'; }
int deep_common(void) { return common(); }
