/*
 * From bytes to tokens. Words are taken apart while they are read: quotes, parameters and substitutions
 * become parts, and commands inside substitutions are parsed at once, which is what finds their end.
 */
#include <ctype.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include "lex.h"

/* A word being put together. */
struct builder {
	struct parser *parser;
	struct part *first, **end;
	struct text literal;		/* not yet a part */
	enum part_kind kind;		/* of what is in literal */
	int started;			/* the literal exists, even if it is empty */
};

static void begin(struct builder *builder, struct parser *parser)
{
	memset(builder, 0, sizeof(*builder));
	builder->parser = parser;
	builder->end = &builder->first;
}

static struct part *add_part(struct builder *builder, enum part_kind kind)
{
	struct part *part = arena_alloc(builder->parser->arena, sizeof(*part));

	part->kind = kind;
	*builder->end = part;
	builder->end = &part->next;
	return part;
}

static void flush(struct builder *builder)
{
	if (builder->started) {
		struct part *part = add_part(builder, builder->kind);

		part->text = arena_copy(builder->parser->arena, builder->literal.data ? builder->literal.data : "",
					builder->literal.length);
	}
	builder->literal.length = 0;
	builder->started = 0;
}

static void literal(struct builder *builder, enum part_kind kind, int c)
{
	if (builder->started && builder->kind != kind)
		flush(builder);
	builder->kind = kind;
	builder->started = 1;
	if (c >= 0)
		text_byte(&builder->literal, (char)c);
}

static struct part *finish(struct builder *builder)
{
	flush(builder);
	free(builder->literal.data);
	return builder->first;
}

void syntax_error(struct parser *parser, const char *format, ...)
{
	va_list arguments;
	char text[256];

	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	current_line = parser->source->line;
	shell_warn("syntax error: %s", text);
	longjmp(*parser->failure, 1);
}

/* The next byte, with line continuations removed. */
static int next(struct parser *parser)
{
	for (;;) {
		int c = input_next(parser->source);

		if (c == INPUT_ALIAS_END)
			continue;
		return c;
	}
}

static int peek(struct parser *parser)
{
	for (;;) {
		int c = input_peek(parser->source);

		if (c != INPUT_ALIAS_END)
			return c;
		if (parser->source->pushed->ends_blank)
			parser->alias_next = 1;
		input_next(parser->source);
	}
}

static void single_quotes(struct builder *builder)
{
	literal(builder, PART_QUOTED, -1);
	for (;;) {
		int c = next(builder->parser);

		if (c == INPUT_EOF)
			syntax_error(builder->parser, "unterminated quoted string");
		if (c == '\'')
			return;
		literal(builder, PART_QUOTED, c);
	}
}

static void dollar(struct builder *builder, int quoted);
static void back_quotes(struct builder *builder, int quoted);

static struct part *double_quotes(struct parser *parser)
{
	return lex_double(parser, '"');
}

/* Parts as in double quotes, up to the end byte ('"', or INPUT_EOF for a text or here-document). */
struct part *lex_double(struct parser *parser, int end)
{
	struct builder builder;

	begin(&builder, parser);
	for (;;) {
		int c = next(parser);

		if (c == end)
			return finish(&builder);
		switch (c) {
		case INPUT_EOF:
			syntax_error(parser, "unterminated quoted string");
		case '\\':
			c = peek(parser);
			if (c == '\n') {
				next(parser);
			} else if (c == '$' || c == '`' || c == '\\' || (c == '"' && end == '"')) {
				literal(&builder, PART_QUOTED, next(parser));
			} else {
				literal(&builder, PART_QUOTED, '\\');
			}
			break;
		case '$':
			dollar(&builder, 1);
			break;
		case '`':
			back_quotes(&builder, 1);
			break;
		default:
			literal(&builder, PART_QUOTED, c);
		}
	}
}

static void read_parameter_name(struct parser *parser, struct part *part)
{
	struct text name = { 0 };
	int c = peek(parser);

	if (isdigit(c)) {
		while (isdigit(peek(parser)))
			text_byte(&name, (char)next(parser));
	} else if (isalpha(c) || c == '_') {
		while (isalnum(c = peek(parser)) || c == '_')
			text_byte(&name, (char)next(parser));
	} else if (c > 0 && strchr("@*#?-$!", c)) {
		text_byte(&name, (char)next(parser));
	} else {
		part->bad = 1;
	}
	part->text = arena_copy(parser->arena, name.data ? name.data : "", name.length);
	free(name.data);
}

