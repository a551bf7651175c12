/*
 * The grammar of POSIX's shell language, by recursive descent. Reserved words are words that are
 * recognised where a command may begin.
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include "lex.h"

static struct node *parse_list(struct parser *parser, int to_newline);
static struct node *parse_and_or(struct parser *parser);
static struct node *parse_one(struct parser *parser);

static enum token peek(struct parser *parser)
{
	if (!parser->is_ready) {
		lex(parser);
		parser->is_ready = 1;
	}
	return parser->token;
}

static void advance(struct parser *parser)
{
	peek(parser);
	parser->is_ready = 0;
}

static struct node *new_node(struct parser *parser, enum node_kind kind)
{
	struct node *node = arena_alloc(parser->arena, sizeof(*node));

	node->kind = kind;
	node->line = parser->line;
	return node;
}

__attribute__((__noreturn__)) static void unexpected(struct parser *parser)
{
	enum token token = peek(parser);

	if (token == TOKEN_WORD && parser->word->literal)
		syntax_error(parser, "\"%s\" unexpected", parser->word->literal);
	syntax_error(parser, "%s unexpected", token_text(token));
}

/* Replaces an alias by its text; whether it did. */
static int expand_alias(struct parser *parser)
{
	const char *name, *text;

	if (parser->token != TOKEN_WORD || !parser->word->literal)
		return 0;
	name = parser->word->literal;
	text = alias_find(name);
	if (!text || input_in_alias(parser->source, name))
		return 0;
	input_push(parser->source, text, name);
	parser->is_ready = 0;
	return 1;
}

/* The token where a command may begin. */
static enum token peek_command(struct parser *parser)
{
	do
		peek(parser);
	while (expand_alias(parser));
	return parser->token;
}

static int is_reserved(struct parser *parser, const char *word)
{
	return peek_command(parser) == TOKEN_WORD && parser->word->literal && !strcmp(parser->word->literal, word);
}

static int accept(struct parser *parser, const char *word)
{
	if (!is_reserved(parser, word))
		return 0;
	advance(parser);
	return 1;
}

static void expect(struct parser *parser, const char *word)
{
	if (!accept(parser, word)) {
		enum token token = peek(parser);

		if (token == TOKEN_WORD && parser->word->literal)
			syntax_error(parser, "\"%s\" unexpected (expecting \"%s\")", parser->word->literal, word);
		syntax_error(parser, "%s unexpected (expecting \"%s\")", token_text(token), word);
	}
}

static void skip_newlines(struct parser *parser)
{
	while (peek(parser) == TOKEN_NEWLINE)
		advance(parser);
}

/* Words that end a list of commands. */
static int is_end(struct parser *parser)
{
	static const char *const words[] = { "then", "else", "elif", "fi", "do", "done", "esac", "}" };

	switch (peek_command(parser)) {
	case TOKEN_END:
	case TOKEN_CLOSE:
	case TOKEN_DOUBLE_SEMICOLON:
	case TOKEN_FALL:
		return 1;
	case TOKEN_WORD:
		for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
			if (is_reserved(parser, words[i]))
				return 1;
		return 0;
	default:
		return 0;
	}
}

/* A list that must not be empty. */
static struct node *parse_body(struct parser *parser)
{
	struct node *node = parse_list(parser, 0);

	if (!node)
		unexpected(parser);
	return node;
}

/* The text of a word with its quotes removed and nothing expanded, for a delimiter. */
static void plain_text(const struct part *parts, struct text *text, int *is_quoted)
{
	for (; parts; parts = parts->next) {
		if (parts->kind != PART_LITERAL)
			*is_quoted = 1;
		if (parts->kind == PART_DOUBLE) {
			plain_text(parts->parts, text, is_quoted);
		} else if (parts->kind == PART_PARAMETER) {
			text_byte(text, '$');
			text_string(text, parts->text);
		} else if (parts->text) {
			text_string(text, parts->text);
		}
	}
}

