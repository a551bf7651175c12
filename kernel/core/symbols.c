/*
 * The kernel's symbol table, made from the linked image (tools/build/kallsyms.ts): count, sorted addresses, name
 * offsets, then names, each with its nm type letter in front.
 */
#include <core/printk.h>
#include <core/string.h>

extern const u32 kallsyms_start[];

static const u32 *addresses(void) { return kallsyms_start + 1; }

static const char *entry(size_t i)
{
	u32 count = kallsyms_start[0];

	return (const char *)(kallsyms_start + 1 + 2 * count) + kallsyms_start[1 + count + i];
}

const char *symbol_lookup(unsigned long addr, unsigned long *offset)
{
	u32 count = kallsyms_start[0], low = 0, high = count;

	if (!count || addr < addresses()[0])
		return NULL;
	while (high - low > 1) {
		u32 mid = (low + high) / 2;

		if (addresses()[mid] <= addr)
			low = mid;
		else
			high = mid;
	}
	*offset = addr - addresses()[low];
	if (*offset > 0x100000)
		return NULL;
	return entry(low) + 1;
}

unsigned long symbol_address(const char *name)
{
	size_t i;

	for (i = 0; i < kallsyms_start[0]; i++)
		if (!strcmp(entry(i) + 1, name))
			return addresses()[i];
	return 0;
}

bool symbol_at(size_t index, unsigned long *addr, char *type, const char **name)
{
	if (index >= kallsyms_start[0])
		return false;
	*addr = addresses()[index];
	*type = entry(index)[0];
	*name = entry(index) + 1;
	return true;
}
