/* Lines of words of the network's files. */
#include <stdlib.h>
#include <string.h>
#include "net-file.h"

void __net_rewind(struct net_file *file)
{
	if (file->stream)
		rewind(file->stream);
	else
		file->stream = fopen(file->path, "re");
}

void __net_close(struct net_file *file)
{
	if (file->stream)
		fclose(file->stream);
	free(file->line);
	file->stream = NULL;
	file->line = NULL;
	file->size = 0;
}

int __net_next(struct net_file *file)
{
	if (!file->stream)
		__net_rewind(file);
	if (!file->stream)
		return 0;
	while (getline(&file->line, &file->size, file->stream) > 0) {
		char *save, *word;

		file->line[strcspn(file->line, "#\n")] = '\0';
		file->count = 0;
		for (word = strtok_r(file->line, " \t\r", &save); word && file->count < NET_WORDS;
		     word = strtok_r(NULL, " \t\r", &save))
			file->words[file->count++] = word;
		file->words[file->count] = NULL;
		if (file->count >= 2)
			return 1;
	}
	return 0;
}
