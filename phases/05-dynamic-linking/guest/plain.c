/* The least that a dynamic program can be; its file is what is broken. */
#include <string.h>
int plain_number = 7;
int *plain_address = &plain_number;
int main(int argc, char **argv) { return argc > 0 && strlen(argv[0]) > 0 ? *plain_address : 1; }
