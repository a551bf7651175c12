/* Tokens. */
#ifndef SH_LEX_H
#define SH_LEX_H

#include "input.h"

enum token {
	TOKEN_END, TOKEN_NEWLINE, TOKEN_WORD, TOKEN_NUMBER /* before < or > */,
	TOKEN_SEMICOLON, TOKEN_AMPERSAND, TOKEN_PIPE, TOKEN_AND, TOKEN_OR, TOKEN_OPEN, TOKEN_CLOSE,
	TOKEN_DOUBLE_SEMICOLON, TOKEN_FALL, TOKEN_LESS, TOKEN_GREATER, TOKEN_APPEND, TOKEN_CLOBBER, TOKEN_READ_WRITE,
	TOKEN_DUP_IN, TOKEN_DUP_OUT, TOKEN_HERE, TOKEN_HERE_STRIP,
};

/* A here-document whose text is still to come. */
struct pending {
	struct pending *next;
	struct redirect *redirect;
};

struct parser {
	struct source *source;
	struct arena *arena;
	enum token token;
	struct word *word;		/* of TOKEN_WORD and TOKEN_NUMBER */
	int is_ready;			/* a token was peeked at */
	int line;			/* of the token */
	int alias_next;			/* after an alias that ends in a blank */
	struct pending *pending, **pending_end;	/* to be read at the end of the line */
	jmp_buf *failure;
};

void lex(struct parser *parser);
void syntax_error(struct parser *parser, const char *format, ...)
	__attribute__((__noreturn__, __format__(__printf__, 2, 3)));
const char *token_text(enum token token);
/* Commands up to the closing token, which is consumed. (parse.c) */
struct node *parse_substitution(struct parser *outer, enum token end);
/* Parts as in double quotes, up to the end byte or INPUT_EOF. */
struct part *lex_double(struct parser *parser, int end);

#endif
