/* yes: says the same until nobody listens. */
#include <err.h>
#include <stdio.h>

int main(int argc, char **argv)
{
	for (;;) {
		for (int i = 1; i < argc; i++)
			printf("%s%s", i > 1 ? " " : "", argv[i]);
		if (puts(argc > 1 ? "" : "y") < 0 || ferror(stdout))
			err(1, "standard output");
	}
}
