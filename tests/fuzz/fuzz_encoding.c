/**
 * @file fuzz_encoding.c  Hostile Accept-Encoding
 */
#include <stdlib.h>
#include <string.h>
#include "signaling/web/encoding.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);


int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1);

	if (!text)
		return 0;
	memcpy(text, data, size);
	text[size] = '\0';
	for (unsigned offered = 0; offered < 1u << ENCODING_COUNT; offered++) {
		enum encoding e = encoding_choose(text, offered);

		/* only what there is, or as it is */
		if (e != ENCODING_IDENTITY && !(offered & 1u << e))
			abort();
	}
	free(text);

	return 0;
}
