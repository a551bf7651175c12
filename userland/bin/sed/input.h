/* sed's input, and where its output goes. Errors in writing end the program. */
#ifndef BIN_SED_INPUT_H
#define BIN_SED_INPUT_H

#include "sed.h"

extern struct output *main_output;
extern unsigned long line_number;
extern int input_failed;	/* a file could not be read */

void input_start(char **names);
/* Adds the next line to the space, without its newline. 0 when there is none. */
int input_next(struct buffer *space, int *has_newline);
/* Whether the line read last is the last: what $ means. */
int input_is_last(void);
/* Whether there is no line to come. */
int input_is_over(void);
/* After q: closes what is open; with -i the rest is copied. */
void input_end(void);

#endif
