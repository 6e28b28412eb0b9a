/**
 * @file fuzz_websocket.c  Hostile WebSocket frames
 *
 * The first byte says in what portions the rest is fed.
 */
#include <stdlib.h>
#include <string.h>
#include "signaling/http/websocket.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);


static bool frame_handler(enum websocket_opcode opcode, const char *data,
			  size_t len, void *arg)
{
	(void)arg;

	/* What is told must hold. */
	if (len > WEBSOCKET_MESSAGE_MAX ||
	    (opcode >= WEBSOCKET_CLOSE && len > 125) ||
	    (opcode == WEBSOCKET_TEXT && !websocket_utf8_valid(data, len)))
		abort();

	return true;
}


int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct websocket_parser *p = NULL;
	size_t step, n;
	uint16_t status = 0;

	if (size < 2 || websocket_parser_alloc(&p, frame_handler, NULL))
		return 0;

	step = data[0] ? data[0] : 4096;
	for (data++, size--; size && !status; data += n, size -= n) {
		n = MIN(step, size);
		status = websocket_parser_feed(p, data, n);
	}
	mem_deref(p);

	return 0;
}
