/* ioctl by device: what every file answers, a terminal's, a disk's and a network interface's requests, and who refuses. */
#include "../../guest/testing.h"
#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <abi/ioctl.h>

static void network(void)
{
	int s = socket(AF_UNIX, SOCK_DGRAM, 0), file = open("/dev/null", O_RDWR);
	struct abi_ifreq r = { .ifr_name = "lo" }, list[4];
	struct abi_ifconf c = { sizeof(list), (unsigned)(unsigned long)list };

	IS(ioctl(s, SIOCGIFINDEX, &r), 0);
	IS(r.ifr_value, 1);
	IS(ioctl(s, SIOCGIFFLAGS, &r), 0);
	OK(r.ifr_flags & IFF_LOOPBACK, "lo is a loop");
	r.ifr_flags |= IFF_UP;
	IS(ioctl(s, SIOCSIFFLAGS, &r), 0);
	IS(ioctl(s, SIOCGIFFLAGS, &r), 0);
	OK((r.ifr_flags & (IFF_UP | IFF_RUNNING)) == (IFF_UP | IFF_RUNNING), "it is up");
	memset(&r.ifr_in, 0, sizeof(r.ifr_in));
	r.ifr_in.sin_family = AF_INET;
	r.ifr_in.sin_addr = 0x0100007f;
	IS(ioctl(s, SIOCSIFADDR, &r), 0);
	r.ifr_in.sin_addr = 0;
	IS(ioctl(s, SIOCGIFADDR, &r), 0);
	IS(r.ifr_in.sin_addr, 0x0100007f);
	IS(ioctl(s, SIOCGIFNETMASK, &r), 0);
	IS(r.ifr_in.sin_addr, 0xff);
	IS(ioctl(s, SIOCGIFCONF, &c), 0);
	IS(c.ifc_len, (int)sizeof(list[0]));
	OK(!strcmp(list[0].ifr_name, "lo"), "the list names it");
	r.ifr_value = 1;
	IS(ioctl(s, SIOCGIFNAME, &r), 0);
	OK(!strcmp(r.ifr_name, "lo"), "number 1 is lo");
	strcpy(r.ifr_name, "eth9");
	ERRNO(ioctl(s, SIOCGIFFLAGS, &r), ENODEV);
	ERRNO(ioctl(s, SIOCGIFFLAGS, (void *)4), EFAULT);
	ERRNO(ioctl(file, SIOCGIFFLAGS, &r), ENOTTY);
	strcpy(r.ifr_name, "lo");
	if (setuid(1000) == 0)
		ERRNO(ioctl(s, SIOCSIFFLAGS, &r), EPERM);
}

static void files(void)
{
	int file = open("/dev/null", O_RDWR), on = 1, size[4];

	IS(ioctl(file, FIOCLEX), 0);
	IS(fcntl(file, F_GETFD), FD_CLOEXEC);
	IS(ioctl(file, FIONCLEX), 0);
	IS(fcntl(file, F_GETFD), 0);
	IS(ioctl(file, FIONBIO, &on), 0);
	OK(fcntl(file, F_GETFL) & O_NONBLOCK, "it does not block");
	ERRNO(ioctl(file, FIONBIO, (void *)4), EFAULT);
	ERRNO(ioctl(file, TIOCGWINSZ, size), ENOTTY);
	ERRNO(ioctl(file, 0xdeadbeef, size), ENOTTY);
	ERRNO(ioctl(999, FIONBIO, &on), EBADF);
	close(file);
}

int main(void)
{
	files();
	network();
	return test_done();
}
