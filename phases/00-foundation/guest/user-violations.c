/*
 * What a program must not do kills it, by the right signal, and nothing else: each attempt is made in a
 * child of its own.
 */
#include "../../guest/testing.h"

#include <signal.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>

static volatile char *volatile nowhere;
static volatile char data_code[16] = {(char)0xc3};

static void read_null(void) { (void)*nowhere; }
static void write_null(void) { *nowhere = 1; }
static void read_kernel(void) { (void)*(volatile char *)0x80100000u; }
static void write_kernel(void) { *(volatile char *)0x80100000u = 1; }
static void read_top(void) { (void)*(volatile char *)0xfffff000u; }
static void call(uintptr_t address) { ((void (*)(void))address)(); }
static void execute_kernel(void) { call(0x80100000u); }
static void execute_null(void) { call(0); }
static void execute_data(void) { call((uintptr_t)data_code); }

static void execute_stack(void)
{
	volatile char code[16] = {(char)0xc3};

	call((uintptr_t)code);
}

static void execute_heap(void)
{
	char *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	page[0] = (char)0xc3;
	call((uintptr_t)page);
}

static void write_text(void) { *(volatile char *)(uintptr_t)write_null = 0; }

static void write_read_only(void)
{
	volatile char *page = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	*page = 1;
}

static void read_none(void)
{
	volatile char *page = mmap(NULL, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	(void)*page;
}

static void read_unmapped(void)
{
	volatile char *page = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	munmap((void *)page, 4096);
	(void)*page;
}

static volatile int bottomless = 1;

static int deeper(volatile int *above)
{
	volatile int frame[1024];

	frame[0] = above ? above[0] + 1 : 0;
	return bottomless ? deeper(frame) + frame[0] : 0;
}

static void overflow_stack(void)
{
	struct rlimit limit = {.rlim_cur = 1 << 20, .rlim_max = RLIM_INFINITY};

	setrlimit(RLIMIT_STACK, &limit);
	deeper(NULL);
}

static void halt(void) { __asm__ volatile("hlt"); }
static void disable_interrupts(void) { __asm__ volatile("cli"); }
static void port_in(void) { __asm__ volatile("inb $0x60, %%al" ::: "eax"); }
static void port_out(void) { __asm__ volatile("outb %%al, $0xf4" :: "a"(0x10)); }
static void load_cr3(void) { __asm__ volatile("mov %0, %%cr3" :: "r"(0)); }
static void read_cr0(void) { unsigned v; __asm__ volatile("mov %%cr0, %0" : "=r"(v)); }
static void load_idt(void) { static const char zero[6]; __asm__ volatile("lidt %0" :: "m"(zero)); }
static void read_msr(void) { __asm__ volatile("rdmsr" :: "c"(0x10) : "eax", "edx"); }
static void kernel_segment(void) { __asm__ volatile("mov %0, %%ds" :: "r"(0x10)); }
static void far_jump(void) { __asm__ volatile("ljmp $0x8, $0x80100000"); }
static void kernel_gate(void) { __asm__ volatile("int $0x0e"); }
static void undefined(void) { __asm__ volatile("ud2"); }

static void divide(void) { __asm__ volatile("xorl %%ecx, %%ecx; divl %%ecx" ::: "eax", "ecx", "edx"); }

static void breakpoint(void) { __asm__ volatile("int3"); }

static const struct {
	const char *name;
	void (*attempt)(void);
	int signal;
} attempts[] = {
	{"reads page 0", read_null, SIGSEGV},
	{"writes page 0", write_null, SIGSEGV},
	{"reads the kernel", read_kernel, SIGSEGV},
	{"writes the kernel", write_kernel, SIGSEGV},
	{"reads the last page", read_top, SIGSEGV},
	{"executes the kernel", execute_kernel, SIGSEGV},
	{"executes page 0", execute_null, SIGSEGV},
	{"executes data", execute_data, SIGSEGV},
	{"executes its stack", execute_stack, SIGSEGV},
	{"executes its heap", execute_heap, SIGSEGV},
	{"writes its text", write_text, SIGSEGV},
	{"writes a read-only page", write_read_only, SIGSEGV},
	{"reads a page without access", read_none, SIGSEGV},
	{"reads an unmapped page", read_unmapped, SIGSEGV},
	{"overflows its stack", overflow_stack, SIGSEGV},
	{"halts", halt, SIGSEGV},
	{"disables interrupts", disable_interrupts, SIGSEGV},
	{"reads a port", port_in, SIGSEGV},
	{"writes a port", port_out, SIGSEGV},
	{"loads CR3", load_cr3, SIGSEGV},
	{"reads CR0", read_cr0, SIGSEGV},
	{"loads an IDT", load_idt, SIGSEGV},
	{"reads an MSR", read_msr, SIGSEGV},
	{"loads a segment of the kernel", kernel_segment, SIGSEGV},
	{"jumps into the kernel's segment", far_jump, SIGSEGV},
	{"raises an exception's vector", kernel_gate, SIGSEGV},
	{"runs an undefined instruction", undefined, SIGILL},
	{"divides by zero", divide, SIGFPE},
	{"runs a breakpoint", breakpoint, SIGTRAP},
};

#define COUNT (sizeof(attempts) / sizeof(attempts[0]))

int main(void)
{
	TEST_PLAN(COUNT + 1);
	for (size_t i = 0; i < COUNT; i++) {
		struct rlimit no_core = {0, 0};
		int status = 0;
		pid_t pid = fork();
		BAIL_UNLESS(pid >= 0, "no child");
		if (pid == 0) {
			setrlimit(RLIMIT_CORE, &no_core);
			attempts[i].attempt();
			_exit(0);
		}
		BAIL_UNLESS(waitpid(pid, &status, 0) == pid, "lost a child");
		OK(WIFSIGNALED(status) && WTERMSIG(status) == attempts[i].signal, "a program that %s ends by signal %d",
		   attempts[i].name, attempts[i].signal);
		if (!WIFSIGNALED(status) || WTERMSIG(status) != attempts[i].signal)
			DIAG("status %x", status);
	}
	OK(1, "and nobody else has been harmed");
	return test_done();
}
