/**
 * @file fuzz_refer_to.c  Refer-To values, and the dialogs that headers name
 */
#include <stdlib.h>
#include <string.h>
#include "signaling/message/dialog_id.h"
#include "signaling/message/refer_to.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);


/** What leaves the parser may go into a request as it is */
static void check_clean(const char *s, size_t max)
{
	size_t len = s ? strlen(s) : 0;

	if (len > max)
		abort();
	for (size_t i = 0; i < len; i++) {
		if (s[i] < 0x20 || s[i] == 0x7f)
			abort();
	}
}


int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct pl val = {(const char *)data, size};
	struct refer_to *r = NULL;
	struct dialog_id id;

	if (!refer_to_decode(&r, &val)) {
		check_clean(r->uri, 512);
		check_clean(r->replaces, DIALOG_ID_MAX);
		check_clean(r->join, DIALOG_ID_MAX);
	}
	mem_deref(r);

	(void)dialog_id_decode(&id, &val, false);
	(void)dialog_id_decode(&id, &val, true);

	return 0;
}
