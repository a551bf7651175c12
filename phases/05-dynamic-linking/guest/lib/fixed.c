/* Insists on a fixed place for its thread variable. */
__thread int placed = 62;
int *placed_address(void) { return &placed; }