static int parse_redirect(struct parser *parser, struct redirect ***end)
{
	static const struct {
		enum token token;
		char kind;
		int fd;
	} kinds[] = {
		{ TOKEN_LESS, '<', 0 }, { TOKEN_GREATER, '>', 1 }, { TOKEN_APPEND, 'a', 1 }, { TOKEN_CLOBBER, '|', 1 },
		{ TOKEN_READ_WRITE, 'w', 0 }, { TOKEN_DUP_IN, 'i', 0 }, { TOKEN_DUP_OUT, 'o', 1 }, { TOKEN_HERE, 'h', 0 },
		{ TOKEN_HERE_STRIP, 'h', 0 },
	};
	struct redirect *redirect;
	struct text text = { 0 };
	int fd = -1;
	size_t i;

	if (peek(parser) == TOKEN_NUMBER) {
		fd = atoi(parser->word->literal);
		if (strlen(parser->word->literal) > 9)
			syntax_error(parser, "bad file descriptor");
		advance(parser);
	}
	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (kinds[i].token == peek(parser))
			break;
	if (i == sizeof(kinds) / sizeof(kinds[0])) {
		if (fd >= 0)
			unexpected(parser);
		return 0;
	}
	redirect = arena_alloc(parser->arena, sizeof(*redirect));
	redirect->kind = kinds[i].kind;
	redirect->fd = fd >= 0 ? fd : kinds[i].fd;
	redirect->strip = kinds[i].token == TOKEN_HERE_STRIP;
	advance(parser);
	if (peek(parser) != TOKEN_WORD && peek(parser) != TOKEN_NUMBER)
		unexpected(parser);
	redirect->target = parser->word;
	if (redirect->kind == 'h') {
		struct pending *pending = arena_alloc(parser->arena, sizeof(*pending));

		text_add(&text, "", 0);
		plain_text(parser->word->parts, &text, &redirect->is_quoted);
		redirect->delimiter = arena_copy(parser->arena, text.data, text.length);
		free(text.data);
		pending->redirect = redirect;
		*parser->pending_end = pending;
		parser->pending_end = &pending->next;
	}
	advance(parser);
	**end = redirect;
	*end = &redirect->next;
	return 1;
}

static void parse_redirects(struct parser *parser, struct node *node)
{
	struct redirect **end = &node->redirects;

	while (*end)
		end = &(*end)->next;
	while (parse_redirect(parser, &end))
		;
}

static int is_assignment(const struct word *word)
{
	const struct part *part = word->parts;
	size_t length;

	if (!part || part->kind != PART_LITERAL)
		return 0;
	length = name_span(part->text);
	return length > 0 && part->text[length] == '=';
}

static struct node *parse_function(struct parser *parser, const char *name)
{
	struct node *node = new_node(parser, NODE_FUNCTION);

	if (!is_name(name))
		syntax_error(parser, "bad function name");
	node->name = name;
	advance(parser);
	if (peek(parser) != TOKEN_CLOSE)
		unexpected(parser);
	advance(parser);
	skip_newlines(parser);
	node->first = parse_one(parser);
	return node;
}

static struct node *parse_simple(struct parser *parser)
{
	struct node *node = new_node(parser, NODE_SIMPLE);
	struct word **assignments = &node->assignments, **words = &node->words;
	struct redirect **redirects = &node->redirects;
	int count = 0;

	for (;;) {
		if (parse_redirect(parser, &redirects))
			continue;
		if (parser->alias_next && count) {
			parser->alias_next = 0;
			peek_command(parser);
		}
		if (peek(parser) == TOKEN_OPEN && count == 1 && node->words->literal && !node->assignments &&
		    !node->redirects)
			return parse_function(parser, node->words->literal);
		if (peek(parser) != TOKEN_WORD)
			break;
		if (!count && is_assignment(parser->word)) {
			*assignments = parser->word;
			assignments = &parser->word->next;
			advance(parser);
			/* A command may follow, and with it an alias. */
			if (peek(parser) == TOKEN_WORD && !is_assignment(parser->word))
				peek_command(parser);
		} else {
			*words = parser->word;
			words = &parser->word->next;
			count++;
			advance(parser);
		}
	}
	if (!count && !node->assignments && !node->redirects)
		unexpected(parser);
	return node;
}

static struct node *parse_if(struct parser *parser)
{
	struct node *node = new_node(parser, NODE_IF);

