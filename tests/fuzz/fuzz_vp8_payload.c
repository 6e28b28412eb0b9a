/**
 * @file tests/fuzz/fuzz_vp8_payload.c  VP8 payloads of a hostile sender
 *
 * The input is a list of packets, each a length byte and so many bytes.
 */
#include <assert.h>
#include <stdlib.h>
#include "mixer/video/payload.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static uint8_t buf[1024], lines[4096];
	struct payload_frame frame = {.buf = buf, .size = sizeof(buf)};
	static struct payload_list list;
	unsigned width, height;

	while (size > 1) {
		size_t len = data[0] < size - 1 ? data[0] : size - 1;

		(void)vp8_payload_starts_keyframe(data + 1, len);
		if (vp8_payload_append(&frame, data + 1, len))
			frame.len = 0;
		assert(frame.len <= frame.size);
		data += 1 + len;
		size -= 1 + len;
	}

	(void)vp8_keyframe_size(buf, frame.len, &width, &height);

	/* What was joined can be cut again, and it fits */
	list.buf = lines;
	list.size = sizeof(lines);
	list.payload_max = 64;
	payload_list_clear(&list);
	if (frame.len)
		assert(!vp8_payload_split(&list, buf, frame.len, 7));
	for (size_t i = 0; i < list.count; i++)
		assert(list.lens[i] <= list.payload_max);

	return 0;
}