/* The word inside ${name-word}, up to the brace, which is consumed. */
static struct part *braced_word(struct parser *parser, int quoted)
{
	struct builder builder;

	begin(&builder, parser);
	for (;;) {
		int c = next(parser);

		switch (c) {
		case INPUT_EOF:
			syntax_error(parser, "missing '}'");
		case '}':
			return finish(&builder);
		case '\\':
			c = peek(parser);
			if (c == '\n') {
				next(parser);
			} else if (!quoted || (c > 0 && strchr("$`\"\\}", c))) {
				literal(&builder, PART_QUOTED, next(parser));
			} else {
				literal(&builder, PART_QUOTED, '\\');
			}
			break;
		case '\'':
			if (quoted)
				literal(&builder, PART_QUOTED, c);
			else
				single_quotes(&builder);
			break;
		case '"': {
			struct part *inside = double_quotes(parser);

			flush(&builder);
			add_part(&builder, PART_DOUBLE)->parts = inside;
			break;
		}
		case '$':
			dollar(&builder, quoted);
			break;
		case '`':
			back_quotes(&builder, quoted);
			break;
		default:
			literal(&builder, quoted ? PART_QUOTED : PART_LITERAL, c);
		}
	}
}

static void skip_bad(struct parser *parser)
{
	int depth = 1, c;

	while (depth > 0 && (c = next(parser)) != INPUT_EOF)
		depth += c == '{' ? 1 : c == '}' ? -1 : 0;
}

/* After "${". */
static void braced_parameter(struct builder *builder, int quoted)
{
	struct parser *parser = builder->parser;
	struct part *part;
	int c;

	flush(builder);
	part = add_part(builder, PART_PARAMETER);
	if (peek(parser) == '#') {
		next(parser);
		c = peek(parser);
		/* ${#} and ${#op...} are about the number of parameters, ${#name} is a length. */
		if (c == '}' || (c > 0 && strchr(":-=+%", c)) || c == '?' || c == '#') {
			part->text = arena_copy(parser->arena, "#", 1);
			if (c == '?' || c == '-' || c == '#') {
				/* Either ${#?}, ${#-}, ${##} or an operator with a word. */
				next(parser);
				if (peek(parser) == '}') {
					char name = (char)c;

					next(parser);
					part->text = arena_copy(parser->arena, &name, 1);
					part->operator = 'L';
					return;
				}
				part->operator = (char)c;
				if (c == '#' && peek(parser) == '#') {
					next(parser);
					part->operator = 'S';
				}
				part->parts = braced_word(parser, quoted && c != '#');
				return;
			}
		} else {
			part->operator = 'L';
			read_parameter_name(parser, part);
			if (part->bad || next(parser) != '}') {
				part->bad = 1;
				skip_bad(parser);
			}
			return;
		}
	} else {
		read_parameter_name(parser, part);
	}
	c = part->bad ? 0 : next(parser);
	if (c == '}')
		return;
	if (c == ':') {
		part->colon = 1;
		c = next(parser);
	}
	if (c == '-' || c == '=' || c == '?' || c == '+') {
		part->operator = (char)c;
		part->parts = braced_word(parser, quoted);
		return;
	}
	if ((c == '%' || c == '#') && !part->colon) {
		part->operator = (char)c;
		if (peek(parser) == c) {
			next(parser);
			part->operator = c == '%' ? 'P' : 'S';
		}
		/* A pattern is quoted by its own quotes only. */
		part->parts = braced_word(parser, 0);
		return;
	}
	if (c == INPUT_EOF)
		syntax_error(parser, "missing '}'");
	part->bad = 1;
	skip_bad(parser);
}

/* After "$((": if it closes by "))" it is arithmetic. */
static void arithmetic_part(struct builder *builder)
{
	struct parser *parser = builder->parser;
	struct builder inside;
	struct part *part;
	int depth = 0;

	begin(&inside, parser);
	for (;;) {
		int c = next(parser);

		switch (c) {
		case INPUT_EOF:
			syntax_error(parser, "missing '))'");
		case '(':
			depth++;
			literal(&inside, PART_QUOTED, c);
			break;
		case ')':
			if (depth-- > 0) {
				literal(&inside, PART_QUOTED, c);
				break;
			}
			if (next(parser) != ')')
				syntax_error(parser, "missing '))'");
			flush(builder);
			part = add_part(builder, PART_ARITHMETIC);
			part->parts = finish(&inside);
			return;
		case '\\':
			c = peek(parser);
			if (c == '\n')
				next(parser);
			else
				literal(&inside, PART_QUOTED, c > 0 && strchr("$`\"\\", c) ? next(parser) : '\\');
			break;
		case '"':
			break;
		case '$':
			dollar(&inside, 1);
			break;
		case '`':
			back_quotes(&inside, 1);
			break;
		default:
			literal(&inside, PART_QUOTED, c);
		}
	}
}

