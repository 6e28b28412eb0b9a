/**
 * @file fuzz_first_bytes.c  What a connection to the page's port begins with
 *
 * Whatever has come of it: more is waited for only where more can tell, and
 * what is told lies in it.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "signaling/http/first_bytes.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);


int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t len = 0, need = 1;
	int err = EAGAIN;

	while (err == EAGAIN && need <= size) {
		/* so that what is read beyond it is seen */
		uint8_t *copy = malloc(need);
		struct pl ufrag = PL_INIT;

		len = need;
		memcpy(copy, data, len);
		err = first_bytes_look(copy, len, &need, &ufrag);
		if (err == EAGAIN && (need <= len || need > FIRST_BYTES_MAX))
			abort();
		if (!err && (ufrag.p < (char *)copy || !ufrag.l ||
			     ufrag.p + ufrag.l > (char *)copy + len))
			abort();
		free(copy);
	}

	return 0;
}