	node->first = parse_body(parser);
	expect(parser, "then");
	node->second = parse_body(parser);
	if (accept(parser, "elif")) {
		node->third = parse_if(parser);
		return node;
	}
	if (accept(parser, "else"))
		node->third = parse_body(parser);
	expect(parser, "fi");
	return node;
}

static struct node *parse_loop(struct parser *parser, enum node_kind kind)
{
	struct node *node = new_node(parser, kind);

	node->first = parse_body(parser);
	expect(parser, "do");
	node->second = parse_body(parser);
	expect(parser, "done");
	return node;
}

static struct node *parse_for(struct parser *parser)
{
	struct node *node = new_node(parser, NODE_FOR);
	struct word **end = &node->words;

	if (peek(parser) != TOKEN_WORD || !parser->word->literal || !is_name(parser->word->literal))
		syntax_error(parser, "bad for loop variable");
	node->name = parser->word->literal;
	advance(parser);
	skip_newlines(parser);
	if (peek(parser) == TOKEN_SEMICOLON) {
		advance(parser);
	} else if (peek(parser) == TOKEN_WORD && parser->word->literal && !strcmp(parser->word->literal, "in")) {
		advance(parser);
		node->has_list = 1;
		while (peek(parser) == TOKEN_WORD) {
			*end = parser->word;
			end = &parser->word->next;
			advance(parser);
		}
		if (peek(parser) != TOKEN_SEMICOLON && peek(parser) != TOKEN_NEWLINE)
			unexpected(parser);
		advance(parser);
	}
	skip_newlines(parser);
	expect(parser, "do");
	node->second = parse_body(parser);
	expect(parser, "done");
	return node;
}

static struct node *parse_case(struct parser *parser)
{
	struct node *node = new_node(parser, NODE_CASE);
	struct case_item **end = &node->items;

	if (peek(parser) != TOKEN_WORD)
		unexpected(parser);
	node->subject = parser->word;
	advance(parser);
	skip_newlines(parser);
	if (peek(parser) != TOKEN_WORD || !parser->word->literal || strcmp(parser->word->literal, "in"))
		unexpected(parser);
	advance(parser);
	for (;;) {
		struct case_item *item;
		struct word **patterns;

		skip_newlines(parser);
		if (peek(parser) == TOKEN_WORD && parser->word->literal && !strcmp(parser->word->literal, "esac"))
			break;
		item = arena_alloc(parser->arena, sizeof(*item));
		patterns = &item->patterns;
		if (peek(parser) == TOKEN_OPEN)
			advance(parser);
		for (;;) {
			if (peek(parser) != TOKEN_WORD)
				unexpected(parser);
			*patterns = parser->word;
			patterns = &parser->word->next;
			advance(parser);
			if (peek(parser) != TOKEN_PIPE)
				break;
			advance(parser);
		}
		if (peek(parser) != TOKEN_CLOSE)
			unexpected(parser);
		advance(parser);
		item->body = parse_list(parser, 0);
		*end = item;
		end = &item->next;
		if (peek(parser) != TOKEN_DOUBLE_SEMICOLON && peek(parser) != TOKEN_FALL)
			break;
		item->fall = peek(parser) == TOKEN_FALL;
		advance(parser);
	}
	expect(parser, "esac");
	return node;
}

/* A simple or compound command with its redirections. */
static struct node *parse_one(struct parser *parser)
{
	struct node *node;
	int line;

	peek_command(parser);
	line = parser->line;
	if (peek(parser) == TOKEN_OPEN) {
		advance(parser);
		node = new_node(parser, NODE_SUBSHELL);
		node->first = parse_body(parser);
		if (peek(parser) != TOKEN_CLOSE)
			unexpected(parser);
		advance(parser);
	} else if (accept(parser, "{")) {
		node = new_node(parser, NODE_GROUP);
		node->first = parse_body(parser);
		expect(parser, "}");
	} else if (accept(parser, "if")) {
		node = parse_if(parser);
	} else if (accept(parser, "while")) {
		node = parse_loop(parser, NODE_WHILE);
	} else if (accept(parser, "until")) {
		node = parse_loop(parser, NODE_UNTIL);
	} else if (accept(parser, "for")) {
		node = parse_for(parser);
	} else if (accept(parser, "case")) {
		node = parse_case(parser);
	} else if (is_end(parser)) {
		unexpected(parser);
	} else {
		return parse_simple(parser);
	}
	node->line = line;
	parse_redirects(parser, node);
	return node;
}

