/*
 * The code of seccomp's filters: what is accepted, and what it does. A program only goes forward and ends in a return, so it
 * ends; it reads words of the call's description, its own 16 words of memory, which it must have written before, and nothing else.
 */
#include <core/string.h>
#include <mm/kmalloc.h>
#include <sched/internal.h>
#include <abi/errno.h>
#include "seccomp.h"

static bool good_alu(const struct abi_sock_filter *i)
{
	switch (BPF_OP(i->code)) {
	case BPF_ADD:
	case BPF_SUB:
	case BPF_MUL:
	case BPF_OR:
	case BPF_AND:
	case BPF_XOR:
		return true;
	case BPF_DIV:
		return (i->code & BPF_X) || i->k != 0;
	case BPF_LSH:
	case BPF_RSH:
		return (i->code & BPF_X) || i->k < 32;
	case BPF_NEG:
		return !(i->code & BPF_X);
	}
	return false;
}

static bool good_jump(const struct abi_sock_filter *i, unsigned left)
{
	switch (BPF_OP(i->code)) {
	case BPF_JA:
		return !(i->code & BPF_X) && i->k < left;
	case BPF_JEQ:
	case BPF_JGT:
	case BPF_JGE:
	case BPF_JSET:
		return i->jt < left && i->jf < left;
	}
	return false;
}

/* One instruction, with `left` behind it. */
static bool good(const struct abi_sock_filter *i, unsigned left)
{
	switch (i->code) {
	case BPF_LD | BPF_W | BPF_ABS:
		return i->k < sizeof(struct abi_seccomp_data) && !(i->k & 3);
	case BPF_LD | BPF_W | BPF_LEN:
	case BPF_LDX | BPF_W | BPF_LEN:
	case BPF_LD | BPF_IMM:
	case BPF_LDX | BPF_IMM:
	case BPF_RET | BPF_K:
	case BPF_RET | BPF_A:
	case BPF_MISC | BPF_TAX:
	case BPF_MISC | BPF_TXA:
		return true;
	case BPF_LD | BPF_MEM:
	case BPF_LDX | BPF_MEM:
	case BPF_ST:
	case BPF_STX:
		return i->k < BPF_MEMWORDS;
	}
	if (i->code & ~0xffu)
		return false;
	if (BPF_CLASS(i->code) == BPF_ALU)
		return good_alu(i);
	return BPF_CLASS(i->code) == BPF_JMP && good_jump(i, left);
}

/* Words of memory that every way to an instruction has written, a bit each: none is read before. 0, -EINVAL, -ENOMEM. */
static int check_memory(const struct abi_sock_filter *code, unsigned n)
{
	u16 *written = kmalloc(n * sizeof(*written), GFP_KERNEL), now = 0;
	int error = 0;

	if (!written)
		return -ENOMEM;
	memset(written, 0xff, n * sizeof(*written));
	for (unsigned at = 0; at < n && !error; at++) {
		const struct abi_sock_filter *i = &code[at];

		now &= written[at];
		switch (i->code) {
		case BPF_ST:
		case BPF_STX:
			now |= (u16)(1u << i->k);
			break;
		case BPF_LD | BPF_MEM:
		case BPF_LDX | BPF_MEM:
			if (!(now & 1u << i->k))
				error = -EINVAL;
			break;
		case BPF_JMP | BPF_JA:
			written[at + 1 + i->k] &= now;
			now = 0xffff;		/* nothing falls through */
			break;
		default:
			if (BPF_CLASS(i->code) == BPF_JMP) {
				written[at + 1 + i->jt] &= now;
				written[at + 1 + i->jf] &= now;
				now = 0xffff;
			}
		}
	}
	kfree(written);
	return error;
}

int seccomp_check(const struct abi_sock_filter *code, unsigned n)
{
	if (n == 0 || n > BPF_MAXINSNS)
		return -EINVAL;
	for (unsigned i = 0; i < n; i++)
		if (!good(&code[i], n - i - 1))
			return -EINVAL;
	if (BPF_CLASS(code[n - 1].code) != BPF_RET)
		return -EINVAL;
	return check_memory(code, n);
}

static u32 compute(unsigned op, u32 a, u32 b)
{
	switch (op) {
	case BPF_ADD: return a + b;
	case BPF_SUB: return a - b;
	case BPF_MUL: return a * b;
	case BPF_DIV: return b ? a / b : 0;
	case BPF_OR: return a | b;
	case BPF_AND: return a & b;
	case BPF_XOR: return a ^ b;
	case BPF_LSH: return a << (b & 31);
	case BPF_RSH: return a >> (b & 31);
	}
	return -a;
}

static bool holds(unsigned op, u32 a, u32 b)
{
	switch (op) {
	case BPF_JEQ: return a == b;
	case BPF_JGT: return a > b;
	case BPF_JGE: return a >= b;
	}
	return a & b;
}

u32 seccomp_run(const struct abi_sock_filter *i, const struct abi_seccomp_data *data)
{
	u32 a = 0, x = 0, memory[BPF_MEMWORDS];

	for (;; i++) {
		u32 operand = i->code & BPF_X ? x : i->k;

		switch (i->code) {
		case BPF_RET | BPF_K: return i->k;
		case BPF_RET | BPF_A: return a;
		case BPF_LD | BPF_W | BPF_ABS: memcpy(&a, (const u8 *)data + i->k, sizeof(a)); continue;
		case BPF_LD | BPF_W | BPF_LEN: a = sizeof(*data); continue;
		case BPF_LDX | BPF_W | BPF_LEN: x = sizeof(*data); continue;
		case BPF_LD | BPF_IMM: a = i->k; continue;
		case BPF_LDX | BPF_IMM: x = i->k; continue;
		case BPF_LD | BPF_MEM: a = memory[i->k]; continue;
		case BPF_LDX | BPF_MEM: x = memory[i->k]; continue;
		case BPF_ST: memory[i->k] = a; continue;
		case BPF_STX: memory[i->k] = x; continue;
		case BPF_MISC | BPF_TAX: x = a; continue;
		case BPF_MISC | BPF_TXA: a = x; continue;
		case BPF_JMP | BPF_JA: i += i->k; continue;
		}
		if (BPF_CLASS(i->code) == BPF_JMP) {
			i += holds(BPF_OP(i->code), a, operand) ? i->jt : i->jf;
			continue;
		}
		/* A division by an x of 0 ends the filter, as the strictest. */
		if (i->code == (BPF_ALU | BPF_DIV | BPF_X) && !x)
			return SECCOMP_RET_KILL_THREAD;
		a = compute(BPF_OP(i->code), a, operand);
	}
}