static void dollar(struct builder *builder, int quoted)
{
	struct parser *parser = builder->parser;
	struct part *part;
	int c = peek(parser);

	if (c == '{') {
		next(parser);
		braced_parameter(builder, quoted);
	} else if (c == '(') {
		next(parser);
		if (peek(parser) == '(') {
			next(parser);
			arithmetic_part(builder);
			return;
		}
		flush(builder);
		part = add_part(builder, PART_COMMAND);
		part->command = parse_substitution(parser, TOKEN_CLOSE);
	} else if (isalpha(c) || c == '_') {
		flush(builder);
		read_parameter_name(parser, add_part(builder, PART_PARAMETER));
	} else if (c > 0 && (isdigit(c) || strchr("@*#?-$!", c))) {
		char name = (char)next(parser);

		flush(builder);
		part = add_part(builder, PART_PARAMETER);
		part->text = arena_copy(parser->arena, &name, 1);
	} else {
		literal(builder, quoted ? PART_QUOTED : PART_LITERAL, '$');
	}
}

/* The text between back quotes loses a level of backslashes, then is parsed by itself. */
static void back_quotes(struct builder *builder, int quoted)
{
	struct parser *parser = builder->parser, inner;
	struct text text = { 0 };
	struct part *part;

	for (;;) {
		int c = next(parser);

		if (c == INPUT_EOF)
			syntax_error(parser, "missing '`'");
		if (c == '`')
			break;
		if (c == '\\') {
			c = peek(parser);
			if (c == '$' || c == '`' || c == '\\' || (c == '"' && quoted))
				next(parser);
			else
				c = '\\';
		}
		text_byte(&text, (char)c);
	}
	flush(builder);
	part = add_part(builder, PART_COMMAND);
	memset(&inner, 0, sizeof(inner));
	inner.source = source_string(arena_copy(parser->arena, text.data ? text.data : "", text.length));
	inner.source->line = parser->source->line;
	inner.arena = parser->arena;
	inner.failure = parser->failure;
	inner.pending_end = &inner.pending;
	free(text.data);
	part->command = parse_substitution(&inner, TOKEN_END);
	source_free(inner.source);
}

/* One word, up to a byte that cannot be part of it; NULL for a line continuation before a word. */
static struct word *read_word(struct parser *parser)
{
	struct builder builder;
	struct word *word = arena_alloc(parser->arena, sizeof(*word));

	begin(&builder, parser);
	for (;;) {
		int c = input_peek(parser->source);

		if (c == INPUT_EOF || c == INPUT_ALIAS_END || strchr(" \t\n;&|<>()", c))
			break;
		next(parser);
		switch (c) {
		case '\\':
			c = peek(parser);
			if (c == '\n') {
				next(parser);
				/* Before a word this is a blank. */
				if (!builder.first && !builder.started)
					return NULL;
				continue;
			}
			if (c == INPUT_EOF)
				literal(&builder, PART_QUOTED, '\\');
			else
				literal(&builder, PART_QUOTED, next(parser));
			break;
		case '\'':
			single_quotes(&builder);
			break;
		case '"': {
			struct part *inside = double_quotes(parser);

			flush(&builder);
			add_part(&builder, PART_DOUBLE)->parts = inside;
			break;
		}
		case '$':
			dollar(&builder, 0);
			break;
		case '`':
			back_quotes(&builder, 0);
			break;
		default:
			literal(&builder, PART_LITERAL, c);
		}
	}
	word->parts = finish(&builder);
	if (word->parts && !word->parts->next && word->parts->kind == PART_LITERAL)
		word->literal = word->parts->text;
	return word;
}

/* One line of a here-document; 0 at the end of input. */
static int read_line(struct parser *parser, struct text *line)
{
	line->length = 0;
	text_add(line, "", 0);
	for (;;) {
		int c = next(parser);

		if (c == INPUT_EOF)
			return line->length > 0;
		text_byte(line, (char)c);
		if (c == '\n')
			return 1;
	}
}

