/**
 * @file fuzz_digest.c  Challenges and answers of others (RFC 7616)
 */
#include <string.h>
#include "signaling/auth/digest.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);


int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct digest_header h;
	struct pl value;
	char *text;

	if (size > 65535)
		return 0;

	/* A copy of the exact size, so that a byte too far is seen. */
	text = mem_alloc(size + !size, NULL);
	if (!text)
		return 0;
	memcpy(text, data, size);
	value.p = text;
	value.l = size;

	if (!digest_header_decode(&h, &value)) {
		enum digest_algorithm algorithm;

		(void)digest_list_has(&h.qop, "auth");
		(void)digest_algorithm_find(&algorithm, &h.algorithm);
	}
	mem_deref(text);

	return 0;
}
