/**
 * @file fuzz_config.c  parley.conf from anybody
 *
 * The first line is taken as an -o, the rest as the file.
 */
#include <stdlib.h>
#include <string.h>
#include "focus/config/config.h"


int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);


int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = (const char *)data;
	const uint8_t *end = size ? memchr(data, '\n', size) : NULL;
	size_t head = end ? (size_t)(end - data) : 0;
	struct config_error error;
	struct config *c = NULL;
	const char *override;
	char *line;

	line = malloc(head + 1);
	if (!line)
		return 0;

	memcpy(line, text, head);
	line[head] = '\0';
	override = line;

	if (config_parse(&c, "fuzz", text + head, size - head, &override,
			 head ? 1 : 0, &error)) {
		if (!error.text[0])
			abort();
	}
	else {
		mem_deref(c);
	}

	free(line);

	return 0;
}
