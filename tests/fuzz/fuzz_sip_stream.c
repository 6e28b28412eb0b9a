/**
 * @file fuzz_sip_stream.c  Hostile byte streams cut into SIP messages
 *
 * However the bytes are portioned, the same pieces must come out.
 */
#include <stdlib.h>
#include <string.h>
#include "signaling/transport/stream.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { PIECES_MAX = 64, MESSAGE_MAX = 4096 };

struct cut {
	enum stream_piece pieces[PIECES_MAX];
	size_t bytes[PIECES_MAX];
	size_t count;
};


static void cut(struct cut *c, const char *p, size_t size, size_t step)
{
	static struct sip_lines w;
	size_t pos = 0, scanned = 0, len = 0, n;

	c->count = 0;
	while (len < size) {
		len = MIN(len + step, size);
		for (;;) {
			enum stream_piece piece =
				stream_piece(&w, p + pos, len - pos,
					     MESSAGE_MAX, &scanned, &n);

			if (piece == STREAM_MORE) {
				/* so much it will be, when it is whole */
				if (n > 2 && n <= len - pos)
					abort();
				break;
			}
			if (pos + n > len || !n)
				abort();
			c->pieces[c->count] = piece;
			c->bytes[c->count] = n;
			if (++c->count == PIECES_MAX || piece == STREAM_BROKEN)
				return;
			pos += n;
			scanned = 0;
		}
	}
}


int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct cut whole, parts;
	size_t i;
	char *text;

	if (size < 2 || size > 20000)
		return 0;

	text = mem_alloc(size, NULL);
	if (!text)
		return 0;
	memcpy(text, data, size);
	cut(&whole, text + 1, size - 1, size);
	cut(&parts, text + 1, size - 1, data[0] % 64 + 1);
	mem_deref(text);

	/* Only how much is shown of a broken one depends on its arrival. */
	if (whole.count != parts.count)
		abort();
	for (i = 0; i < whole.count; i++) {
		if (whole.pieces[i] != parts.pieces[i] ||
		    (whole.pieces[i] != STREAM_BROKEN &&
		     whole.bytes[i] != parts.bytes[i]))
			abort();
	}

	return 0;
}
