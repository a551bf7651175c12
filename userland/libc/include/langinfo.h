/* nl_langinfo(): the character set only. */
#ifndef LIBC_LANGINFO_H
#define LIBC_LANGINFO_H

typedef int nl_item;
#define CODESET 14

char *nl_langinfo(nl_item item);

#endif
