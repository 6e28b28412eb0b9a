/**
 * @file fuzz_resource_list.c  Lists of addresses from anybody
 *
 * What can be read is printed, and what is printed can be read again.
 */
#include <stdlib.h>
#include <string.h>
#include "mixer/base/re.h"
#include "signaling/message/resource_list.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { MOST = 50 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct resource_list *list = NULL, *again = NULL;
	char *history = NULL;

	if (resource_list_read(&list, (const char *)data, size, MOST))
		return 0;
	if (list->count > MOST)
		abort();
	if (!resource_list_history(&history, list) && history &&
	    resource_list_read(&again, history, strlen(history), MOST + 2))
		abort();
	mem_deref(again);
	mem_deref(history);
	mem_deref(list);
	return 0;
}