static void read_document(struct parser *parser, struct redirect *redirect)
{
	struct text line = { 0 }, all = { 0 };
	size_t length = strlen(redirect->delimiter);
	struct word *word = arena_alloc(parser->arena, sizeof(*word));

	text_add(&all, "", 0);
	while (read_line(parser, &line)) {
		const char *start = line.data;

		/* In a document that is expanded, a continued line has no say in the delimiter. */
		while (redirect->strip && *start == '\t')
			start++;
		if (!strncmp(start, redirect->delimiter, length) && (start[length] == '\n' || !start[length]))
			break;
		text_string(&all, start);
	}
	if (redirect->is_quoted) {
		struct part *part = arena_alloc(parser->arena, sizeof(*part));

		part->kind = PART_QUOTED;
		part->text = arena_copy(parser->arena, all.data, all.length);
		word->parts = part;
	} else {
		struct parser inner = { .arena = parser->arena, .failure = parser->failure };

		inner.source = source_string(all.data);
		inner.source->line = parser->source->line;
		inner.pending_end = &inner.pending;
		word->parts = lex_double(&inner, INPUT_EOF);
		source_free(inner.source);
	}
	redirect->target = word;
	free(line.data);
	free(all.data);
}

static void read_documents(struct parser *parser)
{
	struct pending *list = parser->pending;

	parser->pending = NULL;
	parser->pending_end = &parser->pending;
	for (; list; list = list->next)
		read_document(parser, list->redirect);
}

static const struct {
	char text[4];
	enum token token;
} operators[] = {
	/* Longer ones first. */
	{ "<<-", TOKEN_HERE_STRIP }, { "<<", TOKEN_HERE }, { "<&", TOKEN_DUP_IN }, { "<>", TOKEN_READ_WRITE },
	{ "<", TOKEN_LESS }, { ">>", TOKEN_APPEND }, { ">&", TOKEN_DUP_OUT }, { ">|", TOKEN_CLOBBER },
	{ ">", TOKEN_GREATER }, { "&&", TOKEN_AND }, { "&", TOKEN_AMPERSAND }, { "||", TOKEN_OR },
	{ "|", TOKEN_PIPE }, { ";;", TOKEN_DOUBLE_SEMICOLON }, { ";&", TOKEN_FALL }, { ";", TOKEN_SEMICOLON },
	{ "(", TOKEN_OPEN }, { ")", TOKEN_CLOSE },
};

const char *token_text(enum token token)
{
	for (size_t i = 0; i < sizeof(operators) / sizeof(operators[0]); i++)
		if (operators[i].token == token)
			return operators[i].text;
	return token == TOKEN_NEWLINE ? "newline" : token == TOKEN_END ? "end of file" : "word";
}

static enum token read_operator(struct parser *parser)
{
	char text[4] = { 0 };
	size_t length = 0;

	/* Operators grow byte by byte as long as they remain the beginning of one. */
	for (;;) {
		int c = peek(parser);
		size_t i, count = sizeof(operators) / sizeof(operators[0]);

		if (c > 0 && length < 3) {
			text[length] = (char)c;
			for (i = 0; i < count && strncmp(operators[i].text, text, length + 1); i++)
				;
			if (i < count) {
				next(parser);
				length++;
				continue;
			}
		}
		text[length] = '\0';
		for (i = 0; i < count; i++)
			if (!strcmp(operators[i].text, text))
				return operators[i].token;
		return TOKEN_END;
	}
}

static void skip_blanks(struct parser *parser)
{
	for (;;) {
		int c = peek(parser);

		if (c == ' ' || c == '\t') {
			next(parser);
		} else if (c == '#') {
			while ((c = peek(parser)) != '\n' && c != INPUT_EOF)
				next(parser);
		} else {
			return;
		}
	}
}

void lex(struct parser *parser)
{
	int c;

again:
	skip_blanks(parser);
	parser->line = parser->source->line;
	c = peek(parser);
	if (c == INPUT_EOF) {
		if (parser->pending)
			read_documents(parser);
		parser->token = TOKEN_END;
	} else if (c == '\n') {
		next(parser);
		if (parser->pending)
			read_documents(parser);
		parser->token = TOKEN_NEWLINE;
	} else if (strchr(";&|<>()", c)) {
		parser->token = read_operator(parser);
	} else {
		parser->word = read_word(parser);
		if (!parser->word)
			goto again;
		parser->token = TOKEN_WORD;
		c = input_peek(parser->source);
		if ((c == '<' || c == '>') && parser->word->literal &&
		    strspn(parser->word->literal, "0123456789") == strlen(parser->word->literal))
			parser->token = TOKEN_NUMBER;
	}
}
