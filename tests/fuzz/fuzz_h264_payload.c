/**
 * @file tests/fuzz/fuzz_h264_payload.c  H.264 payloads of a hostile sender
 *
 * The input is a list of packets, each a length byte and so many bytes.
 */
#include <assert.h>
#include <stdlib.h>
#include "mixer/video/payload.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The packets' bytes as NAL units, cut by our own packetizer */
static void cut(const struct payload_piece *nals, size_t count, unsigned mode)
{
	static uint8_t lines[16384], again[16384];
	static struct payload_list list;
	struct payload_frame frame = {.buf = again, .size = sizeof(again)};

	list.buf = lines;
	list.size = sizeof(lines);
	list.payload_max = 100;
	payload_list_clear(&list);
	if (h264_payload_split(&list, mode, nals, count))
		return;

	for (size_t i = 0; i < list.count; i++) {
		uint8_t type = nals[0].p[0] & 0x1f;

		assert(list.lens[i] <= list.payload_max);
		if (type && type < 24)
			(void)h264_payload_append(&frame, list.payloads[i],
						  list.lens[i]);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static uint8_t buf[1024];
	struct payload_frame frame = {.buf = buf, .size = sizeof(buf)};
	struct payload_piece nals[32];
	size_t count = 0;

	while (size > 1) {
		size_t len = data[0] < size - 1 ? data[0] : size - 1;

		/* a copy of exact size, so that reading on is seen */
		uint8_t *p = malloc(len ? len : 1);

		assert(p);
		for (size_t i = 0; i < len; i++)
			p[i] = data[1 + i];
		(void)h264_payload_starts_keyframe(p, len);
		if (h264_payload_append(&frame, p, len)) {
			frame.len = 0;
			frame.fragment = false;
		}
		assert(frame.len <= frame.size);
		free(p);
		if (count < 32)
			nals[count++] = (struct payload_piece){data + 1, len};
		data += 1 + len;
		size -= 1 + len;
	}

	cut(nals, count, 0);
	cut(nals, count, 1);

	return 0;
}
