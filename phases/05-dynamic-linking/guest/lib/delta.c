#include <string.h>
#include <unistd.h>
char delta_order[32];
static int count;
void delta_note(char what);
int delta_value(void);
void delta_note(char what)
{
	if (count < 31)
		delta_order[count++] = what;
	/* The end is seen from outside. */
	if (what >= 'A' && what <= 'Z' && getpid() && write(9, &what, 1) < 0)
		return;
}
int delta_value(void) { return 1; }
__attribute__((constructor)) static void begin(void) { delta_note('d'); }
__attribute__((destructor)) static void end(void) { delta_note('D'); }
