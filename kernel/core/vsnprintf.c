/*
 * Formatting for the log and for generated files: flags, width, precision, d i u x X o c s p n-less, lengths hh h l
 * ll z; %pS prints an address as symbol+offset, %pe an error number by name's absence as a number.
 */
#include <core/printk.h>
#include <core/string.h>

struct out {
	char *buf;
	size_t size, at;
};

static void put(struct out *o, char c)
{
	if (o->at < o->size)
		o->buf[o->at] = c;
	o->at++;
}

static void pad(struct out *o, int n, char c)
{
	while (n-- > 0)
		put(o, c);
}

struct spec {
	bool left, plus, space, alt, zero, upper;
	int width, precision;	/* precision -1: none */
};

static void put_string(struct out *o, const struct spec *s, const char *str)
{
	size_t n = s->precision >= 0 ? strnlen(str, (size_t)s->precision) : strlen(str);
	size_t i;

	if (!s->left)
		pad(o, s->width - (int)n, ' ');
	for (i = 0; i < n; i++)
		put(o, str[i]);
	if (s->left)
		pad(o, s->width - (int)n, ' ');
}

static void put_number(struct out *o, const struct spec *s, u64 v, bool negative, unsigned base)
{
	const char *digits = s->upper ? "0123456789ABCDEF" : "0123456789abcdef";
	char tmp[24], sign = negative ? '-' : s->plus ? '+' : s->space ? ' ' : 0;
	const char *prefix = s->alt && base == 16 && v ? (s->upper ? "0X" : "0x") : s->alt && base == 8 ? "0" : "";
	int n = 0, zeros, total;

	while (v) {
		if (base == 10 || v >> 32) {
			tmp[n++] = digits[div_u64_rem(&v, base)];
		} else {
			tmp[n++] = digits[(u32)v & (base - 1)];
			v = (u32)v >> (base == 16 ? 4 : 3);
		}
	}
	if (!n && s->precision != 0)
		tmp[n++] = '0';
	zeros = s->precision > n ? s->precision - n : 0;
	total = n + zeros + (sign != 0) + (int)strlen(prefix);
	if (s->zero && !s->left && s->precision < 0 && s->width > total) {
		zeros += s->width - total;
		total = s->width;
	}
	if (!s->left)
		pad(o, s->width - total, ' ');
	if (sign)
		put(o, sign);
	while (*prefix)
		put(o, *prefix++);
	pad(o, zeros, '0');
	while (n)
		put(o, tmp[--n]);
	if (s->left)
		pad(o, s->width - total, ' ');
}

static void put_symbol(struct out *o, const struct spec *s, unsigned long addr)
{
	struct spec hex = { .precision = -1, .alt = true };
	unsigned long offset;
	const char *name = symbol_lookup(addr, &offset);

	if (!name) {
		put_number(o, &hex, addr, false, 16);
		return;
	}
	put_string(o, s, name);
	put(o, '+');
	put_number(o, &hex, offset, false, 16);
}

int vsnprintf(char *buf, size_t size, const char *fmt, va_list ap)
{
	struct out o = { buf, size ? size - 1 : 0, 0 };

	for (; *fmt; fmt++) {
		struct spec s = { .precision = -1 };
		int length = 0;
		u64 v;

		if (*fmt != '%') {
			put(&o, *fmt);
			continue;
		}
		for (fmt++;; fmt++) {
			if (*fmt == '-') s.left = true;
			else if (*fmt == '+') s.plus = true;
			else if (*fmt == ' ') s.space = true;
			else if (*fmt == '#') s.alt = true;
			else if (*fmt == '0') s.zero = true;
			else break;
		}
		if (*fmt == '*') {
			s.width = va_arg(ap, int);
			if (s.width < 0) {
				s.left = true;
				s.width = -s.width;
			}
			fmt++;
		} else {
			while (*fmt >= '0' && *fmt <= '9')
				s.width = s.width * 10 + (*fmt++ - '0');
		}
		if (*fmt == '.') {
			fmt++;
			s.precision = 0;
			if (*fmt == '*') {
				s.precision = va_arg(ap, int);
				fmt++;
			} else {
				while (*fmt >= '0' && *fmt <= '9')
					s.precision = s.precision * 10 + (*fmt++ - '0');
			}
		}
		for (;; fmt++) {
			if (*fmt == 'l') length++;
			else if (*fmt == 'h') length--;
			else if (*fmt == 'z' || *fmt == 't') length = 1;
			else if (*fmt == 'j') length = 2;
			else break;
		}
		switch (*fmt) {
		case 'c':
			s.precision = 1;
			{
				char c[2] = { (char)va_arg(ap, int), 0 };

				if (c[0]) {
					put_string(&o, &s, c);
				} else {
					put(&o, 0);
				}
			}
			break;
		case 's': {
			const char *str = va_arg(ap, const char *);

			put_string(&o, &s, str ? str : "(null)");
			break;
		}
		case 'p':
			if (fmt[1] == 'S') {
				fmt++;
				put_symbol(&o, &s, va_arg(ap, unsigned long));
				break;
			}
			if (fmt[1] == 'e') {
				fmt++;
				put_number(&o, &s, (u64)-va_arg(ap, long), true, 10);
				break;
			}
			s.precision = 8;
			put_number(&o, &s, va_arg(ap, unsigned long), false, 16);
			break;
		case 'd':
		case 'i': {
			s64 i = length >= 2 ? va_arg(ap, s64) : (s64)va_arg(ap, int);

			if (length == -1)
				i = (short)i;
			else if (length <= -2)
				i = (signed char)i;
			put_number(&o, &s, i < 0 ? -(u64)i : (u64)i, i < 0, 10);
			break;
		}
		case 'u':
		case 'x':
		case 'X':
		case 'o':
			v = length >= 2 ? va_arg(ap, u64) : (u64)va_arg(ap, u32);
			if (length == -1)
				v = (u16)v;
			else if (length <= -2)
				v = (u8)v;
			s.upper = *fmt == 'X';
			put_number(&o, &s, v, false, *fmt == 'u' ? 10 : *fmt == 'o' ? 8 : 16);
			break;
		case '%':
			put(&o, '%');
			break;
		case 0:
			fmt--;
			break;
		default:
			put(&o, '%');
			put(&o, *fmt);
		}
	}
	if (size)
		buf[min(o.at, size - 1)] = 0;
	return (int)o.at;
}

int snprintf(char *buf, size_t size, const char *fmt, ...)
{
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(buf, size, fmt, ap);
	va_end(ap);
	return n;
}

int scnprintf(char *buf, size_t size, const char *fmt, ...)
{
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(buf, size, fmt, ap);
	va_end(ap);
	return size ? min(n, (int)size - 1) : 0;
}
