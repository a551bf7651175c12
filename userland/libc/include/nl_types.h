/* Message catalogues. */
#ifndef LIBC_NL_TYPES_H
#define LIBC_NL_TYPES_H

#define NL_SETD 1
#define NL_CAT_LOCALE 1

typedef int nl_item;
typedef struct __catalogue *nl_catd;

int catclose(nl_catd catalogue);
char *catgets(nl_catd catalogue, int set, int message, const char *otherwise);
nl_catd catopen(const char *name, int flag);

#endif
