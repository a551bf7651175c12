/*
 * What -fsanitize=undefined calls: each kind of undefined behaviour is one `BUG: undefined behaviour` line with its
 * place and a back trace, once per place (the location's column is marked), and execution goes on.
 *
 * The structures are those that GCC's and clang's instrumentation passes.
 */
#include <core/printk.h>
#include <core/types.h>

#ifdef CONFIG_DEBUG

struct location {
	const char *file;
	u32 line, column;
};
struct type { u16 kind, info; char name[]; };

struct overflow_data { struct location loc; struct type *type; };
struct shift_data { struct location loc; struct type *left, *right; };
struct bounds_data { struct location loc; struct type *array, *index; };
struct unreachable_data { struct location loc; };
struct vla_data { struct location loc; struct type *type; };
struct value_data { struct location loc; struct type *type; };
struct builtin_data { struct location loc; u8 kind; };

static void report(struct location *loc, const char *what, const struct type *type)
{
	u32 column = loc->column;

	if (column == ~0u)
		return;
	loc->column = ~0u;
	printk(KERN_ERR "BUG: undefined behaviour: %s%s%s at %s:%u:%u\n", what, type ? " on " : "", type ? type->name : "",
	       loc->file, loc->line, column);
	dump_stack();
}

/* Values that follow d are left alone: they come in registers, so that a variable argument list would misplace d. */
#define HANDLER(name, data_t, what, type_of) \
	void __ubsan_handle_##name(struct data_t *d); \
	void __ubsan_handle_##name(struct data_t *d) { report(&d->loc, what, type_of); }

HANDLER(add_overflow, overflow_data, "addition overflow", d->type)
HANDLER(sub_overflow, overflow_data, "subtraction overflow", d->type)
HANDLER(mul_overflow, overflow_data, "multiplication overflow", d->type)
HANDLER(negate_overflow, overflow_data, "negation overflow", d->type)
HANDLER(divrem_overflow, overflow_data, "division by zero or overflow", d->type)
HANDLER(shift_out_of_bounds, shift_data, "shift out of bounds", d->left)
HANDLER(out_of_bounds, bounds_data, "index out of bounds", d->array)
HANDLER(vla_bound_not_positive, vla_data, "array bound not positive", d->type)
HANDLER(load_invalid_value, value_data, "load of an invalid value", d->type)
HANDLER(nonnull_arg, unreachable_data, "null passed where none is allowed", NULL)
HANDLER(invalid_builtin, builtin_data, "builtin with zero", NULL)

void __ubsan_handle_builtin_unreachable(struct unreachable_data *d) __noreturn;
void __ubsan_handle_builtin_unreachable(struct unreachable_data *d)
{
	report(&d->loc, "unreachable code reached", NULL);
	panic("unreachable code at %s:%u", d->loc.file, d->loc.line);
}

#endif
