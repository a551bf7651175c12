/* Commands as text, for the list of jobs: near enough to what was typed. */
#include <string.h>
#include "sh.h"

static void print_parts(const struct part *parts, struct text *text)
{
	for (; parts; parts = parts->next) {
		switch (parts->kind) {
		case PART_LITERAL:
			text_string(text, parts->text);
			break;
		case PART_QUOTED:
			if (strpbrk(parts->text, " \t\n'\"\\$`;&|<>()*?[") || !*parts->text) {
				text_byte(text, '\'');
				text_string(text, parts->text);
				text_byte(text, '\'');
			} else {
				text_string(text, parts->text);
			}
			break;
		case PART_DOUBLE:
			text_byte(text, '"');
			for (const struct part *part = parts->parts; part; part = part->next) {
				struct part one = *part;

				one.next = NULL;
				if (one.kind == PART_QUOTED)
					text_string(text, one.text);
				else
					print_parts(&one, text);
			}
			text_byte(text, '"');
			break;
		case PART_PARAMETER:
			text_string(text, "${");
			text_string(text, parts->text);
			if (parts->operator)
				text_string(text, "...");
			text_byte(text, '}');
			break;
		case PART_COMMAND:
			text_string(text, "$(...)");
			break;
		default:
			text_string(text, "$((...))");
		}
	}
}

static void print_words(const struct word *words, struct text *text)
{
	for (; words; words = words->next) {
		print_parts(words->parts, text);
		if (words->next)
			text_byte(text, ' ');
	}
}

static void print_redirects(const struct redirect *redirects, struct text *text)
{
	static const char kinds[] = "<>a|wioh";
	static const char *const operators[] = { "<", ">", ">>", ">|", "<>", "<&", ">&", "<<" };

	for (; redirects; redirects = redirects->next) {
		int is_input = strchr("<wih", redirects->kind) != NULL;

		text_byte(text, ' ');
		if (redirects->fd != !is_input)
			text_byte(text, (char)('0' + redirects->fd % 10));
		text_string(text, operators[strchr(kinds, redirects->kind) - kinds]);
		if (redirects->kind == 'h')
			text_string(text, redirects->delimiter);
		else
			print_parts(redirects->target->parts, text);
	}
}

static void print_two(struct node *node, const char *first, const char *second, const char *end, struct text *text)
{
	text_string(text, first);
	print_command(node->first, text);
	text_string(text, second);
	print_command(node->second, text);
	text_string(text, end);
}

void print_command(struct node *node, struct text *text)
{
	if (!node)
		return;
	switch (node->kind) {
	case NODE_SIMPLE:
		print_words(node->assignments, text);
		if (node->assignments && node->words)
			text_byte(text, ' ');
		print_words(node->words, text);
		break;
	case NODE_PIPE:
	case NODE_LIST:
		for (struct node *part = node->first; part; part = part->next) {
			print_command(part, text);
			if (part->next)
				text_string(text, node->kind == NODE_PIPE ? " | " : "; ");
		}
		break;
	case NODE_AND:
		print_two(node, "", " && ", "", text);
		break;
	case NODE_OR:
		print_two(node, "", " || ", "", text);
		break;
	case NODE_NOT:
		text_string(text, "! ");
		print_command(node->first, text);
		break;
	case NODE_SUBSHELL:
		text_byte(text, '(');
		print_command(node->first, text);
		text_byte(text, ')');
		break;
	case NODE_GROUP:
		text_string(text, "{ ");
		print_command(node->first, text);
		text_string(text, "; }");
		break;
	case NODE_WHILE:
		print_two(node, "while ", "; do ", "; done", text);
		break;
	case NODE_UNTIL:
		print_two(node, "until ", "; do ", "; done", text);
		break;
	case NODE_IF:
		print_two(node, "if ", "; then ", "; fi", text);
		break;
	case NODE_FOR:
		text_string(text, "for ");
		text_string(text, node->name);
		text_string(text, " in ");
		print_words(node->words, text);
		text_string(text, "; do ");
		print_command(node->second, text);
		text_string(text, "; done");
		break;
	case NODE_CASE:
		text_string(text, "case ...");
		break;
	case NODE_FUNCTION:
		text_string(text, node->name);
		text_string(text, "() ...");
		break;
	case NODE_BACKGROUND:
		print_command(node->first, text);
		text_string(text, " &");
		break;
	}
	print_redirects(node->redirects, text);
}