static struct node *parse_pipe(struct parser *parser)
{
	struct node *first, *last, *pipe;
	int negate = 0;

	while (accept(parser, "!"))
		negate = !negate;
	first = last = parse_one(parser);
	if (peek(parser) == TOKEN_PIPE) {
		pipe = new_node(parser, NODE_PIPE);
		pipe->first = first;
		while (peek(parser) == TOKEN_PIPE) {
			advance(parser);
			skip_newlines(parser);
			last->next = parse_one(parser);
			last = last->next;
		}
		first = pipe;
	}
	if (negate) {
		struct node *not = new_node(parser, NODE_NOT);

		not->first = first;
		first = not;
	}
	return first;
}

static struct node *parse_and_or(struct parser *parser)
{
	struct node *left = parse_pipe(parser);

	while (peek(parser) == TOKEN_AND || peek(parser) == TOKEN_OR) {
		struct node *node = new_node(parser, peek(parser) == TOKEN_AND ? NODE_AND : NODE_OR);

		advance(parser);
		skip_newlines(parser);
		node->first = left;
		node->second = parse_pipe(parser);
		left = node;
	}
	return left;
}

/* Commands up to a closing word or token, or (to_newline) up to the end of the line. NULL when there is none. */
static struct node *parse_list(struct parser *parser, int to_newline)
{
	struct node *list = NULL, **end = NULL, *only = NULL;

	for (;;) {
		struct node *node;

		if (!to_newline)
			skip_newlines(parser);
		if (peek(parser) == TOKEN_NEWLINE || is_end(parser))
			break;
		node = parse_and_or(parser);
		if (peek(parser) == TOKEN_AMPERSAND) {
			struct node *background = new_node(parser, NODE_BACKGROUND);

			background->first = node;
			node = background;
		}
		if (!only) {
			only = node;
		} else {
			if (!list) {
				list = new_node(parser, NODE_LIST);
				list->first = only;
				end = &only->next;
			}
			*end = node;
		}
		end = &node->next;
		if (peek(parser) == TOKEN_NEWLINE) {
			if (to_newline)
				break;
			advance(parser);
		} else if (peek(parser) == TOKEN_SEMICOLON || peek(parser) == TOKEN_AMPERSAND) {
			advance(parser);
		} else {
			break;
		}
	}
	return list ? list : only;
}

struct node *parse_substitution(struct parser *outer, enum token end)
{
	struct parser parser = { .source = outer->source, .arena = outer->arena, .failure = outer->failure };
	struct node *node;

	parser.pending_end = &parser.pending;
	node = parse_list(&parser, 0);
	if (peek(&parser) != end)
		unexpected(&parser);
	return node;
}

int parse_command(struct source *source, struct arena *arena, struct node **node)
{
	struct parser parser = { .source = source, .arena = arena };
	jmp_buf failure;

	*node = NULL;
	parser.pending_end = &parser.pending;
	parser.failure = &failure;
	source->continued = 0;
	if (setjmp(failure)) {
		/* What is left of the line has no meaning. */
		source->at = source->filled;
		return -1;
	}
	if (peek(&parser) == TOKEN_END)
		return 1;
	*node = parse_list(&parser, 1);
	if (peek(&parser) != TOKEN_NEWLINE && peek(&parser) != TOKEN_END)
		unexpected(&parser);
	return 0;
}

struct part *parse_text(const char *text, struct arena *arena)
{
	struct parser parser = { .arena = arena };
	struct part *volatile parts = NULL;
	jmp_buf failure;

	parser.source = source_string(text);
	parser.pending_end = &parser.pending;
	parser.failure = &failure;
	if (!setjmp(failure))
		parts = lex_double(&parser, INPUT_EOF);
	source_free(parser.source);
	return parts;
}
