/* reset: gives a terminal back its usual modes and an empty screen. */
#include <stdio.h>
#include <termios.h>
#include "common/common.h"

int main(void)
{
	struct termios modes;

	if (!tcgetattr(2, &modes)) {
		modes.c_iflag = BRKINT | ICRNL | IXON | IMAXBEL;
		modes.c_oflag = OPOST | ONLCR;
		modes.c_lflag = ISIG | ICANON | IEXTEN | ECHO | ECHOE | ECHOK | ECHOCTL | ECHOKE;
		modes.c_cflag = (modes.c_cflag & CBAUD) | CS8 | CREAD | (modes.c_cflag & (CLOCAL | HUPCL));
		tcsetattr(2, TCSADRAIN, &modes);
	}
	fputs("\033c\033[m\033[H\033[2J", stdout);
	return finish(0);
}
